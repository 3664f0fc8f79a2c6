// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing
import WireFormat

@testable import FailoverCore

/// node2's listener, and node1's beats to it, on made-up time in seconds.
private final class Ear {
    var judge: BeatJudge
    var heartbeat = Heartbeat(
        node: "node1", port: "1234", address: "239.131.50.10",
        services: [ServiceEntry(name: "svc1", state: .started)])
    let isSlot: Bool

    init(isSlot: Bool = false, timeout: Double = 4) {
        self.isSlot = isSlot
        judge = BeatJudge(
            layout: .a, peer: Array("node1".utf8), own: Array("node2".utf8),
            timeout: .seconds(timeout), isSlot: isSlot, at: .seconds(100))
    }

    /// The bytes of a beat: one datagram, or a slot with slack behind the frame.
    func bytes(_ number: UInt64, boot: UInt64 = 1, trailer: Bool = true) -> [UInt8] {
        var heartbeat = heartbeat
        if trailer {
            heartbeat.trailer = Trailer(
                boot: BootIdentity(high: boot, low: 2, initStart: 3), publication: 7,
                interval: .milliseconds(500))
        }
        guard var frame = try? Frame(heartbeat, layout: .a, room: 4096) else { return [] }
        frame.stamp(elapsed: UInt32(number), beat: number * 1_000_000_000)
        return frame.bytes + Array(repeating: 0, count: isSlot ? 4096 - frame.bytes.count : 0)
    }

    /// What is made of these bytes, in a word; a torn slot is looked at a second time.
    func hear(_ bytes: [UInt8], at: Double, then second: [UInt8]? = nil) -> String {
        switch look(bytes, at: at) {
        case .torn:
            guard let second else { return "torn" }
            return "torn, " + word(look(second, at: at, isSecond: true))
        case let verdict: return word(verdict)
        }
    }

    func look(
        _ bytes: [UInt8], at: Double, isSecond: Bool = false, sent: Double? = nil
    ) -> BeatJudge.Verdict {
        judge.hear(bytes.span.bytes, at: .seconds(at), isSecondLook: isSecond) { _ in
            .seconds(sent ?? at)
        }
    }

    func goesDown(at: Double) -> Bool { judge.judge(at: .seconds(at)) }

    func hearsOtherLayout(at: Double) -> Bool { judge.heardOtherLayout(at: .seconds(at)) }

    private func word(_ verdict: BeatJudge.Verdict) -> String {
        switch verdict {
        case .fresh(let beat): beat.isNews ? "news" : "life"
        case .noted: "noted"
        case .torn: "torn"
        case .refused(let reason): "\(reason)"
        }
    }
}

@Suite("What a listener makes of what it hears") struct BeatJudgeTests {
    @Test("a beat is news once, then life, and a repetition is neither")
    func newsOnce() {
        let ear = Ear()
        #expect(ear.hear(ear.bytes(5), at: 101) == "news")
        #expect(ear.hear(ear.bytes(6), at: 102) == "life")
        #expect(ear.hear(ear.bytes(6), at: 102.5) == "noted")
        ear.heartbeat.services[0] = ServiceEntry(name: "svc1", state: .stopped)
        #expect(ear.hear(ear.bytes(7), at: 103) == "news")
        #expect(ear.hear(ear.bytes(8), at: 104) == "life")
    }

    @Test("a replayed beat is refused, and so is a beat of a boot that was replaced")
    func replay() {
        let ear = Ear()
        let old = ear.bytes(5)
        #expect(ear.hear(old, at: 101) == "news")
        #expect(ear.hear(ear.bytes(9), at: 102) == "life")
        #expect(ear.hear(old, at: 103) == "stale")
        #expect(ear.hear(ear.bytes(1, boot: 8), at: 104) == "noted")
        #expect(ear.hear(ear.bytes(2, boot: 8), at: 105) == "news")
        #expect(ear.hear(ear.bytes(10), at: 106) == "stale")
    }

    @Test("a beat without the trailer that its peer sends is refused until trailers are forgotten")
    func missingTrailer() {
        let ear = Ear()
        #expect(ear.hear(ear.bytes(5), at: 101) == "news")
        #expect(ear.hear(ear.bytes(6, trailer: false), at: 102) == "missingTrailer")
        #expect(ear.hear(ear.bytes(7, trailer: false), at: 105) == "news")
    }

    @Test("a damaged datagram is dropped")
    func damagedDatagram() {
        let ear = Ear()
        #expect(ear.hear(torn(ear.bytes(5)), at: 101) == "badTrailer")
        #expect(!ear.judge.isUp)
    }

    @Test("a damaged slot is looked at once more: torn then good is good, torn twice is no beat")
    func tornSlot() {
        let ear = Ear(isSlot: true)
        #expect(ear.hear(ear.bytes(4), at: 101) == "noted")
        #expect(ear.hear(torn(ear.bytes(5)), at: 102, then: ear.bytes(5)) == "torn, news")
        let damaged = torn(ear.bytes(6))
        #expect(ear.hear(damaged, at: 103, then: damaged) == "torn, badTrailer")
        #expect(ear.judge.deadline(at: .seconds(103)) == .seconds(106))
    }

    private func torn(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes[Layout.a.size + 20] ^= 0x40
        return bytes
    }

    @Test("a C peer's frames before our leftover trailer count once that stayed while time went on")
    func leftover() {
        let ear = Ear(isSlot: true, timeout: 2)
        #expect(ear.hear(ear.bytes(4), at: 101) == "noted")
        let ours = ear.bytes(5)
        #expect(ear.hear(ours, at: 102) == "news")
        func back(_ number: UInt64) -> [UInt8] {
            let frame = ear.bytes(number, trailer: false)[..<Layout.a.size]
            return Array(frame + ours[Layout.a.size...])
        }
        #expect(ear.hear(back(6), at: 103, then: back(6)) == "torn, badTrailer")
        #expect(ear.hear(back(7), at: 104, then: back(7)) == "torn, badTrailer")
        #expect(ear.hear(back(8), at: 105, then: back(8)) == "torn, news")
        #expect(ear.hear(back(9), at: 106, then: back(9)) == "torn, life")
        // One sound slot, and leftovers have to be proven again.
        #expect(ear.hear(ear.bytes(10), at: 107) == "news")
        #expect(ear.hear(back(11), at: 108, then: back(11)) == "torn, badTrailer")
    }

    @Test("others' beats are refused, each with its reason")
    func others() {
        let ear = Ear()
        ear.heartbeat.node = "node3"
        #expect(ear.hear(ear.bytes(5), at: 101) == "foreignNode")
        ear.heartbeat.node = "node2"
        #expect(ear.hear(ear.bytes(5), at: 101) == "ownNode")
        #expect(ear.hear([1, 2, 3], at: 101) == "tooShort")
        let disk = Ear(isSlot: true)
        #expect(disk.hear(Array(repeating: 0, count: 4096), at: 101) == "blank")
        #expect(!disk.judge.isUp && disk.judge.monitor.lastFresh == nil)
    }

    @Test("the first beat of another layout is told at once, and then once per timeout of quiet")
    func otherLayout() {
        let ear = Ear()
        #expect(ear.hearsOtherLayout(at: 101))
        #expect(!ear.hearsOtherLayout(at: 102))
        #expect(!ear.hearsOtherLayout(at: 106))
        #expect(ear.hearsOtherLayout(at: 110.5))
        #expect(ear.judge.otherLayoutAt == .seconds(110.5))
    }

    @Test("a link that is never heard is told to be down once, after its timeout")
    func neverHeard() {
        let ear = Ear()
        #expect(ear.judge.deadline(at: .seconds(101)) == .seconds(104))
        #expect(!ear.goesDown(at: 103.9))
        #expect(ear.goesDown(at: 104))
        #expect(!ear.goesDown(at: 105))
        #expect(ear.judge.deadline(at: .seconds(105)) == nil)
        #expect(ear.judge.lastLook(at: .seconds(105)) == nil)
    }

    @Test("a link goes down a timeout after its last beat, and comes up with the next one")
    func downAndUp() {
        let ear = Ear()
        guard case .fresh(let first) = ear.look(ear.bytes(5), at: 101) else {
            Issue.record("not taken")
            return
        }
        #expect(first.cameUp && ear.judge.isUp && first.interval == .milliseconds(500))
        #expect(first.stamp == .seconds(5) && first.header.length == ear.bytes(5).count)
        #expect(ear.judge.deadline(at: .seconds(102)) == .seconds(105))
        #expect(ear.judge.lastLook(at: .seconds(102)) == .milliseconds(104_950))
        #expect(!ear.goesDown(at: 104.9))
        // Asked too late, it is due now.
        #expect(ear.judge.deadline(at: .seconds(105.2)) == .seconds(105.2))
        #expect(ear.goesDown(at: 105.2) && !ear.judge.isUp)
        #expect(!ear.goesDown(at: 106))
        guard case .fresh(let next) = ear.look(ear.bytes(9), at: 110) else {
            Issue.record("not taken")
            return
        }
        #expect(next.cameUp && !next.isNews)
    }

    @Test("silence counts from when a beat was sent, but never from before the last one")
    func sendTimes() {
        let ear = Ear(isSlot: true)
        _ = ear.look(ear.bytes(4), at: 101)
        let told = [(5, 102.0, 101.7), (6, 103.0, 101.2), (7, 104.0, 103.9)].map { beat in
            let verdict = ear.look(ear.bytes(UInt64(beat.0)), at: beat.1, sent: beat.2)
            guard case .fresh(let beat) = verdict else { return Duration.zero }
            return beat.sentAt
        }
        #expect(told == [.seconds(101.7), .seconds(101.7), .seconds(103.9)])
    }
}
