// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

/// One command's turn at changing a configuration file: reads it, and replaces it in one step.
/// Mode and owner stay; other commands wait for their turn.
struct FileEdit: ~Copyable {
    private let path: String
    private let lock: LockFile

    /// Waits up to 5 s for another command that edits the same file.
    init(_ path: String, procDirectory: String) throws(SystemError) {
        self.path = path
        try makeDirectory(procDirectory)
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        var attempts = 100
        while true {
            do {
                lock = try LockFile("\(procDirectory)/\(name).edit")
                return
            } catch  where error.code == EAGAIN && attempts > 0 {
                attempts -= 1
                usleep(50_000)
            }
        }
    }

    /// What stands in the file now; nothing if there is none.
    borrowing func text() throws(SystemError) -> [UInt8] {
        do {
            return try readFile(path)
        } catch  where error.code == ENOENT {
            return []
        }
    }

    borrowing func replace(with text: [UInt8]) throws(SystemError) {
        try replaceFile(path, with: text, sync: true)
    }
}

/// Whether a file may be written, or made where it is missing.
func isWritable(_ path: String) -> Bool {
    if access(path, F_OK) == 0 { return access(path, W_OK) == 0 && !isDirectory(path) }
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    return access(directory.isEmpty ? "/" : directory, W_OK) == 0
}
