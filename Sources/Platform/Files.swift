// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc
import Synchronization

/// What tells two versions of a file apart: mtime in nanoseconds, size and inode.
package struct FileStamp: Equatable, Sendable {
    package var mtime: Int64
    package var size: Int64
    package var inode: UInt64

    package init(mtime: Int64, size: Int64, inode: UInt64) {
        self.mtime = mtime
        self.size = size
        self.inode = inode
    }
}

/// The stamp of a file, nil when there is none.
package func fileStamp(_ path: String) -> FileStamp? {
    var found = cshims_stat()
    guard cshims_stat_path(path, 1, &found) >= 0 else { return nil }
    return FileStamp(mtime: found.mtime, size: found.size, inode: found.inode)
}

package func isDirectory(_ path: String) -> Bool {
    var found = cshims_stat()
    return cshims_stat_path(path, 1, &found) >= 0 && found.is_directory != 0
}

/// Device and inode of a directory: what it is, by whatever path.
package func directoryIdentity(_ path: String) throws(SystemError) -> (
    device: UInt64, inode: UInt64
) {
    var found = cshims_stat()
    try check("look at", path, cshims_stat_path(path, 1, &found))
    guard found.is_directory != 0 else { throw SystemError("look at", path, code: ENOTDIR) }
    return (found.device, found.inode)
}

/// Whether it is a regular file that we may execute.
package func isExecutable(_ path: String) -> Bool {
    var found = cshims_stat()
    return cshims_stat_path(path, 1, &found) >= 0 && found.is_regular != 0
        && cshims_may_execute(path) >= 0
}

/// A program by its path, or by its name in the absolute directories of `path`, which is written as
/// PATH is; nil: there is none that we may execute.
package func findProgram(_ program: String, path: String) -> String? {
    if program.contains("/") { return isExecutable(program) ? program : nil }
    return path.split(separator: ":").lazy.filter { $0.hasPrefix("/") }
        .map { "\($0)/\(program)" }.first(where: isExecutable)
}

/// The names in a directory, without `.` and `..`, in no order.
package func directoryEntries(_ path: String) throws(SystemError) -> [String] {
    guard let directory = opendir(path) else {
        throw SystemError("open directory", path, code: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) {
            String(cString: $0.bindMemory(to: CChar.self).baseAddress!)
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}

/// Reads a whole regular file, at most `limit` bytes (EFBIG beyond).
package func readFile(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
    let file = Descriptor(try check("open", path, cshims_open_file(path, CSHIMS_OPEN_READ, 0)))
    var found = cshims_stat()
    try check("look at", path, cshims_stat_file(file.number, &found))
    guard found.is_regular != 0 else {
        throw SystemError("read", path, code: found.is_directory != 0 ? EISDIR : EINVAL)
    }
    var bytes: [UInt8] = []
    var failure: CInt = 0
    // What the file's size promises and one byte more, which tells its end; files of /proc say 0.
    var room = min(max(Int(found.size), 4095), limit) + 1
    while true {
        let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            count = Int(cshims_read(file.number, buffer.baseAddress, room))
            if count < 0 { (failure, count) = (CInt(-count), 0) }
        }
        if failure != 0 { throw SystemError("read", path, code: failure) }
        if part.isEmpty { return bytes }
        bytes += part
        guard bytes.count <= limit else { throw SystemError("read", path, code: EFBIG) }
        room = min(65_536, limit - bytes.count + 1)
    }
}

/// Replaces a file in one step: temporary file in the same directory, rename. Keeps mode and owner
/// of the old one. Through a symbolic link it replaces what the link points to.
///
/// - Parameters:
///   - sync: fsync of file and directory, before it returns.
///   - newMode: Of a file that was not there.
package func replaceFile(
    _ path: String, with bytes: [UInt8], sync: Bool, newMode: UInt32 = 0o644
) throws(SystemError) {
    let target = linkTarget(path)
    let slash = target.lastIndex(of: "/")
    let directory = slash.map { String(target[...$0]) } ?? "./"
    let name = slash.map { target[target.index(after: $0)...] } ?? target[...]
    let number = temporaryFiles.add(1, ordering: .relaxed).newValue
    let temporary = "\(directory).\(name).\(getpid()).\(number)"
    _ = cshims_remove(temporary)  // a leftover of an earlier process with our pid
    do {
        try writeNewFile(temporary, bytes, like: target, sync: sync, newMode: newMode)
        try check("replace", path, cshims_rename(temporary, target))
    } catch {
        _ = cshims_remove(temporary)
        throw error
    }
    if sync { try syncDirectory(directory) }
}

/// Makes a directory and its parents, 0755; an existing one is fine.
package func makeDirectory(_ path: String) throws(SystemError) {
    let made = cshims_make_directory(path, 0o755)
    if made >= 0 || (made == -EEXIST && isDirectory(path)) { return }
    guard made == -ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
        throw SystemError("make directory", path, code: -made)
    }
    try makeDirectory(String(path[..<slash]))
    let again = cshims_make_directory(path, 0o755)
    guard again >= 0 || again == -EEXIST else {
        throw SystemError("make directory", path, code: -again)
    }
}

/// Removes a file or an empty directory.
package func remove(_ path: String) throws(SystemError) {
    try check("remove", path, cshims_remove(path))
}

/// Makes the temporary files of one process differ.
private let temporaryFiles = Atomic<UInt32>(0)

private func writeNewFile(
    _ path: String, _ bytes: [UInt8], like old: String, sync: Bool, newMode: UInt32
) throws(SystemError) {
    let file = Descriptor(try check("make", path, cshims_open_file(path, CSHIMS_OPEN_NEW, 0o644)))
    var found = cshims_stat()
    let exists = cshims_stat_path(old, 1, &found) >= 0
    try check("set mode of", path, cshims_set_mode(file.number, exists ? found.mode : newMode))
    if exists {
        var own = cshims_stat()
        try check("look at", path, cshims_stat_file(file.number, &own))
        if own.owner != found.owner || own.group != found.group {
            let changed = cshims_set_owner(file.number, found.owner, found.group)
            try check("set owner of", path, changed)
            // Changing the owner may clear bits of the mode.
            try check("set mode of", path, cshims_set_mode(file.number, found.mode))
        }
    }
    try writeAll(bytes, to: file.number, path)
    if sync { try check("sync", path, cshims_sync(file.number)) }
}

private func writeAll(_ bytes: [UInt8], to descriptor: CInt, _ path: String) throws(SystemError) {
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            cshims_write(descriptor, $0.baseAddress! + written, $0.count - written)
        }
        written += Int(try check("write", path, count))
    }
}

private func syncDirectory(_ path: String) throws(SystemError) {
    let opened = cshims_open_file(path, CSHIMS_OPEN_DIRECTORY, 0)
    let directory = Descriptor(try check("open directory", path, opened))
    try check("sync directory", path, cshims_sync(directory.number))
}

/// Where a symbolic link leads; a path that is none, or leads nowhere, stays as it is.
private func linkTarget(_ path: String) -> String {
    var found = cshims_stat()
    guard cshims_stat_path(path, 0, &found) >= 0, found.is_link != 0,
        let real = realpath(path, nil)
    else { return path }
    defer { free(real) }
    return String(cString: real)
}
