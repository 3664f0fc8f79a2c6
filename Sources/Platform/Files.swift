// SPDX-License-Identifier: Apache-2.0

import CShims

/// What tells two versions of a file apart: mtime in nanoseconds, size and inode.
package struct FileStamp: Equatable, Sendable {
    package var mtime: Int64
    package var size: Int64
    package var inode: UInt64
}

/// The stamp of a file, nil when there is none.
package func fileStamp(_ path: String) -> FileStamp? { fatalError("stub") }

package func isDirectory(_ path: String) -> Bool { fatalError("stub") }
package func isExecutable(_ path: String) -> Bool { fatalError("stub") }

/// Reads a whole regular file, at most `limit` bytes (EFBIG beyond).
package func readFile(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
    fatalError("stub")
}

/// Replaces a file in one step: temporary file in the same directory, rename. Keeps mode and owner
/// of the old one; a new one is 0644.
///
/// - Parameter sync: fsync of file and directory, before it returns.
package func replaceFile(_ path: String, with bytes: [UInt8], sync: Bool) throws(SystemError) {
    fatalError("stub")
}

/// Makes a directory and its parents, 0755; an existing one is fine.
package func makeDirectory(_ path: String) throws(SystemError) { fatalError("stub") }

/// Removes a file or an empty directory.
package func remove(_ path: String) throws(SystemError) { fatalError("stub") }
