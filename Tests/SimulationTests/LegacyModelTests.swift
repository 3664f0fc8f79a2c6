// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Testing
import WireFormat

@testable import Simulation

/// Clusters of C programs only: the model shows what the specification says that they do, the
/// mistakes included. If it did not, mixed clusters would prove nothing.
@Suite struct LegacyModelTests {
    private func cluster(
        _ kinds: [LinkKind], _ timeouts: [Int], seed: UInt64, layout: Layout = .d
    ) -> SimulatedCluster {
        var plan = ClusterPlan(services: 1, kinds: kinds, timeouts: timeouts)
        for index in plan.nodes.indices {
            plan.nodes[index].isLegacy = true
            plan.nodes[index].layout = layout
        }
        return SimulatedCluster(plan, seed: seed)
    }

    /// Both unfrozen within a second, after all links are up.
    private func unfreezeBoth(_ cluster: SimulatedCluster) {
        cluster.run(for: .seconds(30))
        cluster.unfreeze(0, on: 0)
        cluster.run(for: .milliseconds(300))
        cluster.unfreeze(0, on: 1)
    }

    @Test("R1: over disk links alone with a timeout of 10 s, two C programs both start")
    func disksOnly() {
        var doubles = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            let cluster = cluster([.dio], [10], seed: seed)
            unfreezeBoth(cluster)
            cluster.run(for: .seconds(30))
            #expect(cluster.witness.violations == [], "seed \(seed)")
            #expect(cluster.witness.races.keys.allSatisfy { $0 == .slowDisks }, "seed \(seed)")
            if cluster.runningOn(0) == [0, 1] { doubles += 1 }
        }
        #expect(doubles > 5, "both started in \(doubles) of 20 runs")
    }

    @Test("over a network link, of two C programs that are unfrozen at once exactly one starts")
    func network() {
        for seed in 1...20 as ClosedRange<UInt64> {
            let cluster = cluster([.net], [10], seed: seed)
            unfreezeBoth(cluster)
            cluster.run(for: .seconds(30))
            #expect(cluster.runningOn(0).count == 1, "seed \(seed)")
        }
    }

    @Test("R2: a primary that is not heard goes on past the other one's START_READY")
    func oneWay() {
        let cluster = cluster([.net], [4], seed: 1)
        cluster.run(for: .seconds(10))
        // The second node does not hear the first one.
        cluster.media.change(0, 1) { $0.cuts += 1 }
        cluster.run(for: .seconds(15))
        cluster.unfreeze(0, on: 0)
        cluster.unfreeze(0, on: 1)
        cluster.run(for: .seconds(20))
        #expect(cluster.runningOn(0) == [0, 1])
        #expect(cluster.witness.doubleRuns[.cutOff] == 1)
    }

    @Test("a C program takes over within two timeouts of a disk, the pass and the grace period")
    func takeover() {
        let cluster = cluster([.dio], [4], seed: 3)
        cluster.run(for: .seconds(20))
        cluster.unfreeze(0, on: 0)
        cluster.run(for: .seconds(20))
        cluster.unfreeze(0, on: 1)
        cluster.run(for: .seconds(20))
        #expect(cluster.runningOn(0) == [0])
        cluster.powerOff(cluster.nodes[0])
        cluster.run(for: .seconds(4 + 5))
        #expect(cluster.runningOn(0) == [], "never before the timeout and the grace period")
        cluster.run(for: .seconds(4 + 2 + 4))
        #expect(cluster.runningOn(0) == [1])
    }

    @Test("B10: a slot full of zeros keeps a dead C node up for ever")
    func zeroedSlot() {
        let cluster = cluster([.dio], [4], seed: 3)
        cluster.run(for: .seconds(20))
        cluster.unfreeze(0, on: 0)
        cluster.run(for: .seconds(20))
        cluster.unfreeze(0, on: 1)
        cluster.powerOff(cluster.nodes[0])
        cluster.media.slots[0].write([], truth: nil, at: cluster.now)
        cluster.media.slots[0].write([], truth: nil, at: cluster.now)
        cluster.run(for: .seconds(300))
        #expect(cluster.runningOn(0) == [])
    }

    @Test("B11: one beat after a silence keeps a dead C node up for ever")
    func oneBeat() {
        let cluster = cluster([.net], [4], seed: 5)
        cluster.run(for: .seconds(40))
        let beat = cluster.nodes[0].links[0].frame!.bytes
        cluster.powerOff(cluster.nodes[0])
        cluster.run(for: .seconds(10))
        let programs = cluster.nodes[1].legacy!
        #expect(!programs.receivers[0].isUp)
        cluster.transmit(beat, 0, cluster.nodes[1], truth: nil)
        cluster.run(for: .seconds(300))
        #expect(programs.receivers[0].isUp)
    }

    @Test("R18: a killed receiver's link stays up, and the takeover never comes")
    func killedReceiver() {
        let cluster = cluster([.net], [4], seed: 6)
        cluster.run(for: .seconds(10))
        cluster.unfreeze(0, on: 0)
        cluster.run(for: .seconds(15))
        cluster.unfreeze(0, on: 1)
        cluster.run(for: .seconds(2))
        cluster.endLink(cluster.nodes[1], 0)
        cluster.powerOff(cluster.nodes[0])
        cluster.run(for: .seconds(300))
        #expect(cluster.runningOn(0) == [])
    }

    @Test("R13: a C nmond that dies in the grace period leaves START_READY behind for ever")
    func deadManager() {
        let cluster = cluster([.net], [4], seed: 7)
        cluster.run(for: .seconds(10))
        cluster.unfreeze(0, on: 0)
        cluster.run(for: .seconds(4))
        #expect(cluster.nodes[0].disk.states[0] == .startReady)
        cluster.killManager(cluster.nodes[0], withGuard: false)
        cluster.run(for: .seconds(300))
        #expect(cluster.nodes[0].disk.states[0] == .startReady)
    }

    @Test("7.5: a C program reads a beat of another layout as states that nobody sent")
    func otherLayout() {
        var plan = ClusterPlan(services: 1, kinds: [.net], timeouts: [4])
        plan.nodes[0].isLegacy = true
        plan.nodes[1].isLegacy = true
        plan.nodes[0].layout = .a
        plan.nodes[1].layout = .d
        let cluster = SimulatedCluster(plan, seed: 8)
        cluster.run(for: .seconds(10))
        cluster.unfreeze(0, on: 0)
        cluster.run(for: .seconds(20))
        #expect(cluster.runningOn(0) == [0])
        cluster.unfreeze(0, on: 1)
        cluster.run(for: .seconds(20))
        #expect(cluster.runningOn(0) == [0, 1], "A is read by D as STOPPED")
        #expect(cluster.witness.races == [.otherLayout: 1])
    }

    @Test("the first era does one service after the other, the later ones all at once")
    func serial() {
        func started(_ layout: Layout) -> Int {
            var plan = ClusterPlan(services: 3, kinds: [.net], timeouts: [4])
            for index in plan.nodes.indices {
                plan.nodes[index].isLegacy = true
                plan.nodes[index].layout = layout
            }
            let cluster = SimulatedCluster(plan, seed: 9)
            cluster.run(for: .seconds(10))
            for service in 0..<3 { cluster.unfreeze(service, on: 0) }
            cluster.run(for: .seconds(10))
            return (0..<3).count { cluster.runningOn($0) == [0] }
        }
        #expect(started(.a) == 1)
        #expect(started(.d) == 3)
    }
}
