// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc

/// A file of lines that grows at its end, by whole lines only.
package struct AppendedFile: ~Copyable {
    private let descriptor: Descriptor
    private let path: String
    private let inode: UInt64
    package private(set) var size: Int

    /// Opens it, made 0644 when missing. What a crash left of a last line is cut off.
    package init(_ path: String) throws(SystemError) {
        let opened = Descriptor(
            try check("open", path, cshims_open_file(path, CSHIMS_OPEN_APPEND, 0o644)))
        var found = cshims_stat()
        try check("look at", path, cshims_stat_file(opened.number, &found))
        guard found.is_regular != 0 else { throw SystemError("write", path, code: EINVAL) }
        let whole = try Self.endOfLastLine(path, Int(found.size))
        if whole < found.size {
            try check("cut", path, cshims_set_size(opened.number, UInt64(whole)))
        }
        descriptor = opened
        self.path = path
        inode = found.inode
        size = whole
    }

    /// Where the last whole line ends; no line of ours is longer than what is looked at.
    private static func endOfLastLine(_ path: String, _ size: Int) throws(SystemError) -> Int {
        let file = Descriptor(try check("open", path, cshims_open_file(path, CSHIMS_OPEN_READ, 0)))
        let start = max(0, size - (1 << 18))
        var bytes = [UInt8](repeating: 0, count: size - start)
        let count = bytes.withUnsafeMutableBytes {
            cshims_read_at(file.number, $0.baseAddress, $0.count, UInt64(start))
        }
        let tail = bytes.prefix(Int(try check("read", path, count)))
        return tail.lastIndex(of: UInt8(ascii: "\n")).map { start + $0 + 1 } ?? start
    }

    /// The file of that name is still this one.
    package var isInPlace: Bool { fileStamp(path)?.inode == inode }

    /// Appends all of it, or nothing.
    package mutating func append(_ lines: UnsafeRawBufferPointer) throws(SystemError) {
        let count = cshims_write(descriptor.number, lines.baseAddress, lines.count)
        guard count == lines.count else {
            _ = cshims_set_size(descriptor.number, UInt64(size))
            throw SystemError("write", path, code: count < 0 ? CInt(-count) : ENOSPC)
        }
        size += lines.count
    }
}

/// Gives a file another name, in place of what has it.
package func rename(_ path: String, to other: String) throws(SystemError) {
    try check("rename", path, cshims_rename(path, other))
}
