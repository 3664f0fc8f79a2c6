// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// What one listener makes of what it hears on its link: which bytes are a beat of its peer, which of
/// those prove life, what is news, and whether the link is up.
///
/// Bytes and times go in, verdicts come out; whoever owns the descriptor and the page acts on them.
/// It allocates nothing per beat.
package struct BeatJudge: Sendable {
    /// A beat that proves life; its frame is the first `header.length` of the bytes heard.
    package struct Beat: Sendable {
        package let header: FrameHeader
        /// It says something else than the fresh beat before it.
        package let isNews: Bool
        /// The link was down until now.
        package let cameUp: Bool
        /// From when silence counts: never before the last beat's, and when it was heard where
        /// nothing better is known.
        package let sentAt: Duration
    }

    package enum Verdict: Sendable {
        case fresh(Beat)
        /// Sound, but a repetition or a first sight: it proves nothing, and is no fault.
        case noted
        /// The trailer of a slot mismatches, perhaps because it was read while it was written: to be
        /// read once more at once, as the second look (decision 10).
        case torn
        /// Dropped; `.otherLayout` is a sign of life all the same (see `heardOtherLayout`).
        case refused(DropReason)
    }

    /// By this listener's own timer; as it was when `hear` or `judge` ran last.
    package private(set) var isUp = false
    package private(set) var monitor: LinkMonitor
    /// When the peer was last heard in another layout than ours; nil for never.
    package private(set) var otherLayoutAt: Duration?

    private let layout: Layout
    private let peer: [UInt8]
    private let own: [UInt8]
    private let isSlot: Bool
    private var remnant = TrailerRemnant()
    private var content: UInt32?
    /// When the link counts as silent from the start, if nothing is heard at all; then nil.
    private var firstDeadline: Duration?

    /// - Parameters:
    ///   - peer: The node name bytes of the monitor line, without NUL.
    ///   - own: Our own node name bytes.
    ///   - timeout: Of the monitor line.
    ///   - isSlot: What is heard are slots of a disk, not datagrams.
    package init(
        layout: Layout, peer: [UInt8], own: [UInt8], timeout: Duration, isSlot: Bool,
        at now: Duration
    ) {
        self.layout = layout
        self.peer = peer
        self.own = own
        self.isSlot = isSlot
        monitor = LinkMonitor(timeout: timeout, isDisk: isSlot)
        firstDeadline = now + timeout
    }

    /// Judges one datagram, or one slot as read.
    ///
    /// - Parameters:
    ///   - now: When it was heard; for a slot, when its read began.
    ///   - isSecondLook: The same slot was just read, and was `.torn`.
    ///   - sendTime: When a beat with this stamp of the peer's clock left it, by our clock and as
    ///     nearly as can be told (`SlotWatch.sendTime`); for a datagram, `now`. Asked at most once, and
    ///     only for beats that carry a stamp.
    package mutating func hear(
        _ bytes: RawSpan, at now: Duration, isSecondLook: Bool,
        sendTime: (_ stamp: Duration) -> Duration
    ) -> Verdict {
        do throws(DropReason) {
            let header = try FrameHeader(
                inspecting: bytes, layout: layout, peer: peer, own: own, isSlot: isSlot)
            remnant.clear()
            return judge(header, at: now, sendTime)
        } catch {
            guard error == .badTrailer, isSlot else { return .refused(error) }
            guard isSecondLook else { return .torn }
            guard let header = headerBeforeLeftover(bytes) else { return .refused(.badTrailer) }
            return judge(header, at: now, sendTime)
        }
    }

    /// Notes a beat that was refused as of another layout; for a slot, only when its bytes changed.
    ///
    /// True when it is the first one for a whole timeout: nmond should know now.
    package mutating func heardOtherLayout(at now: Duration) -> Bool {
        let isFirst = otherLayoutAt.map { now - $0 > monitor.timeout } ?? true
        otherLayoutAt = now
        return isFirst
    }

    /// True when the link has just gone down, or was silent from the start for its whole timeout;
    /// each is told once.
    package mutating func judge(at now: Duration) -> Bool {
        if isUp {
            isUp = monitor.isUp(at: now)
            return !isUp
        }
        guard let firstDeadline, now >= firstDeadline else { return false }
        self.firstDeadline = nil
        return true
    }

    /// When `judge(at:)` must be called next if nothing is heard; nil while time alone changes nothing.
    package func deadline(at now: Duration) -> Duration? {
        isUp ? monitor.deadline(at: now) ?? now : firstDeadline
    }

    /// When to look once more before silence takes the link down, where looking is needed (decision
    /// 14); nil while it is down.
    package func lastLook(at now: Duration) -> Duration? {
        monitor.deadline(at: now).map { $0 - min(.milliseconds(50), monitor.timeout / 8) }
    }

    // MARK: One beat

    private mutating func judge(
        _ header: FrameHeader, at now: Duration, _ sendTime: (Duration) -> Duration
    ) -> Verdict {
        var sentAt = now
        if let stamp = header.stamp {
            sentAt = max(sendTime(stamp), min(monitor.lastFresh ?? .zero, now))
        }
        let mark = BeatMark(
            elapsed: header.elapsed, trailer: header.trailer.map { ($0.boot, $0.beat) })
        switch monitor.heard(mark, at: sentAt) {
        case .fresh: return .fresh(take(header, sentAt: sentAt))
        case .repeated, .unproven: return .noted
        case .stale: return .refused(.stale)
        case .missingTrailer: return .refused(.missingTrailer)
        }
    }

    private mutating func take(_ header: FrameHeader, sentAt: Duration) -> Beat {
        let beat = Beat(
            header: header, isNews: content != header.content, cameUp: !isUp, sentAt: sentAt)
        content = header.content
        isUp = true
        firstDeadline = nil
        return beat
    }

    /// A slot whose trailer mismatched twice: its frame counts only if the trailer is a leftover.
    private mutating func headerBeforeLeftover(_ bytes: RawSpan) -> FrameHeader? {
        guard
            let header = try? FrameHeader(
                inspecting: bytes.extracting(first: layout.size), layout: layout, peer: peer,
                own: own, isSlot: true),
            remnant.isLeftover(tail: bytes.digest(from: layout.size), elapsed: header.elapsed)
        else { return nil }
        return header
    }
}

extension BeatJudge.Beat {
    /// The peer's beat interval, as this beat says; a C peer beats once a second.
    package var interval: Duration { header.trailer?.interval ?? .seconds(1) }
    /// When it was sent by the peer's clock, if it says so.
    package var stamp: Duration? { header.stamp }
}

extension FrameHeader {
    /// The sender's time of the beat, if it says it (decision 18).
    fileprivate var stamp: Duration? {
        trailer.map { Duration.nanoseconds(Int64(clamping: $0.beat)) }
    }
}

extension RawSpan {
    /// FNV-1a: tells whether bytes stayed the same, nothing more.
    fileprivate func digest(from start: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for offset in start..<byteCount {
            let byte = unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return hash
    }
}
