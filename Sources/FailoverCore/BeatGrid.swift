// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// Where on our clock the peer's regular writes lie, by what its beats say of the peer's clock.
///
/// A beat's number is the sender's time. Regular beats stand on a grid of that time; a beat sent early
/// for news stands beside it, and must not be taken for the moment to read at (`BeatClock`).
struct BeatGrid: Equatable, Sendable {
    /// The peer's, and parts of it; worked out once, for reads are many.
    private let interval: Duration
    private let tolerance: Duration
    private let creep: Duration
    /// A beat that comes later than this after the last one begins the grid anew.
    private let longestGap: Duration
    /// Our clock minus the peer's, with the least delay from its write to our read.
    private var offset: Duration?
    /// The last beat that stood on the grid, in the peer's time.
    private var regular: Duration?
    /// The last beat; the next one may show that both are on the grid.
    private var last: Duration?

    init(interval: Duration) {
        self.interval = interval
        tolerance = interval / 20
        creep = min(.milliseconds(2), interval / 400)
        longestGap = interval * 64
    }

    /// Notes a beat that was new at a read that began at `now`.
    ///
    /// - Parameter isExact: The read before, a moment ago, did not show it yet.
    mutating func seen(_ stamp: Duration, at now: Duration, isExact: Bool) {
        let delay = now - stamp
        guard let offset, let last, abs(delay - offset) < interval + interval,
            abs(stamp - last) < longestGap
        else {
            // The first one, or the peer's clock began anew, or much was missed.
            (self.offset, regular, self.last) = (delay, nil, stamp)
            return
        }
        // Come a little earlier each time, until a read is too early and the next one exact.
        self.offset = isExact ? delay : min(delay, offset) - creep
        if isApart(stamp, regular) || isApart(stamp, last) { regular = stamp }
        self.last = stamp
        // So that the way from one regular beat to the next stays short.
        if let regular, stamp - regular >= longestGap { self.regular = nil }
    }

    /// When, on our clock, the first regular write after the last beat seen is made; it may be due.
    /// Nil while the grid is not known.
    var nextWrite: Duration? {
        guard let offset, let regular, let last else { return nil }
        // The sender's timer may be a little early or late: the last beat's own place is behind us.
        var next = regular + interval
        while next <= last + tolerance { next += interval }
        return next + offset
    }

    /// When a beat that a read shows now was written, on our clock and at the latest.
    ///
    /// One sent for news just after a regular one is read an interval later; it is that old all the
    /// same. Nil while that cannot be told.
    func writeTime(of stamp: Duration, readAt now: Duration, margin: Duration) -> Duration? {
        guard let offset, regular != nil else { return nil }
        let write = stamp + offset + margin
        return write <= now && (now - write) + (now - write) <= interval + interval + interval
            ? write : nil
    }

    /// Whether the first is later than the other by whole intervals, within a twentieth of one.
    private func isApart(_ stamp: Duration, _ other: Duration?) -> Bool {
        guard let other, stamp - other > tolerance, stamp - other < longestGap else { return false }
        var next = other + interval
        while next + tolerance < stamp { next += interval }
        return next - tolerance <= stamp
    }

    private func abs(_ duration: Duration) -> Duration { max(duration, .zero - duration) }
}
