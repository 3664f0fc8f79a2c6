// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import Testing

@testable import Simulation

/// What is looked for when a cluster has come to rest, and what scenarios expect of their history.
struct RestTests {
    private static func stage() -> Stage {
        let plan = ClusterPlan(services: 2, kinds: [.net, .dio], timeouts: [4, 5])
        let stage = Stage("00", plan, seed: 1, dice: Dice(seed: 1))
        stage.begin()
        return stage
    }

    private static func rules(_ stage: Stage) -> [String] {
        stage.cluster.witness.violations.map(\.rule)
    }

    @Test("a cluster at rest is all right")
    func atRest() {
        let stage = Self.stage()
        stage.cluster.expectRest()
        stage.expectAgreement()
        stage.expectNothing(since: stage.now)
        stage.expectNobodyDown(since: .seconds(5))
        #expect(Self.rules(stage) == [])
    }

    @Test(
        "L1: what may run and does not, what stays half-way, what keeps its lock",
        arguments: [ServiceState.stopped, .starting, .stopping])
    func halfWay(state: ServiceState) {
        let stage = Self.stage()
        for node in stage.nodes { node.disk.states[0] = state }
        for node in stage.nodes { node.disk.peerStates[0] = state }
        stage.cluster.expectRest()
        #expect(Set(Self.rules(stage)) == ["L1"])
    }

    @Test("L1: a lock that is held at rest")
    func lock() {
        let stage = Self.stage()
        stage.nodes[1].locks[1] = 99
        stage.cluster.expectRest()
        #expect(Self.rules(stage) == ["L1"])
    }

    @Test("L3: a node that takes its partner's service for something else")
    func disagreement() {
        let stage = Self.stage()
        stage.nodes[0].disk.peerStates[1] = .startFailed
        stage.cluster.expectRest()
        stage.expectAgreement()
        #expect(Self.rules(stage) == ["L3", "00"])
    }

    @Test("STARTED on paper, and it does not run")
    func startedOnPaper() {
        let stage = Self.stage()
        let idle = 1 - stage.holder(0)!
        stage.nodes[idle].disk.states[0] = .started
        stage.nodes[1 - idle].disk.peerStates[0] = .started
        stage.cluster.expectRest()
        #expect(Self.rules(stage) == ["truth"])
    }

    @Test("nothing moves: a state, a script or a decision is found, a line of a log is not")
    func nothingMoves() {
        let moves: [(Chronicle.What, Bool)] = [
            (.state(.stopped), true), (.script(.start), true), (.script(.check), true),
            (.asked(.start, isOperators: false), true), (.log(.notice, "a word"), false),
            (.link(0, isUp: false), false),
        ]
        for (what, isMove) in moves {
            let stage = Self.stage()
            let start = stage.now
            stage.cluster.witness.chronicle.note(what, 0, on: 1, at: start)
            stage.expectNothing(since: start)
            #expect(Self.rules(stage) == (isMove ? ["00"] : []), "\(what)")
            stage.expectNothing(since: start) { $0.service == 0 }
            #expect(Self.rules(stage).count == (isMove ? 1 : 0), "\(what)")
        }
    }

    @Test(
        "L1, S2: a start that is too late, too early, twice, elsewhere, or not at all",
        arguments: [
            ([2.5], 1, true), ([2.0], 1, true), ([3.2], 1, false), ([0.2], 1, false),
            ([2.5, 2.9], 1, false), ([2.5], 0, false), ([], 1, false),
        ] as [([Double], Int, Bool)])
    func startInTime(_ starts: [Double], _ node: Int, _ isGood: Bool) {
        let stage = Self.stage()
        let cause = stage.now
        for start in starts {
            let at = cause + .milliseconds(Int64(start * 1000))
            stage.cluster.witness.chronicle.note(.script(.start), 0, on: node, at: at)
        }
        stage.expectStart(0, on: 1, since: cause, after: cause)
        #expect(Self.rules(stage).isEmpty == isGood)
    }

    @Test("a double run that one node does not report, or reports too late")
    func reports() {
        let stage = Self.stage()
        let start = stage.now
        let text = "service svc0 is STARTED on both nodes, here and on node2"
        stage.cluster.witness.chronicle.note(.log(.critical, text), on: 0, at: start + .seconds(1))
        stage.expectReports(of: [0], on: [0], from: start, to: start + .seconds(2))
        #expect(Self.rules(stage) == [])
        stage.expectReports(of: [0], on: [0], from: start, to: start + .milliseconds(900))
        stage.expectReports(of: [0], on: [1], from: start, to: start + .seconds(2))
        stage.expectReports(of: [1], on: [0], from: start, to: start + .seconds(2))
        #expect(Self.rules(stage).count == 3)
    }

    @Test("S6: a run in which a step of the clock changes a decision is not its twin's")
    func twins() {
        let stage = Self.stage()
        stage.expectTwins(["1 a", "2 b"], ["1 a", "2 b"])
        #expect(Self.rules(stage) == [])
        stage.expectTwins(["1 a", "2 b"], ["1 a", "2 c"])
        stage.expectTwins(["1 a", "2 b"], ["1 a"])
        #expect(Self.rules(stage) == ["00", "00"])
    }
}
