// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Synchronization

/// Small local files, which do not hang: below `/proc`, `/etc/opensvc` and `/var/lib/opensvc`.
extension SystemHost {
    package func read(_ path: String) -> String? {
        (try? readFile(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    package func entry(_ path: String) -> LocalEntry? {
        var found = stat()
        guard lstat(path, &found) == 0 else { return nil }
        switch found.st_mode & S_IFMT {
        case S_IFREG: return .regular
        case S_IFDIR: return .directory
        case S_IFLNK: return .link(target: linkTarget(path))
        case _: return .other
        }
    }

    package func write(_ text: String, to path: String) -> String? {
        do throws(SystemError) {
            try makeParent(of: path)
            try replaceFile(path, with: Array(text.utf8), sync: false)
            return nil
        } catch {
            return errorText(error.code)
        }
    }

    package func link(_ path: String, to target: String) -> String? {
        do throws(SystemError) {
            try makeParent(of: path)
        } catch {
            return errorText(error.code)
        }
        let number = temporaryLinks.add(1, ordering: .relaxed).newValue
        let temporary = "\(path).\(getpid()).\(number)"
        unlink(temporary)  // a leftover of an earlier process with our pid
        guard symlink(target, temporary) == 0 else { return errorText(errno) }
        guard rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            return errorText(code)
        }
        return nil
    }

    private func makeParent(of path: String) throws(SystemError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        try makeDirectory(String(path[..<slash]))
    }

    private func linkTarget(_ path: String) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(PATH_MAX)) { buffer in
            let length = readlink(path, buffer.baseAddress!, buffer.count)
            return String(decoding: buffer.prefix(max(length, 0)), as: UTF8.self)
        }
    }
}

/// Makes the temporary links of one process differ.
private let temporaryLinks = Atomic<UInt32>(0)
