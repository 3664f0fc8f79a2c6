// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// When a disk listener reads its slot next, so that it sees each write at most 0.1 s late with
/// about one read per interval (decision 14).
///
/// It learns the moment of the peer's write from its own reads: a read that shows a change when the
/// one before did not says that the write lies between them. Once that gap is small it reads one
/// interval later, and earlier each time, by twice as much as the last time, until a read comes too
/// early; the next one a moment later then tells the moment anew. So a single late write, or a late
/// read, moves the phase for a few beats only. No clock is shared with the peer; but where its beats
/// carry its time, they tell the regular ones from those sent early for news (`BeatGrid`).
package struct DiskPhase: Equatable, Sendable {
    private enum Mode: Equatable {
        /// Reads quickly until a change shows where the write lies, or `until`.
        case hunting(until: Duration)
        /// Nobody writes: one read per interval.
        case resting
        /// The next write is expected just before the next read; `misses` reads came too early. If
        /// none does, the read after it comes earlier by `back`.
        case locked(misses: Int, back: Duration)
    }

    /// The peer's beat interval.
    package private(set) var interval: Duration
    /// Time since boot of the next read.
    package private(set) var nextRead: Duration

    private var mode: Mode
    private var lastRead: Duration?
    private var grid: BeatGrid
    private var steps: Steps

    package init(interval: Duration, start: Duration) {
        precondition(interval > .zero, "beat interval \(interval)")
        self.interval = interval
        steps = Steps(interval: interval)
        grid = BeatGrid(interval: interval)
        nextRead = start
        mode = .hunting(until: start + interval * 5 / 2)
    }

    /// That of the shortest timeout: what a beat says must not have the disk read without end.
    package static let shortestInterval = Duration.milliseconds(25)

    /// The peer says that it beats at another interval than ours.
    package mutating func peerBeats(every stated: Duration) {
        let interval = max(stated, Self.shortestInterval)
        guard stated > .zero, interval != self.interval else { return }
        self.interval = interval
        steps = Steps(interval: interval)
        grid = BeatGrid(interval: interval)
    }

    /// A read that began at `now` showed other bytes than the one before, or the same.
    ///
    /// - Parameter stamp: The time of the new beat by the peer's clock, if it says it.
    package mutating func read(at now: Duration, changed: Bool, stamp: Duration? = nil) {
        let previous = lastRead
        lastRead = now
        if changed { seenChange(at: now, previous) } else { seenNothing(at: now) }
        if changed, let stamp {
            let isExact = previous.map { now - $0 <= steps.step + steps.step / 2 } ?? false
            grid.seen(stamp, at: now, isExact: isExact)
            if let write = grid.nextWrite {
                // A beat for news may show although the regular one is due and not yet there.
                nextRead = max(write + steps.margin, now + steps.fine)
                mode = .locked(misses: write <= now ? 1 : 0, back: steps.creep)
            }
        }
        if nextRead <= now { nextRead = now + steps.step }
    }

    /// When the beat that a read at `now` shows was written: the read's own time unless the peer's
    /// clock tells that it was earlier.
    package func writeTime(of stamp: Duration, readAt now: Duration) -> Duration {
        grid.writeTime(of: stamp, readAt: now, margin: steps.margin) ?? now
    }

    /// A read could not be made or said nothing: again after an interval.
    package mutating func failed(at now: Duration) {
        lastRead = nil
        mode = .resting
        nextRead = now + interval
    }

    private mutating func seenChange(at now: Duration, _ previous: Duration?) {
        switch mode {
        case .locked(let misses, let back):
            if misses == 0 {
                // Seen at the first try: perhaps long after the write. If the read itself was late,
                // that says nothing of the write: the plan counts.
                nextRead = min(nextRead, now) + interval - back
                // In one step: a machine may have stood still for days.
                if nextRead <= now { nextRead += interval * Int((now - nextRead) / interval) }
                while nextRead <= now { nextRead += interval }
                mode = .locked(misses: 0, back: min(back * 2, interval / 4))
            } else {
                let seen = previous.map { min(now, $0 + steps.fine * 2) } ?? now
                nextRead = seen + interval + steps.margin
                mode = .locked(misses: 0, back: steps.creep)
            }
        case .hunting, .resting:
            guard let previous, now - previous <= steps.step + steps.step / 2 else {
                // Somewhere in a wide gap: look at the same stretch of the next interval closely.
                mode = .hunting(until: now + interval + steps.step * 4)
                nextRead = previous.map { $0 + interval } ?? now + steps.step
                return
            }
            nextRead = now + interval
            mode = .locked(misses: 0, back: steps.creep)
        }
    }

    private mutating func seenNothing(at now: Duration) {
        switch mode {
        case .locked(let misses, let back) where misses < 6:
            mode = .locked(misses: misses + 1, back: back)
            nextRead = now + steps.fine
        case .locked:
            mode = .hunting(until: now + interval * 3 / 2)
            nextRead = now + steps.step
        case .hunting(let until) where now < until:
            nextRead = now + steps.step
        case .hunting, .resting:
            mode = .resting
            nextRead = now + interval
        }
    }
}

/// Short times, in proportion to the peer's beat interval; worked out once, for reads are many.
private struct Steps: Equatable, Sendable {
    /// Between reads while hunting.
    let step: Duration
    /// Between reads around the expected write.
    let fine: Duration
    /// How far behind the write to read.
    let margin: Duration
    /// How much earlier to come at first.
    let creep: Duration

    init(interval: Duration) {
        step = min(.milliseconds(50), interval / 8)
        fine = min(.milliseconds(20), interval / 40)
        margin = min(.milliseconds(30), interval / 25)
        creep = min(.milliseconds(4), interval / 200)
    }
}
