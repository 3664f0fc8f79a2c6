// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import Testing

@testable import DecisionJournal

/// An action's journal, and the same action once more.
struct ActionJournalTests {
    private static let peer = PeerSight(
        judgement: .up, state: .stopped, changes: 2, managerRun: 9, sendsTrailers: true,
        hasFastLink: true, diskTimeout: .seconds(3), acknowledged: 0, precedes: false)

    /// A start beside a living partner, to its end: the lines of its journal.
    private func start(_ ending: [ActionEvent]) -> [String] {
        let texts = ActionTexts(
            service: "web", partner: "node2", script: "/svc", checkScript: "/check",
            isClassic: true)
        let times = ActionTimes(callout: .seconds(60))
        var machine = ActionMachine(.start, role: .primary, times: times, texts: texts)
        var now = Duration.nanoseconds(100_000_000_001)
        var journal = ActionJournal(
            .start, role: .primary, times: times, texts: texts, process: 4711, at: now,
            wall: 1_700_000_000)
        var lines: [String] = []
        func tell(_ event: ActionEvent) {
            let effects = machine.handle(event, now: now)
            lines += journal.handled(event, effects, at: now).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        tell(.began(ActionSight(own: .stopped, peer: Self.peer), left: .grace))
        var peer = Self.peer
        for look in 0..<45 {
            now += .milliseconds(50) + .nanoseconds(look)
            if look == 3 { peer.announced = 77 }
            if look == 5 { peer.acknowledged = 77 }
            if machine.isInGracePeriod { tell(.looked(ActionSight(own: .startReady, peer: peer))) }
        }
        tell(.counted(missing: ["heartc eth0"]))
        tell(.counted(missing: []))
        // The second look follows the write of the partner's file.
        for _ in 1...2 { tell(.looked(ActionSight(own: .starting, peer: peer))) }
        for event in ending {
            now += .milliseconds(700)
            tell(event)
        }
        return lines
    }

    private let good: [ActionEvent] = [
        .timer, .ended(.exited(0)), .looked(ActionSight(own: .starting, peer: peer)),
        .looked(ActionSight(own: .starting, peer: peer)), .toldToEnd, .ended(.exited(0)),
        .failed("disk full"),
    ]

    @Test("an action is decided again, and its looks take a line a second")
    func again() {
        let lines = start(good)
        let verdict = Verdict(lines)
        #expect(verdict.error == nil && verdict.difference == nil, "\(verdict)")
        #expect(verdict.replay.actions == 1 && verdict.replay.gaps == 0)
        #expect(verdict.replay.decisions > 45)
        #expect(lines.filter { $0.contains("\"looks\":[") }.count >= 2)
        #expect(lines.count < 25)
    }

    @Test("whatever ends a script is decided again")
    func ends() {
        let ends: [ActionEvent] = [
            .ended(.killed(signal: 9)), .ended(.notStarted("no such file")), .cameTooLate,
            .failed("disk full"), .toldToEnd,
        ]
        for end in ends {
            let verdict = Verdict(start([end]))
            #expect(verdict.error == nil && verdict.difference == nil, "\(end): \(verdict)")
        }
    }

    @Test("an altered decision of an action is found")
    func altered() throws {
        var lines = start(good)
        let index = try #require(lines.firstIndex { $0.contains("{\"write\":\"STARTED\"}") })
        lines[index].replace("{\"write\":\"STARTED\"}", with: "{\"write\":\"STOPPED\"}")
        let difference = try #require(Verdict(lines).difference)
        #expect(difference.line == index + 1)
        #expect(difference.decision.hasPrefix("action web.4711 at 10"))
        #expect(difference.recorded == "{\"write\":\"STOPPED\"}")
        #expect(difference.now == "{\"write\":\"STARTED\"}")
    }

    @Test("looks that were gathered are each checked")
    func alteredLooks() throws {
        var lines = start(good)
        let index = try #require(lines.lastIndex { $0.contains("\"looks\":[") })
        // A much later look would have ended the grace period.
        lines[index].replace("\"looks\":[", with: "\"looks\":[9000000000,")
        #expect(Verdict(lines).difference?.line == index + 1)
    }

    @Test("an action of which a line is missing is left, others are not")
    func gap() {
        var lines = start(good)
        lines.remove(at: 2)
        let verdict = Verdict(lines + start(good))
        #expect(verdict.error == nil && verdict.difference == nil)
        #expect(verdict.replay.gaps == 1 && verdict.replay.actions == 2)
        #expect(verdict.replay.unchecked == lines.count - 2)
    }

    @Test("lines of an action whose beginning is in another file are counted, no more")
    func cut() {
        let verdict = Verdict(Array(start(good).dropFirst()))
        #expect(verdict.error == nil && verdict.difference == nil)
        #expect(verdict.replay.unchecked > 5 && verdict.replay.decisions == 0)
    }

    @Test("every event of an action comes back as it was")
    func roundTrip() throws {
        var bare = Self.peer
        bare.judgement = .undecided(until: nil)
        bare.state = nil
        bare.precedes = nil
        bare.sendsTrailers = false
        bare.acknowledged = .max
        var waiting = bare
        waiting.judgement = .undecided(until: .nanoseconds(1_000_000_007))
        waiting.announced = 5
        let judgements: [PeerSight.Judgement] = [.up, .down, .otherLayout, .unwatched]
        let sights = judgements.map { judgement in
            var peer = Self.peer
            peer.judgement = judgement
            return ActionSight(own: .unknown, peer: peer)
        }
        let others = [bare, waiting].map { ActionSight(own: .startReady, peer: $0) }
        var events: [ActionEvent] = (sights + others).map { .looked($0) }
        events += ActionPhase.allCases.map { .began(others[0], left: $0) }
        events += [
            .began(sights[0], left: nil), .counted(missing: []), .counted(missing: ["a", "b\n"]),
            .timer, .ended(.exited(-1)), .ended(.killed(signal: 15)), .ended(.notStarted("ä\"")),
            .cameTooLate, .toldToEnd, .failed("\\"),
        ]
        for event in events {
            let value = try parse(event.journalValue.bytes, line: 1)
            #expect(try ActionEvent(value) == event)
        }
    }

    @Test("every effect of an action has its words")
    func effects() {
        let words: [(ActionEffect, String)] = [
            (.record(.grace), #"{"record":"grace"}"#),
            (.write(.startReady), #"{"write":"START_READY"}"#),
            (.writePeer(.unknown), #"{"writePeer":"UNKNOWN"}"#),
            (.recordRunner, #"{"recordRunner":true}"#), (.run(.check), #"{"run":"check"}"#),
            (.run(.start), #"{"run":"start"}"#), (.run(.stop), #"{"run":"stop"}"#),
            (.signal(isKill: false), #"{"signal":"TERM"}"#),
            (.signal(isKill: true), #"{"signal":"KILL"}"#),
            (.ask(.sight, at: .seconds(2)), #"{"ask":"sight","at":2000000000}"#),
            (.ask(.programs, at: .zero), #"{"ask":"programs","at":0}"#),
            (.ask(.clock, at: .nanoseconds(1)), #"{"ask":"clock","at":1}"#),
            (.log(.info, "a"), #"{"log":"info","text":"a"}"#),
            (.log(.notice, "a"), #"{"log":"notice","text":"a"}"#),
            (.log(.warning, "a"), #"{"log":"warning","text":"a"}"#),
            (.log(.error, "a"), #"{"log":"error","text":"a"}"#),
            (.print("a \"b\""), #"{"print":"a \"b\""}"#),
            (.complain("\u{1}"), #"{"complain":"\u0001"}"#),
            (.finish(exitCode: 255), #"{"finish":255}"#),
        ]
        for (effect, line) in words { #expect(effect.journalValue.line == line) }
    }
}
