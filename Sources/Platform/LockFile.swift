// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc
import Synchronization

/// An exclusive POSIX record lock on a whole file, as C OpenHA's (lockf), held until released or
/// until the process ends. Created 0644 when missing, never removed.
package struct LockFile: ~Copyable {
    /// For reading and writing what stands in the file, with pread and pwrite.
    package let descriptor: CInt
    private let identity: FileIdentity

    /// Takes the lock or fails at once.
    ///
    /// - Throws: EAGAIN when another process, or another owner in this one, holds it; else what open
    ///   said.
    package init(_ path: String) throws(SystemError) {
        // Looking before opening: closing a second descriptor of an own lock would drop that lock.
        if let held = FileIdentity(path), ownLocks.withLock({ $0[held] }) != nil {
            throw SystemError("lock", path, code: EAGAIN)
        }
        let file = try check("open", path, cshims_open_file(path, CSHIMS_OPEN_LOCK, 0o644))
        let locked = cshims_lock_file(file)
        guard locked >= 0, let identity = FileIdentity(descriptor: file) else {
            _ = cshims_close(file)
            throw SystemError("lock", path, code: locked < 0 ? -locked : EIO)
        }
        descriptor = file
        self.identity = identity
        ownLocks.withLock { $0[identity] = file }
    }

    deinit {
        _ = ownLocks.withLock { [identity] in $0.removeValue(forKey: identity) }
        _ = cshims_close(descriptor)
    }

    /// The first bytes that stand in the file, at most `limit`; empty if they cannot be read.
    package borrowing func contents(limit: Int) -> [UInt8] {
        readStart(of: descriptor, limit: limit)
    }

    /// Replaces what stands in the file, in place: the lock belongs to the inode.
    package borrowing func replaceContents(with bytes: [UInt8]) throws(SystemError) {
        try replaceLockContents(of: descriptor, with: bytes)
    }
}

/// Replaces what stands in a lock file, in place: the lock belongs to the inode.
func replaceLockContents(of descriptor: CInt, with bytes: [UInt8]) throws(SystemError) {
    let written = bytes.withUnsafeBytes {
        cshims_write_at(descriptor, $0.baseAddress, $0.count, 0)
    }
    guard try check("write lock file", "", written) == bytes.count else {
        throw SystemError("write lock file", "", code: ENOSPC)
    }
    try check("write lock file", "", cshims_set_size(descriptor, UInt64(bytes.count)))
}

/// The process that holds the lock on `path`: its pid, our own for an own lock, 0 for one in another
/// PID namespace; nil when it is free or there is no such file.
package func lockHolder(_ path: String) -> Int32? {
    if let identity = FileIdentity(path), ownLocks.withLock({ $0[identity] }) != nil {
        return getpid()
    }
    let opened = cshims_open_file(path, CSHIMS_OPEN_READ, 0)
    guard opened >= 0 else { return nil }
    let file = Descriptor(opened)
    let holder = cshims_lock_holder(file.number)
    return holder < 0 ? nil : holder
}

/// The first bytes of a lock file, whoever holds it; nil if there is no such file.
///
/// Safe on own locks, which opening and closing the file would drop.
package func lockFileContents(_ path: String, limit: Int) -> [UInt8]? {
    if let identity = FileIdentity(path), let own = ownLocks.withLock({ $0[identity] }) {
        return readStart(of: own, limit: limit)
    }
    let opened = cshims_open_file(path, CSHIMS_OPEN_READ, 0)
    guard opened >= 0 else { return nil }
    let file = Descriptor(opened)
    return readStart(of: file.number, limit: limit)
}

/// The locks of this process, by file. The kernel drops a record lock as soon as its process closes
/// *any* descriptor of that file, so own locks are looked up here and never opened a second time.
private let ownLocks = Mutex<[FileIdentity: CInt]>([:])

/// What a file is, whatever its name.
private struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64

    init?(_ path: String) {
        var found = cshims_stat()
        guard cshims_stat_path(path, 1, &found) >= 0 else { return nil }
        device = found.device
        inode = found.inode
    }

    init?(descriptor: CInt) {
        var found = cshims_stat()
        guard cshims_stat_file(descriptor, &found) >= 0 else { return nil }
        device = found.device
        inode = found.inode
    }
}

private func readStart(of descriptor: CInt, limit: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        count = max(0, Int(cshims_read_at(descriptor, buffer.baseAddress, limit, 0)))
    }
}
