// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc

/// An exclusive flock(2) on a whole file, held until its owner lets go or the process ends, by
/// whatever means. Created 0644 when missing, never removed, closed in children.
///
/// OpenSVC's locks are of this kind; those of OpenHA are record locks, see `LockFile`.
package struct FlockFile: ~Copyable {
    private let descriptor: CInt

    /// Takes the lock or fails at once.
    ///
    /// - Throws: EAGAIN when another holds it; else what open said.
    package init(_ path: String) throws(SystemError) {
        let file = try check("open", path, cshims_open_file(path, CSHIMS_OPEN_LOCK, 0o644))
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno == EWOULDBLOCK ? EAGAIN : errno
            _ = cshims_close(file)
            throw SystemError("lock", path, code: code)
        }
        descriptor = file
    }

    deinit { _ = cshims_close(descriptor) }

    /// Replaces what stands in the file, in place: the lock belongs to the inode.
    package borrowing func replaceContents(with bytes: [UInt8]) throws(SystemError) {
        try replaceLockContents(of: descriptor, with: bytes)
    }
}
