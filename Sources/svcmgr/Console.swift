// SPDX-License-Identifier: Apache-2.0

import Glibc

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
        write: { writeAll($0, to: STDOUT_FILENO) },
        complain: { writeAll(Array(($0 + "\n").utf8), to: STDERR_FILENO) })

    /// A reader that has gone away gets no more; that is no error of ours.
    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
