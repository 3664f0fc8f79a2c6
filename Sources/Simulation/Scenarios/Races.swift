// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

extension Scenario {
    static let unfrozenTogether = Scenario(
        name: "08", title: "both nodes unfrozen at once: net only, disk only, mixed timeouts",
        plan: { dice in
            let mix = dice.pick([ClusterPlan.LinkMix.network, .disk, .both])
            var plan = ClusterPlan(scene: &dice, mix, links: (mix == .both ? 2 : 1)...3)
            for index in plan.nodes.indices where dice.once(in: 5) {
                plan.nodes[index].sendsTrailer = false
            }
            return plan
        },
        play: { stage in
            stage.run(.seconds(3) + stage.longestTimeout)
            let delay = stage.dice.between(.microseconds(100), .milliseconds(250))
            for path in stage.cluster.media.paths.indices {
                stage.cluster.media.paths[path].meanDelay = delay
            }
            let start = stage.now
            let apart = stage.dice.pick([Duration.milliseconds(2), .milliseconds(300), .seconds(4)])
            for service in stage.services {
                for node in stage.nodes {
                    stage.cluster.after(stage.dice.between(.zero, apart)) {
                        $0.command(.unfreeze, service, node)
                    }
                }
            }
            stage.wait(.seconds(60) + stage.longestTimeout) {
                stage.services.allSatisfy { stage.holder($0) != nil } && stage.isQuiet
            }
            stage.run(.seconds(20))
            for service in stage.services {
                let starts = stage.entries(since: start).count {
                    $0.service == service && $0.what == .script(.start)
                }
                stage.expect(starts == 1, "\(stage.name(service)) starts once: \(starts) times")
                stage.expect(
                    stage.holder(service) != nil, "\(stage.name(service)) is STARTED on one node")
            }
            stage.expect(stage.cluster.witness.doubleRuns.isEmpty, "nothing runs twice")
            stage.expectAgreement()
        })

    static let operatorRaces = Scenario(
        name: "17", title: "operators on both nodes in random order during a takeover",
        plan: { ClusterPlan(scene: &$0, services: 1...3) },
        play: { stage in
            stage.begin()
            let span = stage.longestTimeout + stage.grace + .seconds(6)
            switch stage.dice.below(4) {
            case 0: break
            case 1:
                let victim = stage.dice.below(2)
                stage.powerOff(victim)
                stage.cluster.after(stage.dice.between(.seconds(1), span)) {
                    $0.boot($0.nodes[victim])
                }
            case 2:
                let paths = stage.paths(stage.allLinks, between: 0, and: 1)
                stage.cut(paths)
                stage.cluster.after(stage.dice.between(.seconds(1), span)) { _ in
                    stage.mend(paths)
                }
            default:
                stage.cluster.after(stage.dice.between(.zero, span)) { cluster in
                    cluster.killManager(cluster.nodes[0], withGuard: false)
                }
            }
            for _ in 0..<5 + stage.dice.below(25) {
                stage.cluster.after(stage.dice.between(.zero, span)) { $0.typeSomething() }
            }
            stage.run(span + .seconds(5))
            stage.cluster.heal()
            stage.run(stage.cluster.settling)
            stage.cluster.expectRest()
            stage.cluster.repair()
            stage.run(.seconds(20) + stage.cluster.settling)
            stage.cluster.expectRest()
        })
}
