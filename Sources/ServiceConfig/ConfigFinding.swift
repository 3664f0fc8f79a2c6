// SPDX-License-Identifier: Apache-2.0

/// One problem of a configuration file and where it is.
package struct ConfigFinding: Equatable, Sendable, CustomStringConvertible {
    /// What it means for the service, worst first.
    package enum Level: Int, Comparable, Sendable {
        /// The file cannot be used: every action is refused.
        case unusable
        /// A resource is left out.
        case error
        /// Worth saying when someone asks: `validate config`.
        case warning
        /// For `--debug`: a section of a kind that is not built.
        case debug

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }
    package let level: Level
    package let file: String
    /// From 1; 0 when no line says it: a missing keyword of an absent section.
    package let line: Int
    package let reason: String
    /// Its text is fixed by the specification, so that no place may stand before it.
    package let isVerbatim: Bool

    package init(
        _ level: Level, file: String, line: Int, reason: String, isVerbatim: Bool = false
    ) {
        self.level = level
        self.file = file
        self.line = line
        self.reason = reason
        self.isVerbatim = isVerbatim
    }

    /// `/etc/opensvc/svc1.conf:12: unknown keyword 'mnnt' in section [fs#0]`.
    package var description: String {
        line > 0 ? "\(file):\(line): \(reason)" : "\(file): \(reason)"
    }

    /// As it follows `<svc>: ` on the console.
    package var message: String { isVerbatim ? reason : description }
}

/// A file that cannot be used, for the first of these reasons.
package struct ConfigError: Error, Equatable, CustomStringConvertible {
    /// In the order of the file; at least one.
    package let findings: [ConfigFinding]

    package init(_ findings: [ConfigFinding]) {
        precondition(!findings.isEmpty, "an error without a reason")
        self.findings = findings
    }

    /// Follows `<svc>: `.
    package var description: String { findings[0].message }
}
