// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import Foundation
import Testing
import WireFormat

@testable import DecisionJournal

/// What was decided once is decided again.
struct ReplayTests {
    @Test(
        "the core decides again what it decided in any life",
        arguments: 1...40 as ClosedRange<UInt64>)
    func sameAgain(seed: UInt64) {
        var node = JournalNode(seed: seed)
        node.live(turns: 60)
        let verdict = Verdict(node.lines)
        #expect(verdict.error == nil && verdict.difference == nil, "\(verdict)")
        #expect(verdict.replay.decisions == 61 && verdict.replay.gaps == 0)
    }

    @Test("a reader can begin at every start line", arguments: 1...20 as ClosedRange<UInt64>)
    func midLife(seed: UInt64) {
        var node = JournalNode(seed: seed)
        node.live(turns: 30)
        let before = node.lines.count
        node.resume()
        node.live(turns: 40)
        for first in [0, before - 3, before] {
            let verdict = Verdict(Array(node.lines[first...]))
            #expect(verdict.error == nil && verdict.difference == nil, "\(verdict)")
            #expect(verdict.replay.gaps == 0)
            #expect(verdict.replay.decisions == (first == 0 ? 71 : 40))
        }
    }

    @Test("such lives hold every kind of effect but the end of a link")
    func variety() {
        var kinds: Set<String> = []
        for seed in 1...40 as ClosedRange<UInt64> {
            var node = JournalNode(seed: seed)
            node.live(turns: 60)
            for effect in node.effects {
                var memory = ManagerMemory()
                guard case .object(let members) = memory.value(effect) else { continue }
                kinds.insert(members[0].key)
            }
        }
        let all: Set = [
            "publish", "writePeerState", "recordRun", "act", "startLink", "killLink", "log",
        ]
        #expect(kinds == all)
    }

    @Test("an altered decision is found where it stands", arguments: 1...20 as ClosedRange<UInt64>)
    func altered(seed: UInt64) throws {
        var node = JournalNode(seed: seed)
        node.live(turns: 40)
        let index = try #require(node.lines.lastIndex { $0.contains("\"ring\":true") })
        node.lines[index].replace("\"ring\":true", with: "\"ring\":false")
        let difference = try #require(Verdict(node.lines).difference)
        #expect(difference.line == index + 1)
        #expect(difference.recorded.contains("\"ring\":false"))
        #expect(!difference.now.contains("\"ring\":false"))
    }

    @Test("a decision that was left out, or made up, is found")
    func leftOut() throws {
        var node = JournalNode(seed: 3)
        node.live(turns: 40)
        let index = try #require(node.lines.firstIndex { $0.contains(",\"out\":[") })
        var lines = node.lines
        let out = try #require(lines[index].range(of: ",\"out\":["))
        lines[index] = lines[index][..<out.lowerBound] + "}"
        #expect(Verdict(lines).difference?.recorded == "nothing more")
        lines = node.lines
        lines[index] =
            lines[index].dropLast(2) + ",{\"act\":\"web\",\"do\":\"start\"}]}"
        #expect(Verdict(lines).difference?.now == "nothing more")
    }

    @Test("where lines are missing the reader stops, and goes on at the next start line")
    func gap() {
        var node = JournalNode(seed: 5)
        node.live(turns: 20)
        let before = node.lines.count
        node.live(turns: 10)
        node.resume(lost: 3)
        node.live(turns: 20)
        node.lines.removeSubrange(before + 2..<before + 5)
        let verdict = Verdict(node.lines)
        #expect(verdict.error == nil && verdict.difference == nil, "\(verdict)")
        #expect(verdict.replay.gaps == 1)
        // The start's own settle, twenty, two; then the rest up to the start line is not known.
        #expect(verdict.replay.decisions == 1 + 20 + 2 + 20)
        #expect(verdict.replay.unchecked == 5)
    }

    @Test("a gap right before a start line is counted too")
    func gapAtStart() {
        var node = JournalNode(seed: 6)
        node.live(turns: 5)
        node.resume(lost: 7)
        node.live(turns: 5)
        let verdict = Verdict(node.lines)
        #expect(verdict.difference == nil && verdict.error == nil && verdict.replay.gaps == 1)
    }

    @Test("a new nmond begins anew in the same file")
    func restart() {
        var first = JournalNode(seed: 8)
        first.live(turns: 10)
        var second = JournalNode(seed: 9)
        second.live(turns: 10)
        let verdict = Verdict(first.lines + second.lines)
        #expect(verdict.difference == nil && verdict.error == nil)
        #expect(verdict.replay.nmondStarts == 2 && verdict.replay.gaps == 0)
    }

    @Test("a state of the core that was damaged is refused")
    func damagedState() {
        var node = JournalNode(seed: 10)
        node.live(turns: 10)
        node.resume()
        var last = node.lines.removeLast()
        last.replace("\"isTerminating\":false", with: "\"isTerminating\":true")
        #expect(
            Verdict(node.lines + [last]).error
                == JournalError(
                    line: node.lines.count + 1, reason: "the state of the core is damaged"))
    }

    @Test("a line of many services travels in pieces")
    func pieces() {
        var node = JournalNode(seed: 11, services: (1...300).map { "svc\($0)" })
        node.resume()
        node.live(turns: 3)
        #expect(node.lines.count > 8)
        #expect(node.lines.allSatisfy { $0.utf8.count < 64_000 })
        let verdict = Verdict(node.lines)
        #expect(verdict.difference == nil && verdict.error == nil && verdict.replay.decisions == 4)
        // One piece is lost: what it belonged to is a gap, or is not begun with.
        for missing in [0, 3, node.lines.count - 6] {
            var lines = node.lines
            lines.remove(at: missing)
            let verdict = Verdict(lines)
            #expect(verdict.difference == nil && verdict.error == nil, "\(missing): \(verdict)")
        }
    }

    @Test("what an idle node writes is short")
    func idle() {
        var memory = ManagerMemory()
        var line = 0
        for second in 1...10 {
            line = 0
            for link in 0..<8 {
                var reading = LinkReading(pid: 1, startedAt: .seconds(1))
                reading.loopAt = .seconds(second) + .nanoseconds(link * 1003 + second * 17)
                if link > 3 { reading.beatAt = reading.loopAt }
                line += memory.difference(reading, of: link).bytes.count + 1
            }
        }
        #expect(line < 150)
    }
}
