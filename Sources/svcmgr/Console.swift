// SPDX-License-Identifier: Apache-2.0

import Platform

/// What people see of a command: its product, and its complaints.
struct Console: Sendable {
    /// Bytes as they are, for stdout.
    let write: @Sendable ([UInt8]) -> Void
    /// One line without its end, for stderr.
    let complain: @Sendable (String) -> Void

    /// A line for stdout.
    func print(_ line: String) { write(Array((line + "\n").utf8)) }

    /// The program's own descriptors; nothing is buffered.
    static let standard = Console(
        write: { writeBytes($0, to: 1) },
        complain: { writeText($0 + "\n", to: 2) })
}
