// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// What distinguishes one beat from the next.
package struct BeatMark: Equatable, Sendable {
    /// The sender's wall clock second; all that a C peer has.
    package var elapsed: UInt32
    /// Of a trailer, if the beat had one: CLOCK_BOOTTIME nanoseconds of the sender.
    package var trailer: (boot: BootIdentity, beat: UInt64)?

    package init(elapsed: UInt32, trailer: (boot: BootIdentity, beat: UInt64)? = nil) {
        self.elapsed = elapsed
        self.trailer = trailer
    }

    package static func == (a: BeatMark, b: BeatMark) -> Bool {
        a.elapsed == b.elapsed && a.trailer?.boot == b.trailer?.boot
            && a.trailer?.beat == b.trailer?.beat
    }
}

/// Judges from arrival times whether one heartbeat link is up, and which beats prove life.
///
/// Allocates nothing. A late or lost beat says nothing; only silence for the whole timeout takes
/// the link down, and the next fresh beat brings it up again. A first beat proves nothing on a disk
/// (the slot may be a year old): the link is up when a change was seen.
///
/// Source: decisions 10, 14, 18, 19 and 25; specification, 6.4 and 6.5.
package struct LinkMonitor: Sendable {
    package enum Verdict: Equatable, Sendable {
        /// New: proves life, its content counts.
        case fresh
        /// The same beat again: no life, no content, no fault.
        case repeated
        /// The first sight of a slot, or the first beat of a new boot: wait for one more.
        case unproven
        /// Older than one already heard, or of a boot that was replaced (decision 18).
        case stale
        /// From a peer that is known to send trailers here, without one.
        case missingTrailer
    }

    /// The least timeout beside a peer whose beats tell only the second (decision 25).
    package static let legacyMinimum = Duration.seconds(2)

    /// As configured; `silenceLimit` is what counts.
    package let timeout: Duration
    /// When the last fresh beat was heard, time since boot; nil before the first.
    package private(set) var lastFresh: Duration?

    private let isDisk: Bool
    private var lastElapsed: UInt32?
    /// When the last fresh beat with a trailer was heard; nil when none was, or it is forgotten.
    private var lastTrailer: Duration?
    /// The boot that counts, and the newest beat of it.
    private var current: (boot: BootIdentity, beat: UInt64)?
    /// Another boot that was seen once since the last fresh beat of `current`.
    private var candidate: (boot: BootIdentity, beat: UInt64)?
    private var replaced = ReplacedBoots()

    /// - Parameters:
    ///   - timeout: The longest silence of a link that is up.
    ///   - isDisk: A first sight proves nothing; a datagram's first beat does.
    package init(timeout: Duration, isDisk: Bool) {
        self.timeout = timeout
        self.isDisk = isDisk
    }

    /// The silence that takes the link down: at least 2 s when the last beat had no trailer.
    package var silenceLimit: Duration {
        lastFresh == nil || lastTrailer != nil ? timeout : max(timeout, Self.legacyMinimum)
    }

    /// Judges one valid beat of the peer.
    ///
    /// - Parameter now: Time since boot, from a clock that never goes back.
    package mutating func heard(_ mark: BeatMark, at now: Duration) -> Verdict {
        let verdict: Verdict
        if let trailer = mark.trailer {
            verdict = judge(trailer, at: now)
            if verdict == .fresh { lastTrailer = now }
        } else {
            verdict = judge(legacy: mark.elapsed, at: now)
        }
        // Beats that were refused must not become "the last second", or a replay between two real
        // ones would make the second real one look new once more.
        if verdict != .stale { lastElapsed = mark.elapsed }
        if verdict == .fresh { lastFresh = now }
        return verdict
    }

    package func isUp(at now: Duration) -> Bool { deadline(at: now) != nil }

    /// When the link goes down if nothing more is heard; nil while it is down.
    package func deadline(at now: Duration) -> Duration? {
        guard let lastFresh else { return nil }
        let end = lastFresh + silenceLimit
        return now < end ? end : nil
    }

    /// A trailer's beat number must advance; a new boot needs two beats, and half a timeout of the old
    /// one's silence, to replace it.
    private mutating func judge(
        _ mark: (boot: BootIdentity, beat: UInt64), at now: Duration
    ) -> Verdict {
        guard let current else {
            self.current = mark
            return isDisk ? .unproven : .fresh
        }
        if mark.boot == current.boot {
            if mark.beat == current.beat { return .repeated }
            guard mark.beat > current.beat else { return .stale }
            self.current = mark
            // The known boot lives: whoever speaks in another's name starts over.
            candidate = nil
            return .fresh
        }
        if let newest = replaced.newestBeat(of: mark.boot) {
            // Not for ever: a replay that took the living boot's place falls silent, and then the living
            // one comes back. What was heard of it before never passes for that.
            let isSilent = lastFresh.map { now - $0 >= timeout } ?? true
            guard isSilent, mark.beat > newest else { return .stale }
        }
        guard let candidate, candidate.boot == mark.boot else {
            self.candidate = mark
            return .unproven
        }
        if mark.beat == candidate.beat { return .repeated }
        guard mark.beat > candidate.beat else { return .stale }
        // A machine that was booted anew was silent before; replays between two beats of one that
        // lives are not its successor.
        let isQuiet = lastFresh.map { now - $0 >= timeout / 2 } ?? true
        guard isQuiet else {
            self.candidate = mark
            return .unproven
        }
        replaced.remove(mark.boot)
        replaced.insert(current)
        self.current = mark
        self.candidate = nil
        return .fresh
    }

    /// A C peer's clock may step back, so any other second is news (decision 19).
    private mutating func judge(legacy elapsed: UInt32, at now: Duration) -> Verdict {
        if let lastTrailer, now - lastTrailer < timeout { return .missingTrailer }
        guard let lastElapsed else { return isDisk ? .unproven : .fresh }
        guard elapsed != lastElapsed else { return .repeated }
        // Not before: a repeated beat must not lengthen the silence that is allowed.
        lastTrailer = nil
        return .fresh
    }
}

/// The last boots that were replaced by newer ones, and the newest beat of each: what comes of them
/// later are replays.
private struct ReplacedBoots: Sendable {
    private var boots = InlineArray<8, (boot: BootIdentity, beat: UInt64)?>(repeating: nil)
    private var next = 0

    func newestBeat(of boot: BootIdentity) -> UInt64? {
        for index in boots.indices where boots[index]?.boot == boot { return boots[index]?.beat }
        return nil
    }

    mutating func remove(_ boot: BootIdentity) {
        for index in boots.indices where boots[index]?.boot == boot { boots[index] = nil }
    }

    mutating func insert(_ mark: (boot: BootIdentity, beat: UInt64)) {
        boots[next] = mark
        next = (next + 1) % boots.count
    }
}
