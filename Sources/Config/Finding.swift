// SPDX-License-Identifier: Apache-2.0

/// One problem of one file, printed as `file:line: reason`; the rest of the file still counts.
package struct Finding: Equatable, Sendable, CustomStringConvertible {
    package let file: String
    /// From 1; 0 when the file as a whole is meant.
    package let line: Int
    package let reason: String
    /// A warning does not make `service --check` fail.
    package let isWarning: Bool

    package init(file: String, line: Int, reason: String, isWarning: Bool = false) {
        self.file = file
        self.line = line
        self.reason = reason
        self.isWarning = isWarning
    }

    package var description: String {
        line > 0 ? "\(file):\(line): \(reason)" : "\(file): \(reason)"
    }
}

/// What a file says, and what is wrong with it.
package struct Parsed<Value> {
    package var value: Value
    package var findings: [Finding]

    package init(_ value: Value, findings: [Finding] = []) {
        self.value = value
        self.findings = findings
    }
}
extension Parsed: Sendable where Value: Sendable {}
