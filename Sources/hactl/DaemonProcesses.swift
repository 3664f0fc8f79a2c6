// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

/// This node's daemons, known by the locks they hold in our own lock directory: never by name, which
/// would hit other trees and other containers.
struct DaemonProcesses {
    let procDirectory: String

    static let manager = "nmond"
    static let guardian = "guard"
    /// The writer of the decision journal: no part of the cluster, but not to be left behind either.
    static let journal = "journal"
    /// How long the end of a process is waited for; after half of it, it is killed.
    static let patience = Duration.seconds(10)

    /// The pid of the daemon that holds a lock; nil when it is free.
    func holder(of key: String) -> Int32? { lockHolder("\(procDirectory)/\(key).key") }

    /// All keys of the cluster's daemons that are held, also those of links that left the monitor file since they started.
    var running: [String] {
        let files = ((try? directoryEntries(procDirectory)) ?? []).filter { $0.hasSuffix(".key") }
        let keys = files.map { String($0.dropLast(4)) }.filter { $0 != DaemonProcesses.journal }
        return keys.filter { holder(of: $0) != nil }.sorted()
    }

    var runningLinks: [String] {
        running.filter { $0 != DaemonProcesses.manager && $0 != DaemonProcesses.guardian }
    }

    /// Ends these links, all that remains, and last the writer of what was decided until then.
    @discardableResult func endLinks(_ keys: [String]) -> Bool {
        let areGone = end(keys)
        return end([DaemonProcesses.journal]) && areGone
    }

    /// Ends nmond: its guard first, or it would come back.
    @discardableResult func endManager() -> Bool {
        let isGuardGone = end([DaemonProcesses.guardian])
        return end([DaemonProcesses.manager]) && isGuardGone
    }

    /// Ends the holders of some locks, all at once: TERM, after a while KILL. What still runs after
    /// `patience` is reported on stderr and left.
    ///
    /// - Returns: Whether all are gone.
    @discardableResult func end(_ keys: [String]) -> Bool {
        var left = keys.compactMap { key in holder(of: key).map { Running(key: key, pid: $0) } }
        for process in left where process.pid <= 0 {
            Console.error("\(process.key).key is locked by a process that cannot be seen from here")
        }
        let areVisible = left.allSatisfy { $0.pid > 0 }
        left.removeAll { $0.pid <= 0 || $0.pid == getpid() }
        for process in left { sendSignal(SIGTERM, to: process.pid) }
        let begin = timeSinceBoot()
        var killed = false
        while true {
            left.removeAll { $0.isGone }
            let waited = timeSinceBoot() - begin
            guard !left.isEmpty, waited < DaemonProcesses.patience else { break }
            if !killed && waited >= DaemonProcesses.patience / 2 {
                for process in left { sendSignal(SIGKILL, to: process.pid) }
                killed = true
            }
            usleep(10_000)
        }
        for process in left {
            let why = process.letter == "D" ? "is in uninterruptible sleep" : "does not end"
            Console.error("process \(process.pid) of \(process.key).key \(why): left alone")
        }
        return left.isEmpty && areVisible
    }
}

/// One process as it was when we looked first; its start tells it from a later one with its pid.
private struct Running {
    let key: String
    let pid: Int32
    let start: UInt64?

    init(key: String, pid: Int32) {
        self.key = key
        self.pid = pid
        start = processStart(pid)
    }

    var isGone: Bool {
        guard let now = processStart(pid), now == start else { return true }
        return letter == "Z" || letter == "X"
    }

    /// What it does: `R`, `S`, `D` for uninterruptible sleep, `Z` for a zombie; nil when it is gone.
    var letter: Character? {
        guard let bytes = try? readFile("/proc/\(pid)/stat") else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.lastIndex(of: ")").flatMap { text[$0...].dropFirst(2).first }
    }
}
