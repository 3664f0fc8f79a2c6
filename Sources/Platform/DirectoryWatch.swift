// SPDX-License-Identifier: Apache-2.0

import CShims

/// inotify on a set of directories: says that something was written, made, renamed or removed there.
package final class DirectoryWatch {
    package let descriptor: CInt
    package init() throws(SystemError) { fatalError("stub") }
    deinit {}
    /// Idempotent. The number names the directory in `changes`.
    package func add(_ path: String) throws(SystemError) -> CInt { fatalError("stub") }
    /// Takes what waits: which directory and which name; an overflow is told as directory -1. Never
    /// blocks.
    package func changes(_ handle: (CInt, String) -> Void) { fatalError("stub") }
}
