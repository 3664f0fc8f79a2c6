// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Platform

/// A log file that is given a new one's place at 5 MiB, five old ones kept (opensvc.md 5.3).
///
/// Whoever writes never waits for the disk and never fails: lines go through a queue of their own,
/// and what cannot be written is lost.
final class LogFile: Sendable {
    let path: String
    private let queue: DispatchQueue

    init(_ path: String) {
        self.path = path
        queue = DispatchQueue(label: path)
    }

    func append(_ line: String) {
        let path = path
        queue.async {
            var line = line
            LogFile.rotate(path, adding: line.utf8.count)
            let file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            guard file >= 0 else { return }
            // One write, so that lines of several processes do not mix.
            _ = line.withUTF8 { write(file, $0.baseAddress, $0.count) }
            close(file)
        }
    }

    /// Waits until all is written, but not for a disk that hangs.
    func flush() {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .seconds(2))
    }

    static let limit = 5 << 20
    static let kept = 5

    /// Several processes may come to this at once: one of them moves the files.
    private static func rotate(_ path: String, adding count: Int) {
        guard isFull(path, adding: count), let turn = try? FlockFile(path),
            isFull(path, adding: count)
        else { return }
        for number in stride(from: kept - 1, through: 1, by: -1) {
            try? rename("\(path).\(number)", to: "\(path).\(number + 1)")
        }
        try? rename(path, to: "\(path).1")
        _ = consume turn
    }

    private static func isFull(_ path: String, adding count: Int) -> Bool {
        guard let size = fileStamp(path)?.size else { return false }
        return size > 0 && size + Int64(count) > Int64(limit)
    }
}
