// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// One node with the product, one with our model of the original programs.
    @Suite("Beside a C peer", .serialized) struct LegacyPeerTests {
        @Test(
            "states follow and services move both ways, over net and dio, in both roles",
            arguments: [LegacyPeer.Layout.a, .d], [1, 2])
        func mixed(layout: LegacyPeer.Layout, legacy number: Int) throws {
            let cluster = try Cluster(plan(layout, legacy: number)) {
                $0.timeout = "3"
                $0.slotBlocks = layout == .a ? 2 : 19
            }
            let lab = cluster.lab
            let legacy = lab.node(number)
            let ours = lab.node(3 - number)

            try cluster.act("unfreeze", on: legacy)
            try cluster.wait(for: .started, on: legacy, within: .seconds(12))
            try cluster.wait(until: ours, sees: legacy, in: .started, within: .seconds(2))
            try cluster.act("unfreeze", on: ours)
            try cluster.wait(until: legacy, sees: ours, in: .stopped, within: .seconds(4))
            let quiet = lab.journal.entries
            try lab.observe(for: .seconds(4))
            #expect(lab.journal.entries == quiet)

            // The C node dies; ours takes over, and keeps the service when it comes back.
            let cut = LabClock.now
            try legacy.powerCut()
            try cluster.wait(until: ours, sees: legacy, in: .unknown, within: .seconds(5))
            report(
                "layout \(layout.rawValue): power cut of the C peer to UNKNOWN", LabClock.now - cut)
            try cluster.wait(for: .started, on: ours)
            try legacy.boot()
            try cluster.start(legacy)
            try cluster.wait(until: legacy, sees: ours, in: .started, within: .seconds(5))
            try lab.observe(for: .seconds(3))
            cluster.expectSingleRuns()

            // Ours dies; the C node takes over.
            try ours.powerCut()
            try cluster.wait(for: .started, on: legacy, within: .seconds(25))
            try ours.boot()
            try cluster.start(ours)
            try cluster.wait(until: ours, sees: legacy, in: .started, within: .seconds(6))
            try lab.observe(for: .seconds(3))
            #expect(ours.state("web") == .stopped)
            cluster.expectSingleRuns()

            // Both may start it at once.
            try cluster.act("freeze-stop", on: ours)
            try cluster.act("freeze-stop", on: legacy)
            try cluster.wait(until: ours, sees: legacy, in: .frozenStop)
            try cluster.wait(until: legacy, sees: ours, in: .frozenStop)
            let starts = lab.journal.entries(of: "web", .starting).count
            let actions = try [ours, legacy].map { try $0.startAction("web", "unfreeze") }
            for action in actions { #expect(try action.wait().succeeded) }
            try lab.wait(upTo: .seconds(20), for: "one STARTED, one STOPPED") {
                Set([ours.state("web"), legacy.state("web")]) == [.started, .stopped]
            }
            #expect(lab.journal.entries(of: "web", .starting).count == starts + 1)
            cluster.expectSingleRuns()
        }

        private func plan(_ layout: LegacyPeer.Layout, legacy number: Int) -> Lab.Plan {
            var plan = Lab.Plan()
            plan.layout = layout == .a ? .classic : .fhs
            plan.legacy = [number: LegacyPeer(layout: layout)]
            return plan
        }
    }
}
