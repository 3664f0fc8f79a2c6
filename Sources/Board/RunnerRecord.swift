// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where a service ran last: `<proc>/SVC.runner`, "NODE NUMBER" (decision 7).
package struct RunnerRecord: Equatable, Sendable {
    package var node: String
    /// Counts starts of the service over both nodes, from 1.
    package var number: UInt32

    package init(node: String, number: UInt32) {
        self.node = node
        self.number = number
    }

    /// nil when there is none, or it makes no sense.
    package static func read(procDirectory: String, service: String) -> RunnerRecord? {
        guard let bytes = try? readFile(path(procDirectory, service), limit: 4096) else {
            return nil
        }
        let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let number = UInt32(words[1]), number > 0 else { return nil }
        return RunnerRecord(node: String(words[0]), number: number)
    }

    /// Replaces the record, on disk when it returns: it has to outlive a power cut.
    package func write(procDirectory: String, service: String) throws(SystemError) {
        let path = RunnerRecord.path(procDirectory, service)
        try replaceFile(path, with: Array("\(node) \(number)\n".utf8), sync: true)
    }

    private static func path(_ procDirectory: String, _ service: String) -> String {
        "\(procDirectory)/\(service).runner"
    }
}
