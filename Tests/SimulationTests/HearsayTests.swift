// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import Testing
import WireFormat

@testable import Simulation

/// What compares a node with all that it really heard finds what it is there for.
struct HearsayTests {
    /// A cluster in service, and what is asked of it: `svc0`, the node that has it, and the one that has not.
    private struct Scene {
        let stage: Stage
        let holder: SimulatedNode
        let idle: SimulatedNode

        init() {
            let plan = ClusterPlan(services: 2, kinds: [.net, .dio], timeouts: [4, 5])
            stage = Stage("00", plan, seed: 1, dice: Dice(seed: 1))
            stage.begin()
            holder = stage.nodes[stage.holder(0)!]
            idle = stage.nodes[1 - holder.index]
        }

        var cluster: SimulatedCluster { stage.cluster }
        var rules: [String] { cluster.witness.violations.map(\.rule) }
        func clock(_ node: SimulatedNode) -> Duration { node.clock(cluster.now) }

        /// The listeners of a node.
        func ears(_ node: SimulatedNode) -> [SimulatedLink] { node.links.filter { !$0.isSender } }

        /// nmond has just settled.
        func settle(_ node: SimulatedNode) {
            stage.run(.milliseconds(1))
            node.manager!.pulse = clock(node)
        }

        /// A start of `svc0` that nmond began there.
        func start(on node: SimulatedNode) -> SimulatedAction {
            History().action(.start, on: node.index)
        }

        /// nmond publishes what it did, changed.
        func publish(_ node: SimulatedNode, _ change: (inout Announcement) -> Void) {
            var new = node.manager!.announcement!
            change(&new)
            cluster.judge(new, node, node.manager!)
        }
    }

    @Test("nothing of it speaks against a cluster at rest")
    func atRest() {
        let scene = Scene()
        for node in scene.stage.nodes {
            scene.settle(node)
            scene.publish(node) { _ in }
            scene.cluster.judgeUp(node, node.manager!)
        }
        let action = scene.start(on: scene.holder)
        scene.cluster.noteLook(scene.holder, action)
        scene.cluster.judgeWord(.check, scene.holder, action)
        scene.cluster.judgeNotice(scene.holder, action)
        #expect(scene.rules == [])
    }

    // MARK: - What an action looks at

    @Test("S2: a check or start script runs, and the other node is heard to have the service")
    func hearsClaim() {
        let scene = Scene()
        let action = scene.start(on: scene.idle)
        scene.settle(scene.idle)
        scene.cluster.noteLook(scene.idle, action)
        #expect(action.objection == "hears STARTED")
        scene.cluster.judgeWord(.check, scene.idle, action)
        scene.cluster.judgeWord(.start, scene.idle, action)
        scene.cluster.judgeWord(.stop, scene.idle, action)
        #expect(scene.rules == ["S2", "S2"])
    }

    @Test("what nmond has had no time to read speaks against nothing")
    func notReadYet() {
        let scene = Scene()
        let action = scene.start(on: scene.idle)
        let first = scene.ears(scene.idle).compactMap(\.word?.heardAt).min()!
        scene.idle.manager!.pulse = max(first, scene.clock(scene.idle) - .seconds(3))
        for link in scene.ears(scene.idle) { link.word?.heardAt = scene.clock(scene.idle) }
        scene.cluster.noteLook(scene.idle, action)
        #expect(action.objection == nil)
    }

    @Test("S2: a claim that was heard in the grace period, and silence since")
    func claimInGrace() throws {
        let scene = Scene()
        let (stage, idle) = (scene.stage, scene.idle)
        stage.cut(stage.paths(stage.allLinks, from: scene.holder.index, to: idle.index))
        let isInGrace = stage.wait(.seconds(15)) {
            idle.action(of: 0)?.machine.isInGracePeriod ?? false
        }
        try #require(isInGrace)
        let action = idle.action(of: 0)!
        #expect(action.claimAt == nil)
        let link = scene.ears(idle)[0]
        scene.cluster.noteWord(idle, link, link.news, isNews: true)
        #expect(action.claimAt == scene.clock(idle))
        scene.settle(idle)
        for link in scene.ears(idle) { link.takenAt = scene.clock(idle) - .seconds(6) }
        scene.cluster.noteLook(idle, action)
        #expect(action.objection == "heard STARTED in its grace period")
        scene.cluster.judgeWord(.check, idle, action)
        #expect(scene.rules == ["S2"])
    }

    @Test(
        "S2: an action goes by what an nmond knew that has stood still for more than three seconds")
    func oldPage() {
        let scene = Scene()
        let action = scene.start(on: scene.holder)
        for (age, objects) in [(2999, false), (3001, true)] {
            scene.holder.manager!.pulse = scene.clock(scene.holder) - .milliseconds(age)
            scene.cluster.noteLook(scene.holder, action)
            #expect((action.objection != nil) == objects, "\(age) ms")
        }
        scene.cluster.judgeWord(.start, scene.holder, action)
        #expect(scene.rules == ["S2"])
    }

    @Test("S2: a start goes on though it was told to end in its grace period")
    func calledOff() {
        let scene = Scene()
        let action = scene.start(on: scene.holder)
        action.isCalledOff = true
        scene.cluster.judgeWord(.check, scene.holder, action)
        #expect(scene.rules == ["S2"])
    }

    @Test("S1: a start goes on past its grace period, and the other node has taken no notice of it")
    func noNotice() {
        let scene = Scene()
        let (node, partner) = (scene.holder, scene.idle)
        let action = scene.start(on: node)
        let index = node.manager!.announcement!.services.firstIndex { $0.name == "svc0" }!
        let heard = partner.notices[node.index].publication
        #expect(heard > 0)
        for announced in [heard, heard + 1] {
            node.manager!.announcement!.services[index].ownState = .startReady
            node.manager!.announcement!.services[index].announced = announced
            scene.cluster.judgeNotice(node, action)
        }
        #expect(scene.rules == ["S1"])
    }

    // MARK: - What nmond publishes

    @Test("S1: nmond believes in an acknowledgement that was never given")
    func belief() {
        let scene = Scene()
        let given = scene.idle.notices[scene.holder.index].publication
        scene.publish(scene.holder) { $0.peers[0].acknowledged = given }
        #expect(scene.rules == [])
        scene.publish(scene.holder) { $0.peers[0].acknowledged = given + 1 }
        #expect(scene.rules == ["S1"])
    }

    @Test("S7: nmond takes the other node's service for what that one's newest word does not say")
    func order() {
        let scene = Scene()
        scene.publish(scene.idle) { new in
            for index in new.services.indices where new.services[index].name == "svc0" {
                #expect(new.services[index].peerState == .started)
                new.services[index].peerState = .stopped
            }
        }
        #expect(scene.rules == ["S7"])
    }

    @Test("S11: nmond forgets what a service of its own is")
    func forgets() {
        let scene = Scene()
        scene.publish(scene.holder) { new in
            new.entries[0] = ServiceEntry(name: new.entries[0].name, state: .unknown)
        }
        #expect(scene.rules == ["S11"])
    }

    @Test("S11: nmond takes a node for down that was heard a moment ago")
    func heardAMomentAgo() {
        let scene = Scene()
        // On one of two links is enough.
        scene.ears(scene.idle)[1].takenAt = nil
        scene.publish(scene.idle) { $0.peers[0].judgement = .down }
        #expect(scene.rules == ["S11"])
        #expect(scene.cluster.witness.violations[0].what.hasSuffix("ago"))
    }

    @Test("S11: an nmond that has not listened for a timeout takes a node for down")
    func notListened() {
        let scene = Scene()
        scene.cluster.killManager(scene.idle, withGuard: false)
        scene.stage.wait(.seconds(2)) { scene.idle.manager?.announcement != nil }
        for link in scene.ears(scene.idle) { link.takenAt = nil }
        scene.publish(scene.idle) { $0.peers[0].judgement = .down }
        #expect(scene.rules == ["S11"])
        #expect(scene.cluster.witness.violations[0].what.contains("down after"))
    }

    @Test("L1: a node counts as up of which no link brought anything for longer than its timeout")
    func upInSilence() {
        let scene = Scene()
        let (node, ears) = (scene.idle, scene.ears(scene.idle))
        for age in [Duration.seconds(5.5), .seconds(6.5)] {
            for link in ears { link.takenAt = scene.clock(node) - age }
            scene.cluster.judgeUp(node, node.manager!)
            #expect(scene.rules == (age < .seconds(6) ? [] : ["L1"]))
        }
        scene.cluster.judgeUp(node, node.manager!)
        #expect(scene.rules == ["L1"], "told once")
    }
}

extension SimulatedNode {
    fileprivate func action(of service: Int) -> SimulatedAction? {
        actions.first { $0.service == service }
    }
}
