// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform

/// What the holder of a service's lock is at: stands in `<proc>/SVC.lock` itself, so that whoever
/// finds the lock free can tell what was going on (decisions 5 and 6).
package struct ServiceRecord: Equatable, Sendable {
    package enum Phase: String, Sendable {
        /// Nothing: the last action came to its end.
        case idle
        /// The grace period: a state 7 with this phase is 7a. Written before the 7.
        case grace
        case check
        case start
        case stop
    }

    package var boot: BootIdentity
    /// The action process.
    package var pid: Int32
    package var phase: Phase
    /// The callout's session and its start in ticks, written before it execs.
    package var session: Int32?
    package var sessionStart: UInt64?
    /// When the phase began, time since boot.
    package var since: Duration

    package init(
        boot: BootIdentity, pid: Int32, phase: Phase, session: Int32? = nil,
        sessionStart: UInt64? = nil, since: Duration
    ) {
        self.boot = boot
        self.pid = pid
        self.phase = phase
        self.session = session
        self.sessionStart = sessionStart
        self.since = since
    }

    /// Reads the record of a service, with or without its lock; nil when there is none, when it is
    /// half-written, or when it is of another boot than `boot`.
    package static func read(procDirectory: String, service: String, boot: BootIdentity)
        -> ServiceRecord?
    {
        let path = ServiceLock.path(procDirectory, service)
        guard let bytes = lockFileContents(path, limit: size) else { return nil }
        return ServiceRecord(line: String(decoding: bytes, as: UTF8.self), boot: boot)
    }

    /// Whether a process of the recorded callout still runs, whoever holds the lock.
    package var calloutLives: Bool {
        guard let session, let sessionStart else { return false }
        return sessionLives(session, startedAt: sessionStart)
    }

    /// Bytes of a record in its file, always the same, so that a shorter one leaves no rest.
    static let size = 192

    /// `ezha1 BOOT PID PHASE SESSION SESSIONSTART SINCE CHECK`, padded with blanks, LF at the end.
    ///
    /// BOOT is three hexadecimal numbers; `-` stands for no session; SINCE is in nanoseconds; CHECK
    /// tells a record that was read while it was written.
    var line: String {
        let body = [
            "ezha1", boot.text, String(pid), phase.rawValue, session.map { String($0) } ?? "-",
            sessionStart.map { String($0) } ?? "-", String(since.nanosecondsSinceBoot),
        ].joined(separator: " ")
        let text = "\(body) \(ServiceRecord.check(body))"
        precondition(text.utf8.count < ServiceRecord.size, "record too long: \(text)")
        let padding = ServiceRecord.size - 1 - text.utf8.count
        return text + String(repeating: " ", count: padding) + "\n"
    }

    init?(line: String, boot: BootIdentity) {
        let words = line.split { $0 == " " || $0 == "\n" }
        guard words.count == 8, words[0] == "ezha1",
            words[7] == ServiceRecord.check(words[..<7].joined(separator: " ")),
            words[1] == boot.text, let pid = Int32(words[2]),
            let phase = Phase(rawValue: String(words[3])), let since = UInt64(words[6]),
            since <= Int64.max
        else { return nil }
        self.init(
            boot: boot, pid: pid, phase: phase, session: Int32(words[4]),
            sessionStart: UInt64(words[5]), since: Duration(nanosecondsSinceBoot: since))
    }

    /// FNV-1a, as hexadecimal digits.
    private static func check(_ text: String) -> String {
        let hash = text.utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return String(hash, radix: 16)
    }
}

extension BootIdentity {
    /// `high:low:initStart`, hexadecimal.
    fileprivate var text: String {
        [high, low, initStart].map { String($0, radix: 16) }.joined(separator: ":")
    }
}

/// A service's lock: one writer of its local state at a time, daemon or command.
package struct ServiceLock: ~Copyable {
    private let file: LockFile

    /// Takes it or fails at once; never waits (decision 15).
    ///
    /// - Throws: EAGAIN when another action holds it.
    package init(procDirectory: String, service: String) throws(SystemError) {
        file = try LockFile(ServiceLock.path(procDirectory, service))
    }

    /// Replaces the record in the file, in place (the lock belongs to the inode).
    package borrowing func record(_ record: ServiceRecord) throws(SystemError) {
        try file.replaceContents(with: Array(record.line.utf8))
    }

    /// What stands in the file; nil when there is no record or it is of another boot than `boot`.
    package borrowing func current(boot: BootIdentity) -> ServiceRecord? {
        let bytes = file.contents(limit: ServiceRecord.size)
        return ServiceRecord(line: String(decoding: bytes, as: UTF8.self), boot: boot)
    }

    /// The pid of the action that holds a service's lock, our own for our own; nil when it is free.
    package static func holder(procDirectory: String, service: String) -> Int32? {
        lockHolder(path(procDirectory, service))
    }

    static func path(_ procDirectory: String, _ service: String) -> String {
        "\(procDirectory)/\(service).lock"
    }
}
