// SPDX-License-Identifier: Apache-2.0

import Logging
import Platform

/// `decisions.jsonl` and its predecessor `decisions.jsonl.1`: together never more than twice the
/// limit. A disk that refuses costs one line of the log, and the lines of that time.
final class JournalFile {
    static let limit = 8 << 20
    /// From here on a new file begins where a reader can begin.
    static let enough = 5 << 20

    private final class File {
        var file: AppendedFile
        init(_ path: String) throws(SystemError) { file = try AppendedFile(path) }
    }

    private let path: String
    private let log: Logger
    private var file: File?
    private var retryAt: Duration = .zero
    private var isFailing = false

    init(_ path: String, log: Logger) {
        self.path = path
        self.log = log
    }

    /// - Parameter mayBegin: A reader can begin with the first of these lines.
    func append(_ lines: UnsafeRawBufferPointer, mayBegin: Bool, at now: Duration) {
        guard now >= retryAt else { return }
        do throws(SystemError) {
            if let file, !file.file.isInPlace { self.file = nil }
            try rotate(for: lines.count, mayBegin: mayBegin)
            try open().file.append(lines)
            isFailing = false
        } catch {
            if !isFailing { log.error("decision journal: \(error)") }
            isFailing = true
            file = nil
            retryAt = now + .seconds(10)
        }
    }

    private func open() throws(SystemError) -> File {
        if let file { return file }
        let opened = try File(path)
        file = opened
        return opened
    }

    private func rotate(for count: Int, mayBegin: Bool) throws(SystemError) {
        let size = try open().file.size
        guard size > 0, size + count > Self.limit || (mayBegin && size >= Self.enough) else {
            return
        }
        file = nil
        try rename(path, to: path + ".1")
    }
}
