// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// A stream of beats from honest senders, restarted senders and replays, with any time between them.
///
/// A link is up while its last fresh beat is younger than the timeout, and nothing but a fresh beat
/// changes that. No beat is fresh twice; beats of one boot are fresh in their order only.
struct ListenerExamination {
    /// As many as the monitor promises to remember.
    private static let boots = 8

    private let isDisk: Bool
    private var monitor: LinkMonitor
    private var now: Duration = .seconds(1)
    /// The newest beat of each boot that was fresh.
    private var newest: [UInt64: UInt64] = [:]
    private var lastMark: BeatMark?
    private var lastFresh: Duration?
    /// Of the last fresh beat.
    private var hadTrailer = false
    private var trailerAt: Duration?
    private var fresh = 0

    static func examine(_ input: [UInt8]) -> FuzzOutcome {
        var reader = InputReader(input)
        var examination = ListenerExamination(choice: reader.byte())
        while !reader.isAtEnd {
            if let broken = examination.step(&reader) {
                return FuzzOutcome(accepted: examination.fresh, broken: broken)
            }
        }
        return FuzzOutcome(accepted: examination.fresh)
    }

    private init(choice: UInt8) {
        let timeouts: [Duration] = [
            .milliseconds(100), .milliseconds(500), .seconds(2), .seconds(10),
        ]
        isDisk = choice & 1 == 1
        monitor = LinkMonitor(timeout: timeouts[Int(choice >> 1 & 3)], isDisk: isDisk)
    }

    private mutating func step(_ reader: inout InputReader) -> String? {
        now += pause(reader.byte())
        if let broken = upBroken() { return broken }
        let mark = mark(&reader)
        let deadline = monitor.deadline(at: now)
        let verdict = monitor.heard(mark, at: now)
        defer { lastMark = mark }
        if verdict == .fresh { return freshBroken(mark) ?? upBroken() }
        guard monitor.deadline(at: now) == deadline else {
            return "\(verdict) at \(now) moved the deadline from \(deadline as Any)"
        }
        return missingBroken(mark, verdict) ?? upBroken()
    }

    /// None, moments, parts of a timeout, and days.
    private func pause(_ byte: UInt8) -> Duration {
        let amount = Int(byte >> 2)
        return switch byte & 3 {
        case 0: .milliseconds(amount)
        case 1: monitor.timeout * amount / 32
        case 2: .milliseconds(amount * 100)
        default: .seconds(amount * amount * 60)
        }
    }

    private func mark(_ reader: inout InputReader) -> BeatMark {
        let kind = reader.byte()
        let elapsed = UInt32(reader.byte())
        guard kind & 1 == 1 else { return BeatMark(elapsed: elapsed) }
        let boot = BootIdentity(high: UInt64(kind >> 1) % UInt64(Self.boots), low: 0, initStart: 0)
        let beat = kind & 0x80 == 0 ? UInt64(reader.byte()) : reader.number(bytes: 8)
        return BeatMark(elapsed: elapsed, trailer: (boot, beat))
    }

    private mutating func freshBroken(_ mark: BeatMark) -> String? {
        fresh += 1
        if mark == lastMark { return "the same beat twice in a row is fresh: \(mark)" }
        if lastFresh == nil, lastMark == nil, isDisk { return "the first sight of a slot is fresh" }
        if let trailer = mark.trailer {
            if let before = newest[trailer.boot.high], before >= trailer.beat {
                return "beat \(trailer.beat) of boot \(trailer.boot.high) is fresh after \(before)"
            }
            newest[trailer.boot.high] = trailer.beat
            trailerAt = now
        } else if let trailerAt, now - trailerAt < monitor.timeout {
            return "a beat without trailer is fresh beside those with one"
        }
        hadTrailer = mark.trailer != nil
        lastFresh = now
        return nil
    }

    private func missingBroken(_ mark: BeatMark, _ verdict: LinkMonitor.Verdict) -> String? {
        guard mark.trailer == nil, let trailerAt, now - trailerAt < monitor.timeout else {
            return nil
        }
        return verdict == .missingTrailer ? nil : "without its trailer a beat is \(verdict)"
    }

    /// What the monitor says of the link, by a reckoning of its own.
    private func upBroken() -> String? {
        let limit = hadTrailer ? monitor.timeout : max(monitor.timeout, .seconds(2))
        let isUp = lastFresh.map { now - $0 < limit } ?? false
        guard monitor.isUp(at: now) == isUp, monitor.lastFresh == lastFresh else {
            return "at \(now) the link is \(isUp ? "" : "not ")up, last beat \(lastFresh as Any)"
        }
        return nil
    }
}
