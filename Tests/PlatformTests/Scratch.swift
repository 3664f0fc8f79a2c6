// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Synchronization

/// A directory of one test, on tmpfs where there is one, removed at its end.
final class Scratch: Sendable {
    let path: String

    init(onDisk: Bool = false) throws {
        let base = !onDisk && isDirectory("/dev/shm") ? "/dev/shm" : "/var/tmp"
        var template = Array("\(base)/ezha-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError("make directory", base, code: errno)
        }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { Scratch.removeTree(path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    private static func removeTree(_ path: String) {
        for name in (try? directoryEntries(path)) ?? [] {
            let entry = "\(path)/\(name)"
            if isDirectory(entry) { removeTree(entry) } else { try? remove(entry) }
        }
        try? remove(path)
    }
}

let isRoot = geteuid() == 0
