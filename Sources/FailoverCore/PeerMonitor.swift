// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// Merges all links of one peer into one judgement and one set of states.
///
/// The peer is undecided from nmond's start until it is heard, or until every link has been silent
/// for a full timeout; it is up while one link carries beats, and down only after a full timeout of
/// silence on all of them. States come from the newest publication, on whichever link it arrived, so
/// that a slow disk never puts an older state back; a C peer has no such number, see `newestLegacy`.
package struct PeerMonitor: Sendable, Codable {
    package let name: String
    package private(set) var judgement: PeerView.Judgement
    /// The highest of our publications that it has echoed, of this boot of ours and of its.
    package private(set) var acknowledged: UInt64 = 0
    /// The boot and publication of what was last taken from it, for our echoes.
    package private(set) var boot: BootIdentity?
    /// Of `boot`, as echoes carry it.
    private var bootChecksum: UInt32 = 0
    package private(set) var publication: UInt64 = 0
    private(set) var ears: [LinkEar] = []
    private var retired: [RetiredBoot] = []
    /// The last beat that was taken, and when it was heard: so the clock of `boot` goes on.
    private var takenBeat: UInt64 = 0
    private var takenAt: Duration = .zero
    private var echoesUs = false
    private var isManagerAbsent = false
    /// The link of the content in force, and which of its news that was.
    private var takenFrom: Int?
    private var takenNumber = 0
    /// Only a beat after this one ends being undecided: the end of the last pause.
    private var hearAfter: Duration = .zero
    /// Not down before this: we slept, and so did the receivers.
    private var patience: Duration = .zero

    init(name: String, at now: Duration) {
        self.name = name
        judgement = .undecided(until: now)
    }

    mutating func add(_ link: ManagedLink, at now: Duration) -> Int {
        ears.append(LinkEar(link: link, at: now))
        judgement = .undecided(until: silentAt)
        return ears.count - 1
    }

    mutating func note(_ reading: LinkReading, ear: Int, at now: Duration) {
        ears[ear].note(reading, at: now)
    }

    /// Takes what it says once more: our list of services has changed.
    mutating func retake() { takenFrom = nil }

    // MARK: - Up or down

    /// Judges the peer anew; true when the judgement changed.
    mutating func judge(at now: Duration) -> Bool {
        let before = judgement
        judgement = judged(at: now)
        return judgement != before
    }

    private func judged(at now: Duration) -> PeerView.Judgement {
        if hasEar({ ears[$0].hasContent && proves($0, at: now) && !isReplayed($0) }) { return .up }
        if hasEar({ ears[$0].isOtherLayout(at: now) }) { return .otherLayout }
        switch judgement {
        case .down: return .down
        case .up, .undecided, .otherLayout:
            // Without a single ear that listened, silence is ours and proves nothing.
            let isProven = hasEar {
                ears[$0].isListening(at: now) && now >= ears[$0].silentAt
            }
            if isProven && now >= max(silentAt, patience) { return .down }
            // Nor is the last word heard a reason for anything once it is older than its timeout.
            if judgement == .up, hasEar({ proves($0, at: now) && !isReplayed($0) }) { return .up }
            return .undecided(until: max(silentAt, patience))
        }
    }

    /// A living ear, of this side of the last pause.
    private func proves(_ ear: Int, at now: Duration) -> Bool {
        ears[ear].lives(at: now) && ears[ear].beatAt! > hearAfter
    }

    // By index and in place: nmond does this at every turn, and would copy each ear else.
    @inline(__always)
    private func hasEar(_ holds: (Int) -> Bool) -> Bool {
        for index in ears.indices where holds(index) { return true }
        return false
    }

    private var silentAt: Duration {
        var last: Duration?
        for index in ears.indices {
            let silentAt = ears[index].silentAt
            last = max(last ?? .zero, silentAt)
        }
        return last ?? .seconds(Int64.max >> 32)
    }

    /// This machine slept for `pause`: short, silence is judged later; long, nothing is known.
    mutating func slept(_ pause: Duration, forgetting: Bool, at now: Duration) {
        patience = max(patience, now + pause)
        guard forgetting else { return }
        patience = now
        hearAfter = now
        for ear in ears.indices { ears[ear].listenAnew(at: now) }
        judgement = .undecided(until: silentAt)
    }

    /// The next moment at which the judgement, or whether a link is up, may change by itself.
    @inline(__always)
    func deadline(after now: Duration) -> Duration? {
        var next: Duration?
        func consider(_ at: Duration) {
            if at > now { next = min(next ?? at, at) }
        }
        for index in ears.indices {
            let timeout = ears[index].timeout
            if let at = ears[index].beatAt { consider(at + timeout) }
            if let at = ears[index].otherLayoutAt { consider(at + timeout) }
        }
        if judgement != .down, !ears.isEmpty { consider(max(silentAt, patience)) }
        return next
    }

    // MARK: - What it says

    /// What is to be taken from the peer now; nil when that is what was taken before.
    ///
    /// - Parameters:
    ///   - ownLinks: The `linkID`s of our own senders.
    ///   - ownBoot: The checksum of our boot identity, which an echo must carry.
    mutating func merge(at now: Duration, ownLinks: Set<UInt32>, ownBoot: UInt32) -> Heartbeat? {
        let hasTrailer = hasEar { isUp($0, at: now) && ears[$0].hasTrailer }
        guard let ear = hasTrailer ? newestPublication(at: now) : newestLegacy(at: now),
            takenFrom != ear || takenNumber != ears[ear].contentNumber
        else { return nil }
        let content = ears[ear].content!
        if let trailer = content.trailer {
            let heardAt = ears[ear].contentAt
            guard take(trailer, at: heardAt, ownLinks: ownLinks, ownBoot: ownBoot, now) else {
                return nil
            }
        } else {
            (echoesUs, acknowledged, isManagerAbsent) = (false, 0, false)
        }
        (takenFrom, takenNumber) = (ear, ears[ear].contentNumber)
        return content
    }

    private func isUp(_ ear: Int, at now: Duration) -> Bool {
        ears[ear].isUp(at: now) && ears[ear].beatAt! > hearAfter
    }

    /// Among frames of one boot the highest publication, among equal ones the last to arrive. Another
    /// boot than the one in force is a new one only if its word came after that one's last: the other
    /// link of a machine that was booted may say for a while what it said before.
    private func newestPublication(at now: Duration) -> Int? {
        var newest: Int?
        for ear in ears.indices where isUp(ear, at: now) && ears[ear].hasTrailer {
            guard isInForceOrNew(ear), !isReplayed(ear) else { continue }
            if let newest, !isNewer(ear, than: newest) { continue }
            newest = ear
        }
        return newest
    }

    private func isNewer(_ ear: Int, than other: Int) -> Bool {
        let (a, b) = (ears[other].mark!, ears[ear].mark!)
        if a.boot == b.boot, a.publication != b.publication { return a.publication < b.publication }
        return ears[other].contentAt < ears[ear].contentAt
    }

    private func isInForceOrNew(_ ear: Int) -> Bool {
        boot == nil || ears[ear].mark!.boot == boot || ears[ear].contentAt > takenAt
    }

    /// It brings beats of a boot that was replaced, sent before that: replays, whatever the receiver,
    /// which may be a new one, takes them for. The living boot, which a replay had replaced, beats on
    /// and comes back.
    private func isReplayed(_ ear: Int) -> Bool {
        guard !retired.isEmpty, let mark = ears[ear].mark,
            let retirement = retired.first(where: { $0.boot == mark.boot })
        else { return false }
        return mark.beat <= retirement.clock
    }

    /// What the clock of the boot in force shows now, in nanoseconds; no beat of it was sent later.
    private func peerClock(at now: Duration) -> UInt64 {
        let passed = max(now - takenAt, .zero).nanosecondsSinceBoot
        let (clock, isTooMuch) = takenBeat.addingReportingOverflow(passed)
        return isTooMuch ? .max : clock
    }

    /// Notes the numbers of a trailer; false when it is older than what was taken before.
    private mutating func take(
        _ trailer: Trailer, at heardAt: Duration, ownLinks: Set<UInt32>, ownBoot: UInt32,
        _ now: Duration
    ) -> Bool {
        if trailer.boot != boot {
            retired.removeAll { $0.boot == trailer.boot }
            if let boot {
                retired =
                    retired.suffix(7)
                    + [RetiredBoot(boot: boot, clock: peerClock(at: now))]
            }
            (boot, publication, acknowledged) = (trailer.boot, 0, 0)
            bootChecksum = trailer.boot.checksum
        } else if trailer.publication < publication {
            return false
        }
        let echoes = trailer.echoes.filter { ownLinks.contains($0.link) && $0.boot == ownBoot }
        publication = trailer.publication
        (takenBeat, takenAt) = (trailer.beat, heardAt)
        isManagerAbsent = trailer.managerAbsent
        echoesUs = !echoes.isEmpty
        acknowledged = max(acknowledged, echoes.map(\.publication).max() ?? 0)
        return true
    }

    /// A C peer beats once a second, sometimes a little later: after this two beats are missing.
    private static let legacyPatience = Duration.milliseconds(2500)

    /// Of a C peer: net and unicast before disk (decision 19), for a slow disk carries yesterday's state
    /// as today's news. But a fast link that misses beats does not speak for the peer any more once a
    /// disk has brought later news.
    private func newestLegacy(at now: Duration) -> Int? {
        let up = ears.indices.filter { isUp($0, at: now) }
        let latest = { (ears: [Int]) in ears.max { self.isLater($1, than: $0) } }
        let fast = up.filter { !ears[$0].link.kind.isDisk }
        guard let slow = latest(up.filter { ears[$0].link.kind.isDisk }),
            let best = latest(fast)
        else { return latest(up) }
        let lastHeard = fast.compactMap { ears[$0].beatAt }.max() ?? .zero
        let isSilent = now - lastHeard > Self.legacyPatience
        return isSilent && ears[slow].contentAt > lastHeard && isLater(slow, than: best)
            ? slow : best
    }

    /// By what the C peer's clock says where that is plausible, then by what arrived last.
    private func isLater(_ ear: Int, than other: Int) -> Bool {
        let (a, b) = (ears[other], ears[ear])
        let ahead = Int64(b.content!.elapsed) - Int64(a.content!.elapsed)
        if ahead != 0 && abs(ahead) <= 60 { return ahead > 0 }
        return a.contentAt < b.contentAt
    }

    // MARK: - What others see

    /// Every up link that carries content carries a trailer.
    func sendsTrailers(at now: Duration) -> Bool {
        hasEar { speaks($0, at: now) } && !hasEar { speaks($0, at: now) && !ears[$0].hasTrailer }
    }

    private func speaks(_ ear: Int, at now: Duration) -> Bool {
        ears[ear].hasContent && ears[ear].lives(at: now)
    }

    /// It says that it hears us, and it has somebody to act on what it hears.
    var hearsUs: Bool { judgement == .up && echoesUs && !isManagerAbsent }

    /// "I hear you", one per link that is up.
    @inline(__always)
    func addEchoes(to echoes: inout [LinkEcho], at now: Duration) {
        guard boot != nil else { return }
        for index in ears.indices where ears[index].hasTrailer && ears[index].lives(at: now) {
            let link = ears[index].link.linkID
            echoes.append(LinkEcho(link: link, boot: bootChecksum, publication: publication))
        }
    }

    @inline(__always)
    func view(at now: Duration, diskTimeout: Duration, weSendTrailers: Bool) -> PeerView {
        PeerView(
            name: name, judgement: judgement,
            sendsTrailers: judgement == .up && weSendTrailers && sendsTrailers(at: now),
            hearsUs: hearsUs,
            acknowledged: judgement == .up ? acknowledged : 0,
            hasFastLink: hasEar { !ears[$0].link.kind.isDisk && ears[$0].isUp(at: now) },
            diskTimeout: diskTimeout)
    }
}

/// A boot of the peer that another one replaced.
private struct RetiredBoot: Sendable, Codable {
    var boot: BootIdentity
    /// What its own clock since boot showed when it was replaced, in nanoseconds.
    var clock: UInt64
}
