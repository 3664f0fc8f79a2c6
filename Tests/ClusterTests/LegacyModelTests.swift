// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// The model of the original programs, among itself: is it a neighbour worth testing with?
    @Suite("The model of a C peer", .serialized) struct LegacyModelTests {
        @Test("two of them fail over as the specification's timing says")
        func failover() throws {
            var plan = Lab.Plan()
            plan.legacy = [1: LegacyPeer(layout: .a), 2: LegacyPeer(layout: .a)]
            let lab = try Lab(plan)
            defer { lab.shutDown() }
            try lab.configure(ClusterSetup())
            let (one, two) = (lab.node(1), lab.node(2))
            for node in lab.nodes { try node.startLegacyDaemons() }
            #expect(try one.service("-A", "web", "unfreeze").succeeded)
            try lab.wait(upTo: .seconds(10), for: "web STARTED on node1 and node2 knows") {
                one.state("web") == .started && two.state("web", of: one) == .started
            }
            #expect(lab.watch.own("web", of: one) == [.stopped, .startReady, .starting, .started])
            #expect(try two.service("-A", "web", "unfreeze").succeeded)
            let cut = LabClock.now
            try one.powerCut()
            try lab.wait(upTo: .seconds(20), for: "web STARTED on node2") {
                two.state("web") == .started
            }
            let unknown = try #require(
                lab.watch.time(of: .unknown, "web", about: one, on: two, since: cut))
            #expect((1...7).contains((unknown - cut).inSeconds))
            #expect(lab.journal.doubleRuns(of: "web").isEmpty)
        }
    }
}
