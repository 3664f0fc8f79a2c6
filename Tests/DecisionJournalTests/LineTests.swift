// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import Testing
import WireFormat

@testable import DecisionJournal

/// Lines: as written by hand, and as nobody should write them.
struct LineTests {
    /// A small cluster's nmond, from its start to the first start of a service.
    static let golden = [
        #"{"start":"nmond","n":0,"version":1,"node":"node2","boot":"1-2-3","wall":1700000000,"#
            + #""at":1000000000000,"trailer":true,"links":[{"key":"net.node1","node":"node1","#
            + #""kind":"net","id":5,"timeout":2000000000,"interval":500000000}],"#
            + #""services":[["web","node1","node2"]]}"#,
        #"{"at":1000000000001,"n":1,"in":[{"own":"web","at":1000000000000,"state":"STOPPED"},"#
            + #"{"peerFile":"web","at":1000000000000,"state":"STARTED"}],"#
            + #""links":[{"pid":4,"started":999000000000,"loop":1000000000000}],"#
            + #""out":[{"publish":1000000000001,"ring":true,"whole":true,"#
            + #""says":[{"service":"web","state":"STOPPED"}],"#
            + #""views":[{"service":"web","changes":0,"own":"STOPPED","announced":1000000000001}],"#
            + #""peers":[{"node":"node1","is":"undecided","until":1002000000000,"#
            + #""acknowledged":0,"disk":0}]}]}"#,
        #"{"at":1001000000000,"n":2,"links":[999999999]}"#,
        #"{"at":1002000000000,"n":3,"links":[1000000000],"out":[{"publish":1000000000001,"#
            + #""views":[{"service":"web","peer":"UNKNOWN","changes":1,"own":"STOPPED","#
            + #""announced":1000000000001}],"#
            + #""peers":[{"node":"node1","is":"down","acknowledged":0,"disk":0}]},"#
            + #"{"writePeerState":"web","node":"node1","state":"UNKNOWN"},"#
            + #"{"log":"warning","text":"node node1 is down: no link carried a beat for its whole timeout"},"#
            + #"{"log":"warning","text":"setting service web to UNKNOWN for node node1"},"#
            + #"{"act":"web","do":"start"}]}"#,
    ]

    @Test("a journal written by hand is understood, and agrees with the core")
    func handWritten() {
        let verdict = Verdict(Self.golden)
        #expect(verdict.error == nil && verdict.difference == nil, "\(verdict)")
        #expect(verdict.replay.decisions == 3)
    }

    @Test("what is no line of a journal is refused with its number and the reason")
    func refused() {
        let faults: [(String, String)] = [
            ("", "the line ends too early at byte 1"),
            ("nonsense", "no JSON value at byte 2"),
            ("[1,2", "a list that does not end at byte 5"),
            (String(Self.golden[1].dropLast(5)), "an object that does not end at byte 599"),
            ("{\"at\":1.5}", "a number that is not whole at byte 8"),
            ("{\"at\":99999999999999999999}", "no whole number at byte 27"),
            ("{\"at\":01}", "no whole number at byte 9"),
            ("{\"at\":\"\\ud800\"}", "half a character at byte 14"),
            ("{} {}", "something after the value at byte 4"),
            (String(repeating: "[", count: 100_000), "nested too deeply at byte 25"),
            ("[]", "no object"),
            ("{\"at\":1,\"n\":\"x\"}", "n is no number of its range"),
            ("{\"at\":-1,\"n\":3,\"links\":[0]}", "at is no time since boot"),
            ("{\"at\":1,\"n\":3,\"links\":[0,0]}", "2 links instead of 1"),
            ("{\"at\":1,\"n\":3,\"in\":[{\"link\":1,\"is\":{}}]}", "there is no link 1"),
            ("{\"at\":1,\"n\":3,\"in\":[{\"ended\":7}]}", "ended is no text"),
            ("{\"at\":1,\"n\":3,\"in\":[{}]}", "an event of an unknown kind"),
            (
                "{\"at\":1,\"n\":3,\"in\":[{\"own\":\"web\",\"state\":\"RUNNING\"}]}",
                "state: RUNNING is unknown"
            ),
            ("{\"start\":\"nmond\",\"n\":0,\"version\":2}", "a journal of version 2"),
            ("{\"action\":\"a.1\",\"begin\":{}}", "n is missing"),
        ]
        for (line, reason) in faults {
            let verdict = Verdict(Array(Self.golden.prefix(3)) + [line])
            #expect(verdict.error?.line == 4, "\(line.prefix(80)) \(verdict)")
            if !reason.contains("599") { #expect(verdict.error?.reason == reason) }
        }
    }

    @Test("any bytes are survived, also such as resemble a line")
    func anyBytes() {
        var dice = Dice(state: 1)
        let seeds = Self.golden.map { Array($0.utf8) }
        for _ in 0..<3000 {
            var bytes = seeds.randomElement(using: &dice)!
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let place = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &dice), at: place)
                }
            }
            var replay = JournalReplay()
            for line in seeds.prefix(Int.random(in: 0...3, using: &dice)) {
                _ = try? replay.take(line, line: 1)
            }
            _ = try? replay.take(bytes, line: 2)
            let noise = (0..<Int.random(in: 0...40, using: &dice)).map { _ in
                UInt8.random(in: 0...255, using: &dice)
            }
            _ = try? parse(noise, line: 3)
        }
    }

    @Test("every event of nmond comes back as it was")
    func roundTrip() throws {
        var reading = LinkReading(
            pid: 1, startedAt: .nanoseconds(2), loopAt: .nanoseconds(3), beatAt: .nanoseconds(4),
            otherLayoutAt: .nanoseconds(5))
        reading.news = Heartbeat(
            node: "a\u{0}ü", up: -1, port: "12345", address: "1.2.3.4",
            services: [
                ServiceEntry(name: "s", number: 255),
                ServiceEntry(name: "t", number: 2, note: ServiceNote()),
                ServiceEntry(
                    name: "u", number: 7,
                    note: ServiceNote(
                        meaning: .frozenStart, lastRun: LastRun(onSender: false, number: .max),
                        lastRunAgreed: true)),
            ], hostID: .max, elapsed: .max, pid: .min,
            trailer: Trailer(
                boot: BootIdentity(high: .max, low: 0, initStart: .max), publication: .max,
                beat: .max, interval: .microseconds(1), managerAbsent: true,
                echoes: [LinkEcho(link: .max, boot: .max, publication: .max)]))
        var events: [ManagerEvent] = [
            .link(0, reading), .link(1, LinkReading(pid: nil)), .actionEnded(service: "s"),
            .peerFile(service: "s", nil), .terminate,
            .configuration([ManagedService(name: "s", primary: "a", secondary: "b")]),
            .configuration([]), .own(service: "s", OwnReading(state: nil)),
            .own(
                service: "s",
                OwnReading(
                    state: .startReady, hold: .action(1), isInGracePeriod: true,
                    lastRun: LastRun(onSender: true, number: 1))),
            .own(service: "s", OwnReading(state: .stopping, hold: .callout(2))),
        ]
        events += ServiceState.allCases.map { .peerFile(service: "s", $0) }
        reading.news?.services[1].number = 3
        reading.loopAt = .nanoseconds(9)
        events.append(.link(0, reading))
        reading.news = nil
        events.append(.link(0, reading))
        reading.beatAt = .nanoseconds(3)
        events.append(.link(0, reading))
        var (writer, reader) = (ManagerMemory(), ManagerMemory())
        for (index, event) in events.enumerated() {
            let at: Duration? = index % 2 == 0 ? .nanoseconds(index) : nil
            let value = try parse(writer.value(event, at: at).bytes, line: 1)
            let (found, time) = try reader.event(value)
            #expect(found == event && time == at)
        }
    }
}
