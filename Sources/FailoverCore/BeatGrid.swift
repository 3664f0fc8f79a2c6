// SPDX-License-Identifier: Apache-2.0

/// Where on our clock the peer's regular writes lie, by what its beats say of the peer's clock.
///
/// A beat's number is the sender's time. Regular beats stand on a grid of that time; a beat sent early
/// for news stands beside it, and must not be taken for the moment to read at (`BeatClock`).
struct BeatGrid: Equatable, Sendable {
    /// Our clock minus the peer's, with the least delay from its write to our read.
    private var offset: Duration?
    /// The last beat that stood on the grid, in the peer's time.
    private var regular: Duration?
    /// The last beat; the next one may show that both are on the grid.
    private var last: Duration?

    /// Notes a beat that was new at a read that began at `now`.
    ///
    /// - Parameter isExact: The read before, a moment ago, did not show it yet.
    mutating func seen(_ stamp: Duration, at now: Duration, isExact: Bool, interval: Duration) {
        let delay = now - stamp
        guard let offset, abs(delay - offset) < interval * 2 else {
            // The first one, or the peer's clock began anew.
            (self.offset, regular, last) = (delay, nil, stamp)
            return
        }
        // Come a little earlier each time, until a read is too early and the next one exact.
        self.offset = isExact ? delay : min(delay, offset) - min(.milliseconds(2), interval / 400)
        if isApart(stamp, regular, interval) || isApart(stamp, last, interval) { regular = stamp }
        last = stamp
    }

    /// When, on our clock, the first regular write after the last beat seen is made; it may be due.
    /// Nil while the grid is not known.
    func nextWrite(interval: Duration) -> Duration? {
        guard let offset, let regular, let last else { return nil }
        // The sender's timer may be a little early or late: the last beat's own place is behind us.
        let passed = ((last - regular + interval / 20) / interval).rounded(.down)
        return regular + offset + interval * (passed + 1)
    }

    /// When a beat that a read shows now was written, on our clock and at the latest.
    ///
    /// One sent for news just after a regular one is read an interval later; it is that old all the
    /// same. Nil while that cannot be told.
    func writeTime(of stamp: Duration, readAt now: Duration, interval: Duration, margin: Duration)
        -> Duration?
    {
        guard let offset, regular != nil else { return nil }
        let write = stamp + offset + margin
        return write <= now && now - write <= interval * 3 / 2 ? write : nil
    }

    /// Whether the two are apart by whole intervals, within a twentieth of one.
    private func isApart(_ stamp: Duration, _ other: Duration?, _ interval: Duration) -> Bool {
        guard let other, stamp > other else { return false }
        let intervals = ((stamp - other) / interval).rounded()
        return intervals >= 1 && abs(stamp - other - interval * intervals) <= interval / 20
    }

    private func abs(_ duration: Duration) -> Duration { max(duration, .zero - duration) }
}
