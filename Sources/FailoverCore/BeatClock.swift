// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// When a sender beats next, and which numbers a beat carries.
///
/// Beats stand on a regular grid; one sent early for news does not move it.
package struct BeatClock: Sendable {
    package let interval: Duration
    /// The next beat of the grid, time since boot.
    package private(set) var nextBeat: Duration

    private var lastBeat: UInt64 = 0
    /// The second sent last in a beat, and when; beats soon after it may repeat it.
    private var reference: (elapsed: UInt32, at: Duration)?

    package init(interval: Duration, start: Duration) {
        precondition(interval > .zero, "beat interval \(interval)")
        self.interval = interval
        nextBeat = start
    }

    /// Moves on to the first grid point after `now`: beats that were missed stay missed.
    package mutating func passed(_ now: Duration) {
        // In one step: a machine may have stood still for days.
        if now - nextBeat > interval { nextBeat += interval * Int((now - nextBeat) / interval) }
        while nextBeat <= now { nextBeat += interval }
    }

    /// The beat number: the sender's CLOCK_BOOTTIME nanoseconds, always growing.
    package mutating func beatNumber(at now: Duration) -> UInt64 {
        lastBeat = max(lastBeat + 1, now.nanosecondsSinceBoot)
        return lastBeat
    }

    /// The second to send: the wall clock's, plus one only if it would otherwise equal the one
    /// sent a second ago (decision 20). A tenth of a second is left for the timer's lateness.
    package mutating func elapsed(wallClock: Int64, at now: Duration) -> UInt32 {
        var elapsed = UInt32(truncatingIfNeeded: wallClock)
        if let reference {
            guard now - reference.at >= .milliseconds(900) else { return elapsed }
            if elapsed == reference.elapsed { elapsed &+= 1 }
        }
        reference = (elapsed, now)
        return elapsed
    }
}
