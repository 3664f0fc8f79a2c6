// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// Keeps one link process running: decides when it is started again, and when a frozen sender is
/// killed so that it can be (decisions 11 and 12).
///
/// A link that this nmond has never seen may be about to be started by hand: it gets 5 s.
struct LinkKeeper: Sendable, Codable {
    enum Action: Equatable {
        case start
        case kill(Int32)
    }

    /// Waits before a start: at once, then longer while it cannot stay up.
    static let waits: [Duration] = [.zero, .seconds(1), .seconds(2), .seconds(5), .seconds(10)]
    /// Up for this long, it has stayed up.
    static let settled = Duration.seconds(10)
    /// For programs that are started by hand one by one.
    static let patience = Duration.seconds(5)
    /// A process that is absent delays a start of a service for so long at most (decision 13).
    static let visibility = Duration.seconds(2)

    let isSender: Bool
    /// A sender whose loop has not run for so long is frozen: two intervals, so half a timeout at
    /// most, and its successor beats before the peer counts it as dead (decision 11).
    let frozenAfter: Duration
    private(set) var pid: Int32?
    private(set) var absentSince: Duration?
    private var upSince: Duration
    private var loopAt: Duration?
    private(set) var failures = 0
    private var startAt: Duration

    init(isSender: Bool, interval: Duration, at now: Duration) {
        self.isSender = isSender
        frozenAfter = interval * 2
        absentSince = now
        upSince = now
        startAt = now + LinkKeeper.patience
    }

    mutating func note(_ reading: LinkReading, at now: Duration) {
        if reading.pid != pid {
            switch (pid, reading.pid) {
            case (_?, nil): ended(at: now)
            case (_, _?):
                upSince = now
                absentSince = nil
                loopAt = nil
            case (nil, nil): break
            }
            pid = reading.pid
        }
        guard let loop = reading.loopAt, reading.pid != nil else { return }
        loopAt = max(loopAt ?? .zero, min(loop, now))
    }

    private mutating func ended(at now: Duration) {
        absentSince = now
        failures = now - upSince >= LinkKeeper.settled ? 0 : failures
        startAt = now + wait
    }

    private var wait: Duration { LinkKeeper.waits[min(failures, LinkKeeper.waits.count - 1)] }

    /// After a pause of this machine a sender slept too, and gets its time again.
    mutating func slept(at now: Duration) {
        if loopAt != nil { loopAt = now }
    }

    mutating func step(at now: Duration) -> Action? {
        guard let pid else {
            guard now >= startAt else { return nil }
            failures += 1
            startAt = now + max(wait, .seconds(1))
            return .start
        }
        guard isSender, let loop = loopAt, now - loop >= frozenAfter else { return nil }
        loopAt = now
        // It did stay up until it froze: its successor must beat before the peer's timeout, however
        // often that happens. Two intervals each time are wait enough.
        failures = 0
        return .kill(pid)
    }

    func deadline(after now: Duration) -> Duration? {
        guard pid == nil else { return isSender ? loopAt.map { $0 + frozenAfter } : nil }
        return startAt
    }
}
