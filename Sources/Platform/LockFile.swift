// SPDX-License-Identifier: Apache-2.0

import CShims

/// An exclusive POSIX record lock on a whole file, as C OpenHA's (lockf), held until released or
/// until the process ends. Created 0644 when missing, never removed.
package struct LockFile: ~Copyable {
    /// For reading and writing what stands in the file, with pread and pwrite.
    package let descriptor: CInt

    /// Takes the lock or fails at once.
    ///
    /// - Throws: EAGAIN when another process holds it; else what open said.
    package init(_ path: String) throws(SystemError) { fatalError("stub") }
    deinit {}
}

/// The process that holds the lock on `path`; nil when it is free or there is no such file.
///
/// Never open and close a file on which this process itself holds a record lock: the kernel would
/// drop it. This function must not be used on own locks.
package func lockHolder(_ path: String) -> Int32? { fatalError("stub") }
