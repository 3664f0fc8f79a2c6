// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Testing
import WireFormat

@testable import Simulation

/// One node of ours beside one with the C program, and what it must do in every case.
@Suite struct LegacyMixedTests {
    private static let links: [([LinkKind], [Int])] = [
        ([.net], [4]), ([.dio], [10]), ([.disk], [4]), ([.unicast, .dio], [5, 10]),
    ]

    private func plan(
        legacy: Int, _ kinds: [LinkKind], _ timeouts: [Int], layout: Layout = .d
    ) -> ClusterPlan {
        var plan = ClusterPlan(services: 1, kinds: kinds, timeouts: timeouts)
        plan.nodes[legacy].isLegacy = true
        for index in plan.nodes.indices { plan.nodes[index].layout = layout }
        return plan
    }

    @Test(
        "both unfrozen at once, exactly one starts, whichever links and roles",
        arguments: links, [0, 1])
    func oneStart(links: ([LinkKind], [Int]), legacy: Int) {
        for seed in 1...4 as ClosedRange<UInt64> {
            for layout in [Layout.a, .c, .d] {
                let plan = plan(legacy: legacy, links.0, links.1, layout: layout)
                let cluster = SimulatedCluster(plan, seed: seed)
                cluster.run(for: .seconds(30))
                cluster.unfreeze(0, on: 0)
                cluster.run(for: .milliseconds(Int(seed) * 400))
                cluster.unfreeze(0, on: 1)
                cluster.run(for: .seconds(60))
                #expect(cluster.runningOn(0).count == 1, "seed \(seed), layout \(layout)")
                #expect(cluster.witness.violations == [], "seed \(seed), layout \(layout)")
            }
        }
    }

    @Test(
        "the node that loses power is taken over, by ours and by the C program",
        arguments: links, [0, 1])
    func takeover(links: ([LinkKind], [Int]), legacy: Int) {
        let cluster = SimulatedCluster(plan(legacy: legacy, links.0, links.1), seed: 2)
        cluster.run(for: .seconds(30))
        cluster.unfreeze(0, on: 0)
        cluster.run(for: .seconds(30))
        cluster.unfreeze(0, on: 1)
        cluster.run(for: .seconds(20))
        #expect(cluster.runningOn(0) == [0])
        cluster.powerOff(cluster.nodes[0])
        cluster.run(for: .seconds(2 * links.1.max()! + 2 + 5 + 4))
        #expect(cluster.runningOn(0) == [1])
        #expect(cluster.witness.violations == [])
    }

    @Test(
        "beside a C program in the default mix of faults, our node does what it must",
        arguments: 1...2)
    func faults(seed: Int) {
        for legacy in [0, 1] {
            let links = LegacyMixedTests.links[seed % 4]
            let run = SimulationRun.mixed(
                seed: UInt64(seed), plan: plan(legacy: legacy, links.0, links.1))
            #expect(run.violations == [], "seed \(seed), C on node\(legacy + 1)")
        }
    }

    @Test("beside another layout nothing is started, and after it has fallen silent it is")
    func otherLayout() {
        var plan = ClusterPlan(services: 1, kinds: [.net, .dio], timeouts: [4, 5])
        plan.nodes[0].layout = .c
        plan.nodes[1].layout = .d
        let cluster = SimulatedCluster(plan, seed: 4)
        cluster.run(for: .seconds(20))
        cluster.unfreeze(0, on: 0)
        cluster.unfreeze(0, on: 1)
        cluster.run(for: .seconds(300))
        #expect(cluster.runningOn(0) == [])
        cluster.powerOff(cluster.nodes[0])
        cluster.run(for: .seconds(15))
        #expect(cluster.runningOn(0) == [1])
        #expect(cluster.witness.violations == [])
    }

    @Test("a C node's claim that only the disk brings counts while the network link is silent")
    func claimOverDisk() {
        var plan = plan(legacy: 0, [.net, .dio], [10, 4])
        plan.scripts[0].checkTime = .milliseconds(50)
        let cluster = SimulatedCluster(plan, seed: 1)
        cluster.run(for: .seconds(30))
        // We do not hear the C node over the network, and that link counts as up for ten seconds.
        cluster.media.change(0, 1) { $0.cuts += 1 }
        cluster.unfreeze(0, on: 0)
        cluster.run(for: .seconds(3))
        cluster.unfreeze(0, on: 1)
        cluster.run(for: .seconds(20))
        #expect(cluster.witness.violations == [])
    }

    // MARK: - Rolling replacement

    /// A cluster at rest with all its services running, before the daemons are replaced.
    private func running(_ plan: ClusterPlan, seed: UInt64) -> SimulatedCluster {
        let cluster = SimulatedCluster(plan, seed: seed)
        cluster.run(for: .seconds(15))
        cluster.putIntoService()
        cluster.run(for: .seconds(60))
        _ = cluster.longestSilence()
        return cluster
    }

    private func expectNothingMoved(
        _ cluster: SimulatedCluster, seed: UInt64, _ body: (SimulatedCluster) -> Void
    ) {
        let (before, holders) = (cluster.scriptRuns, (0..<5).map(cluster.runningOn))
        #expect(holders.allSatisfy { $0.count == 1 }, "seed \(seed)")
        body(cluster)
        cluster.run(for: .seconds(120))
        #expect(cluster.scriptRuns == before, "seed \(seed): a script ran")
        #expect((0..<5).map(cluster.runningOn) == holders, "seed \(seed)")
        #expect(cluster.longestSilence() < 1, "seed \(seed): a link was silent for its timeout")
        #expect(cluster.witness.violations == [], "seed \(seed)")
        cluster.expectRest()
        #expect(cluster.witness.violations == [], "seed \(seed): at rest")
    }

    @Test(
        "the next build replaces ours, node by node: nothing starts, nothing stops, no link is silent",
        arguments: [1, 2, 3])
    func nextBuild(seed: UInt64) {
        for timeouts in [[2, 2], [5, 10]] {
            let cluster = running(ClusterPlan(timeouts: timeouts), seed: seed)
            expectNothingMoved(cluster, seed: seed) {
                $0.replaceDaemons(by: .nextBuild, pause: .seconds(8))
            }
        }
    }

    @Test(
        "trailers are switched on, node by node: nothing starts, nothing stops, no link is silent",
        arguments: [1, 2, 3])
    func trailers(seed: UInt64) {
        for timeouts in [[2, 2], [5, 10]] {
            var plan = ClusterPlan(timeouts: timeouts)
            for index in plan.nodes.indices { plan.nodes[index].sendsTrailer = false }
            let cluster = running(plan, seed: seed)
            expectNothingMoved(cluster, seed: seed) {
                $0.replaceDaemons(by: .ours(sendsTrailer: true), pause: .seconds(8))
            }
        }
    }

    @Test(
        "ours replace the C program, node by node: nothing starts, nothing stops, no link is silent",
        arguments: [1, 2, 3])
    func fromC(seed: UInt64) {
        for layout in [Layout.a, .c, .d] {
            var plan = ClusterPlan(timeouts: [5, 10])
            for index in plan.nodes.indices {
                plan.nodes[index].isLegacy = true
                plan.nodes[index].layout = layout
            }
            let cluster = running(plan, seed: seed)
            expectNothingMoved(cluster, seed: seed) {
                $0.replaceDaemons(by: .ours(sendsTrailer: true), pause: .seconds(30))
            }
        }
    }
}
