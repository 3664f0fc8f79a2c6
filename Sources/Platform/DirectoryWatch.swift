// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc

/// inotify on a set of directories: says that something was written, made, renamed or removed there.
package final class DirectoryWatch {
    package let descriptor: CInt
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 8)

    package init() throws(SystemError) {
        descriptor = try check("open directory watch", "", cshims_open_watch())
    }

    deinit {
        _ = cshims_close(descriptor)
        buffer.deallocate()
    }

    /// Idempotent. The number names the directory in `changes`.
    package func add(_ path: String) throws(SystemError) -> CInt {
        try check("watch directory", path, cshims_watch_directory(descriptor, path))
    }

    /// Takes what waits: which directory and which name; an overflow is told as directory -1, the end
    /// of a watch (the directory was removed) with an empty name. Never blocks.
    package func changes(_ handle: (CInt, String) -> Void) {
        while true {
            let count = Int(cshims_read(descriptor, buffer.baseAddress, buffer.count))
            guard count > 0 else { return }
            var offset = 0
            while offset + DirectoryWatch.headLength <= count {
                let event = UnsafeRawBufferPointer(rebasing: buffer[offset..<count])
                let length = Int(event.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
                let name = event[DirectoryWatch.headLength...].prefix(length).prefix { $0 != 0 }
                let directory = event.loadUnaligned(as: CInt.self)
                handle(directory, String(decoding: name, as: UTF8.self))
                offset += DirectoryWatch.headLength + length
            }
        }
    }

    /// Of `struct inotify_event`: directory, mask, cookie and length of the name, 4 bytes each.
    private static let headLength = 16
}
