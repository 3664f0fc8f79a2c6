// SPDX-License-Identifier: Apache-2.0

/// Where the records of one service, or of one of its resources, go: console, file, syslog.
package struct ServiceLog: Sendable {
    package enum Level: String, CaseIterable, Sendable {
        case debug = "DEBUG", info = "INFO", warning = "WARNING", error = "ERROR"
    }
    /// `P26.OPENSVC.COM.IP#0`.
    package let name: String
    /// Takes level, name and message; must not block.
    private let sink: @Sendable (Level, String, String) -> Void
    /// Takes bytes that appear on the console as they are: arping's own output.
    private let raw: @Sendable (String) -> Void

    package init(
        name: String, sink: @escaping @Sendable (Level, String, String) -> Void,
        raw: @escaping @Sendable (String) -> Void
    ) {
        self.name = name
        self.sink = sink
        self.raw = raw
    }

    /// The same places under the name of a resource.
    package func named(_ name: String) -> ServiceLog {
        ServiceLog(name: name, sink: sink, raw: raw)
    }

    package func debug(_ message: String) { sink(.debug, name, message) }
    package func info(_ message: String) { sink(.info, name, message) }
    package func warning(_ message: String) { sink(.warning, name, message) }
    package func error(_ message: String) { sink(.error, name, message) }
    /// A foreign program's own words, unindented and unprefixed.
    package func passThrough(_ text: String) { raw(text) }
}
