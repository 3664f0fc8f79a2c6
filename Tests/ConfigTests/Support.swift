// SPDX-License-Identifier: Apache-2.0

@testable import Config

/// The findings of a parse as a person reads them.
func printed<T>(_ parsed: Parsed<T>) -> [String] { parsed.findings.map(\.description) }

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func services(_ text: String) -> Parsed<ServicesFile> {
    ServicesFile.parse(bytes(text), file: "services")
}

func monitor(_ text: String) -> Parsed<MonitorFile> {
    MonitorFile.parse(bytes(text), file: "monitor")
}
