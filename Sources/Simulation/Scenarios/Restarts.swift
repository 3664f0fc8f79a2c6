// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

extension Scenario {
    static let rollingRestart = Scenario(
        name: "19", title: "rolling restart and upgrade of all daemons on all nodes",
        plan: { dice in
            var plan = ClusterPlan(scene: &dice, mayBeMore: true)
            // The version before did not send trailers.
            if dice.once(in: 3) {
                for index in plan.nodes.indices { plan.nodes[index].sendsTrailer = false }
            }
            return plan
        },
        play: { stage in
            stage.begin()
            let start = stage.now
            _ = stage.cluster.longestSilence()
            for node in stage.nodes {
                stage.count(Fault.rollingRestart.rawValue)
                stage.cluster.replaceDaemons(of: node.index, by: .ours(sendsTrailer: true))
                stage.run(stage.dice.between(.seconds(1), .seconds(15)))
            }
            stage.run(.seconds(15) + stage.longestTimeout)
            stage.expectNothing(since: start)
            stage.expectNobodyDown(since: start)
            for entry in stage.entries(since: start) {
                guard case .link(let line, isUp: false) = entry.what else { continue }
                stage.expect(false, "line \(line) was silent for its timeout")
            }
            let silence = stage.cluster.longestSilence()
            stage.expect(silence < 1, "no link is silent for its timeout: \(silence) of one")
            stage.expectAgreement()
        })

    static let slowNode = Scenario(
        name: "20", title: "slow node: no processor time, slow disks",
        plan: { ClusterPlan(scene: &$0) },
        play: { stage in
            stage.begin()
            let start = stage.now
            let node = stage.dice.below(2)
            let span = stage.dice.between(.seconds(20), .seconds(60))
            let limit = stage.cluster.witness.connections.shortestTimeout / 3
            stage.count("node is slow")
            stage.nodes[node].meanSyncTime = stage.dice.between(.milliseconds(5), .seconds(2))
            for link in stage.links(\.isDisk) {
                let line = stage.cluster.witness.connections.line(node, link)
                stage.cluster.media.writing[line].meanTime = stage.dice.between(
                    .milliseconds(2), .milliseconds(60))
            }
            while stage.now < start + span {
                let away = stage.dice.between(.milliseconds(5), limit)
                stage.cluster.pause(stage.nodes[node], for: away, isClockStopped: false)
                stage.run(away + stage.dice.exponential(mean: .milliseconds(80)))
            }
            stage.run(.seconds(10))
            stage.expectNothing(since: start)
            stage.expectNobodyDown(since: start)
            stage.expectAgreement()
        })
}
