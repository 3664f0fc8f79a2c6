// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import WireFormat

/// What a receiver hears of a peer that sends as it should, while beats are lost, repeated, replayed,
/// damaged, torn and sent by others, at any times; with the plan by which a slot is read.
///
/// Only a beat that is new brings the link up, and what it was last up by is younger than the timeout.
struct JudgeExamination {
    private let isSlot: Bool
    private let timeout: Duration
    private var judge: BeatJudge
    private var watch: SlotWatch
    private var now: Duration = .seconds(1)
    /// The peer's frame, and what it sent so far.
    private var sender: Frame
    private var sent: [[UInt8]] = []
    private var beats: UInt64 = 1_000_000_000
    /// The beats with a trailer that were fresh.
    private var taken: Set<UInt64> = []
    private var lastSent: Duration?
    private var fresh = 0

    static func examine(_ input: [UInt8]) -> FuzzOutcome {
        var reader = InputReader(input)
        guard var examination = JudgeExamination(choice: reader.byte()) else {
            return FuzzOutcome()
        }
        while !reader.isAtEnd {
            if let broken = examination.step(&reader) {
                return FuzzOutcome(accepted: examination.fresh, broken: broken)
            }
        }
        return FuzzOutcome(accepted: examination.fresh)
    }

    private init?(choice: UInt8) {
        isSlot = choice & 1 == 1
        timeout = [.milliseconds(100), .seconds(2), .seconds(10)][Int(choice >> 1) % 3]
        judge = BeatJudge(
            layout: .a, peer: Array("node1".utf8), own: Array("node2".utf8), timeout: timeout,
            isSlot: isSlot, at: now)
        watch = SlotWatch(interval: min(.seconds(1), timeout / 4), start: now)
        guard let frame = Self.frame(boot: 0, number: 2, hasTrailer: choice & 0x80 == 0) else {
            return nil
        }
        sender = frame
    }

    private static func frame(boot: UInt64, number: Int32, hasTrailer: Bool) -> Frame? {
        let boot = BootIdentity(high: boot, low: 0, initStart: 0)
        let beat = Heartbeat(
            node: "node1", services: [ServiceEntry(name: "svc", number: number)], elapsed: 1,
            pid: 42, trailer: hasTrailer ? Trailer(boot: boot, publication: 1) : nil)
        return try? Frame(beat, layout: .a, room: 1024)
    }

    private mutating func step(_ reader: inout InputReader) -> String? {
        let choice = reader.byte()
        now += pause(reader.byte())
        let wasUp = judge.isUp
        let wentDown = judge.judge(at: now)
        if wasUp, wentDown == judge.isUp { return "went down: \(wentDown), is up: \(judge.isUp)" }
        if !wasUp, judge.isUp { return "came up by time alone" }
        if let broken = upBroken() { return broken }
        guard let bytes = heard(choice & 0x0F, &reader) else { return nil }
        return hear(bytes, isChanged: choice & 0x10 == 0)
    }

    private func pause(_ byte: UInt8) -> Duration {
        let amount = Int(byte >> 2)
        return switch byte & 3 {
        case 0: .milliseconds(amount)
        case 1: timeout * amount / 32
        case 2: .milliseconds(amount * 50)
        default: .seconds(amount * amount)
        }
    }

    private mutating func heard(_ kind: UInt8, _ reader: inout InputReader) -> [UInt8]? {
        switch kind {
        case 0: return nil
        case 1, 2, 3: return beat(after: .milliseconds(Int(kind) * 250))
        case 4: return news(&reader)
        case 5: return sent.isEmpty ? nil : sent[Int(reader.byte()) % sent.count]
        case 6: return torn(at: Int(reader.byte()) * 4)
        case 7: return damaged(&reader)
        case 8: return sent.last.map { Array($0.prefix(Layout.a.size)) }
        case 9: return sent.last.map { $0 + [UInt8](repeating: reader.byte(), count: 100) }
        case 10: return legacy(reader.byte())
        case 11: return Seal.mended(damaged(&reader) ?? [], .a)
        default: return reader.byte() & 1 == 0 ? [] : [UInt8](repeating: 0, count: 512)
        }
    }

    private mutating func beat(after interval: Duration) -> [UInt8] {
        beats += UInt64(interval.components.attoseconds / 1_000_000_000)
        sender.stamp(elapsed: UInt32(truncatingIfNeeded: beats / 1_000_000_000), beat: beats)
        let bytes = Array(sender.bytes)
        sent.append(bytes)
        return bytes
    }

    /// Another state, and perhaps another run of the machine, or another program.
    private mutating func news(_ reader: inout InputReader) -> [UInt8]? {
        let choice = reader.byte()
        guard
            let frame = Self.frame(
                boot: UInt64(choice >> 4 & 7), number: Int32(choice & 7),
                hasTrailer: choice & 0x80 == 0)
        else { return nil }
        sender = frame
        return beat(after: .milliseconds(1))
    }

    /// The head of one beat and the tail of the one before.
    private func torn(at place: Int) -> [UInt8]? {
        guard sent.count >= 2 else { return nil }
        let (old, new) = (sent[sent.count - 2], sent[sent.count - 1])
        return Array(new.prefix(place)) + Array(old.dropFirst(place))
    }

    private func damaged(_ reader: inout InputReader) -> [UInt8]? {
        guard var bytes = sent.last else { return nil }
        bytes[Int(reader.number(bytes: 2)) % bytes.count] = reader.byte()
        return bytes
    }

    private func legacy(_ elapsed: UInt8) -> [UInt8]? {
        guard var frame = Self.frame(boot: 0, number: 2, hasTrailer: false) else { return nil }
        frame.stamp(elapsed: UInt32(elapsed), beat: 0)
        return frame.bytes
    }

    private mutating func hear(_ bytes: [UInt8], isChanged: Bool) -> String? {
        let wasUp = judge.isUp
        let plan = watch
        let verdict = unsafe judge.hear(
            bytes.span.bytes, at: now, isSecondLook: watch.isSecondLook,
            sendTime: { isSlot ? plan.sendTime(of: $0, heardAt: now) : now })
        var wasTorn = false
        switch verdict {
        case .fresh(let beat):
            if let broken = freshBroken(beat, wasUp: wasUp) { return broken }
            watch.peerBeats(every: beat.interval, at: beat.stamp)
            if let look = judge.lastLook(at: now) { watch.lookBefore(look) }
        case .torn:
            wasTorn = true
            if !isSlot { return "a datagram is torn" }
            if watch.isSecondLook { return "torn at the second look" }
        case .noted: break
        case .refused(.otherLayout): _ = judge.heardOtherLayout(at: now)
        case .refused: break
        }
        if case .fresh = verdict {
        } else if judge.isUp != wasUp {
            return "\(verdict) moved the link"
        }
        watch.looked(at: now, changed: isChanged, wasTorn: wasTorn)
        return upBroken()
    }

    private mutating func freshBroken(_ beat: BeatJudge.Beat, wasUp: Bool) -> String? {
        fresh += 1
        guard beat.sentAt <= now, beat.sentAt >= lastSent ?? .zero else {
            return "heard at \(now), sent at \(beat.sentAt), after \(lastSent as Any)"
        }
        guard beat.cameUp == !wasUp, judge.isUp else { return "fresh, and the link is not up" }
        lastSent = beat.sentAt
        // `beats` is never said twice, in whichever run of the machine.
        guard let mark = beat.header.trailer, taken.insert(mark.beat).inserted else {
            return beat.header.trailer == nil ? nil : "fresh twice: \(beat.header)"
        }
        return nil
    }

    private func upBroken() -> String? {
        guard judge.isUp else { return nil }
        guard let lastSent else { return "up, and nothing was fresh" }
        guard let deadline = judge.deadline(at: now) else { return "up without a deadline" }
        let longest = max(timeout, .seconds(2))
        guard deadline >= now, deadline <= max(lastSent + longest, now) else {
            return "at \(now) up until \(deadline), the last beat was sent at \(lastSent)"
        }
        return nil
    }
}
