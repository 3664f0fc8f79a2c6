// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// What nmond knows of one link that we hear a peer on.
///
/// Age decides, never a flag that a dead receiver left behind (R18). And only a receiver that was
/// listening proves silence: one that is gone, or was started a moment ago, has heard nothing because
/// it could not hear.
///
/// What is asked of it in every turn of nmond is inlined, so that it is not copied to be asked.
struct LinkEar: Sendable, Codable {
    let link: ManagedLink
    private(set) var pid: Int32?
    /// The last fresh beat; never goes back, also when the receiver is started anew.
    private(set) var beatAt: Duration?
    private(set) var otherLayoutAt: Duration?
    private var word: HeardWord?
    /// When the last fresh beat's content was new.
    private(set) var contentAt: Duration = .zero
    /// Counts news.
    private(set) var contentNumber = 0
    /// Silence counts from here at the earliest: a start of the receiver or of nmond, or a pause.
    private var earSince: Duration
    /// The receiver's loop ran last; nil where it has not yet.
    private var loopAt: Duration?
    /// Its page can be read: a receiver that says nothing (of another version, say) may hear.
    private var tells = false

    init(link: ManagedLink, at now: Duration) {
        self.link = link
        earSince = now
    }

    /// Decision 25: beside a peer without trailers a beat may be a second late by design.
    @inline(__always)
    var timeout: Duration {
        word == nil || hasTrailer ? link.timeout : max(link.timeout, .seconds(2))
    }

    mutating func note(_ reading: LinkReading, at now: Duration) {
        if reading.pid != pid {
            // The same receiver as before nmond's own restart is no news, but an earlier start of
            // it is no proof either: nmond's silence counts from nmond's start.
            let began = reading.pid == nil ? now : (reading.startedAt ?? now)
            earSince = max(earSince, min(began, now))
            (pid, loopAt, tells) = (reading.pid, nil, false)
        }
        if reading.startedAt != nil { tells = true }
        noteLoop(reading.loopAt, at: now)
        if let beat = past(reading.beatAt, now) { beatAt = max(beatAt ?? .zero, beat) }
        if let other = past(reading.otherLayoutAt, now) {
            otherLayoutAt = max(otherLayoutAt ?? .zero, other)
        }
        if let news = reading.word, reading.beatAt.map({ $0 <= now + .seconds(1) }) ?? true {
            word = news
            contentAt = beatAt ?? now
            contentNumber += 1
        }
    }

    /// A time of a page: a hair after `now` it was written since; far after, by another run of the
    /// machine, whose beats prove nothing.
    private func past(_ time: Duration?, _ now: Duration) -> Duration? {
        guard let time, time <= now + .seconds(1) else { return nil }
        return min(time, now)
    }

    /// A receiver that stood still heard nothing in that time, and must hear for a whole timeout.
    private mutating func noteLoop(_ loop: Duration?, at now: Duration) {
        guard let loop = loop.map({ min($0, now) }) else { return }
        if let last = loopAt, loop - last >= frozenAfter { earSince = max(earSince, loop) }
        loopAt = max(loopAt ?? .zero, loop)
    }

    /// The last fresh beat's content.
    var content: Heartbeat? { word?.heartbeat }
    @inline(__always)
    var hasContent: Bool { word != nil }
    /// The numbers of its trailer, if it had one.
    @inline(__always)
    var mark: TrailerMark? { word?.mark }
    @inline(__always)
    var hasTrailer: Bool { mark != nil }

    /// A receiver's loop runs once per interval.
    @inline(__always)
    private var frozenAfter: Duration { max(link.interval * 2, .seconds(2)) }

    /// After a pause of this machine: nothing that was not heard meanwhile counts as silence.
    mutating func listenAnew(at now: Duration) { earSince = max(earSince, now) }

    /// Beats with content arrive, and somebody is there to hear them.
    @inline(__always)
    func isUp(at now: Duration) -> Bool { pid != nil && hasContent && lives(at: now) }

    /// A fresh beat is younger than the timeout, whether its receiver still runs or not.
    @inline(__always)
    func lives(at now: Duration) -> Bool { beatAt.map { now - $0 < timeout } ?? false }

    /// The peer lives but speaks another layout.
    @inline(__always)
    func isOtherLayout(at now: Duration) -> Bool {
        otherLayoutAt.map { now - $0 < timeout } ?? false
    }

    /// When a full timeout of silence will have passed, if nothing more is heard.
    @inline(__always)
    var silentAt: Duration {
        max(earSince, max(beatAt ?? .zero, otherLayoutAt ?? .zero)) + timeout
    }

    /// Whether silence here says something about the peer.
    @inline(__always)
    func isListening(at now: Duration) -> Bool {
        pid != nil && tells && loopAt.map { now - $0 < frozenAfter } ?? true
    }
}
