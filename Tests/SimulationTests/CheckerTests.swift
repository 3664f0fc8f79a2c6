// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import Testing

@testable import Simulation

/// Each checker finds what it is there for, and leaves a good history alone.
struct CheckerTests {
    /// Put into service on both nodes, and both are heard.
    private static var quiet: History {
        var history = History()
        for node in 0...1 {
            let action = history.begin(.unfreeze, on: node, isOperators: true)
            history.write(.stopped, on: node, by: action)
        }
        history.pass(8)
        return history
    }

    @Test("a start, a power cut and a takeover are all right")
    func goodHistory() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(20)
        history.witness.went(0, at: history.now)
        history.pass(5, beatsOf: [1])
        history.start(on: 1)
        #expect(history.rules == [])
        #expect(history.witness.automaticStarts == 2)
        #expect(history.witness.doubleRuns == [:])
    }

    @Test("S1, S2: a start beside a partner that runs it and is heard")
    func doubleStart() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(20)
        history.start(on: 1)
        #expect(history.rules == ["S1", "S2", "L4"])
    }

    @Test("S1: a double run without any link is counted, and no violation")
    func documentedDoubleRun() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(20)
        history.pass(6, beatsOf: [])
        history.start(on: 1)
        #expect(history.rules == [])
        #expect(history.witness.doubleRuns == [.cutOff: 1])
    }

    @Test("S2: silence on a link for less than its timeout is no reason")
    func shortSilence() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(20)
        history.pass(2, beatsOf: [])
        history.start(on: 1)
        #expect(history.rules.contains("S2"))
    }

    @Test("S2: silence that becomes whole in the grace period is reason enough")
    func silenceDuringGrace() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(20)
        history.pass(2, beatsOf: [])
        let action = history.begin(.start, on: 1)
        history.pass(4, beatsOf: [])
        history.run(.start, action, on: 1)
        #expect(history.rules == [])
    }

    @Test("S2: a cut in the other direction only is no reason to start")
    func otherDirection() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(20)
        history.pass(10, beatsOf: [0])
        history.start(on: 1)
        #expect(history.rules == ["S2"])
        #expect(history.witness.doubleRuns == [.cutOff: 1])
    }

    @Test("S2: who came back during the grace period must be noticed")
    func cameBack() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(20)
        history.pass(6, beatsOf: [1])
        let action = history.begin(.start, on: 1)
        history.nodes[1].manager = SimulatedManager(
            core: Manager(
                node: "node2", boot: history.nodes[1].boot, links: [], services: [], at: .zero),
            pid: 1, run: 1, startedAt: .zero, links: 0, definitions: [])
        history.pass(5)
        history.run(.start, action, on: 1)
        #expect(history.rules == ["S2"])
    }

    @Test("S2: a partner that is silent, but nmond was not there to notice, is not proven down")
    func managerNotThere() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(20)
        history.pass(6, beatsOf: [])
        history.witness.managerStarted(1, at: history.now)
        history.start(on: 1)
        #expect(history.rules.contains("S2"))
        #expect(history.rules.contains("S11"))
    }

    @Test("S3: a start without its check script's yes")
    func noProof() {
        var history = Self.quiet
        let action = history.begin(.start, on: 0)
        action.hasProof = false
        history.run(.start, action, on: 0)
        #expect(history.rules == ["S3"])
    }

    @Test("S3: only a good check script is a yes", arguments: [true, false])
    func checkScript(isGood: Bool) {
        var history = Self.quiet
        let action = history.begin(.start, on: 0)
        action.hasProof = false
        history.nodes[0].actions = [action]
        history.run(.check, action, on: 0)
        history.end(.check, on: 0, isGood: isGood)
        history.run(.start, action, on: 0)
        #expect(history.rules == (isGood ? [] : ["S3"]))
    }

    @Test("S4: two scripts of one service at once on one node")
    func twoScripts() {
        var history = Self.quiet
        let action = history.begin(.start, on: 0)
        history.nodes[0].scripts = [
            SimulatedScript(
                pid: 2, service: 0, script: .stop, action: 8, endsAt: .seconds(99), end: .exited(0))
        ]
        history.run(.check, action, on: 0)
        #expect(history.rules == ["S4"])
    }

    @Test("S5: a frozen service that leaves that state, or whose scripts run, by itself")
    func frozen() {
        var history = History()
        history.pass(8)
        let action = history.begin(.start, on: 0)
        history.run(.check, action, on: 0)
        history.write(.startReady, on: 0, by: action)
        #expect(history.rules == ["S5", "S5"])
    }

    @Test("S7: a beat that nobody sent, and one that is older than another")
    func falseBeats() {
        var history = Self.quiet
        let link = history.nodes[1].links[0]
        for truth in [5, 6, nil, 6, 4] as [Int64?] {
            history.witness.took(truth, link, 0, 1, isTrailer: true, at: history.now)
        }
        #expect(history.rules == ["S7", "S7", "S7"])
    }

    @Test("S10: nmond starts what its file does not name")
    func notConfigured() {
        var history = Self.quiet
        history.begin(.start, on: 0, isConfigured: false)
        #expect(history.rules == ["S10"])
    }

    @Test("S10: a file that does not name a service, or calls another node its partner")
    func configuration() {
        let cluster = SimulatedCluster(
            ClusterPlan(services: 2, kinds: [.net], timeouts: [4]), seed: 1)
        let good = cluster.plan.services
        let node = cluster.nodes[0]
        for (text, isGood) in [
            (good, true), (String(good.dropFirst(4)), false), ("", false),
            (good.replacing("node2", with: "node3"), false),
        ] {
            cluster.edit(node, services: Array(text.utf8))
            cluster.run(for: .seconds(2))
            #expect(cluster.isConfigured(0, node) == isGood, "\(text)")
        }
        // What cannot be read leaves the last good version in force.
        cluster.edit(node, services: nil)
        cluster.run(for: .seconds(2))
        #expect(cluster.isConfigured(0, node))
    }

    @Test("S11: not heard since nmond began, and not silent for long enough, is not down")
    func notHeard() {
        var history = History()
        history.pass(6, beatsOf: [])
        history.write(.stopped, on: 0)
        history.witness.managerStarted(0, at: history.now)
        history.pass(1, beatsOf: [])
        history.begin(.start, on: 0)
        #expect(history.rules.contains("S11"))
    }

    @Test("S11: what cannot be read here is not stopped")
    func unknownHere() {
        var history = Self.quiet
        history.write(.unknown, on: 0)
        history.start(on: 0)
        #expect(history.rules == ["S11"])
    }

    @Test("S12: a start beside what a killed action left running here")
    func secondStart() {
        var history = Self.quiet
        history.start(on: 0)
        history.witness.killed(history.action(.start, on: 0), 0, at: history.now)
        history.pass(2)
        history.write(.startFailed, on: 0)
        history.start(on: 0)
        #expect(history.rules.contains("S12"))
    }

    @Test("L2: nmond runs a stop script, or takes a service out of STARTED")
    func stopsByItself() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(5)
        let action = history.begin(.resolve, on: 0)
        history.write(.stopping, on: 0, by: action)
        history.run(.stop, action, on: 0)
        #expect(history.rules == ["L2", "L2"])
    }

    @Test("L4: a service starts again though nothing happened since")
    func pingPong() {
        var history = Self.quiet
        history.start(on: 0)
        history.pass(5)
        history.end(.stop, on: 0)
        history.write(.stopped, on: 0)
        history.start(on: 1)
        #expect(history.rules == ["L4"])
    }

    @Test("an exit code that lies")
    func exitCode() {
        var history = Self.quiet
        let action = history.begin(.start, on: 0, isOperators: true)
        history.witness.ended(action, history.nodes[0], exitCode: 255, at: history.now)
        #expect(history.rules == [])
        history.witness.ended(action, history.nodes[0], exitCode: 0, at: history.now)
        #expect(history.rules == ["exit code"])
    }

    @Test("STOPPED on paper, and it runs")
    func stoppedOnPaper() {
        var history = Self.quiet
        history.start(on: 0)
        history.write(.stopped, on: 0, by: history.action(.resolve, on: 0))
        #expect(history.rules == ["truth", "L2"])
    }
}
