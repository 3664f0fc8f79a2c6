// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// The last chapter of the OpenHA tutorial, and what every operator does.
    @Suite("An operator", .serialized) struct TutorialTests {
        @Test(
            "sees the tutorial's sequence: frozen twice, ready for two seconds, starting, started")
        func tutorial() throws {
            let cluster = try Cluster { $0.services = ["p26.opensvc.com"] }
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            let service = "p26.opensvc.com"
            func states(_ primary: String, _ secondary: String) -> String {
                "1 service(s) defined:  \nService: \(service)\n\tPrimary  : node1, \(primary)\n"
                    + "\tSecondary: node2, \(secondary)\n"
            }
            for node in lab.nodes {
                #expect(
                    try node.service("-s").output == states("FROZEN_STOP", "FROZEN_STOP"))
            }
            #expect(try one.service("-A", service, "unfreeze").output == "")
            try cluster.wait(for: .startReady, service, on: one)
            #expect(try one.service("-s").output == states("START_READY", "FROZEN_STOP"))
            try cluster.wait(for: .started, service, on: one)
            let steps = lab.watch.changes.filter { $0.node == "node1" && $0.about == "node1" }
            #expect(
                steps.suffix(4).map(\.state) == [.stopped, .startReady, .starting, .started])
            let grace = steps[steps.count - 2].time - steps[steps.count - 3].time
            report("START_READY beside a frozen peer", grace)
            #expect((1.9...2.6).contains(grace.inSeconds))
            try cluster.act("unfreeze", service, on: two)
            try cluster.wait(until: one, sees: two, in: .stopped, service)
            #expect(try one.service("-s").output == states("STARTED", "STOPPED"))
            #expect(try two.service("-s").output == states("STARTED", "STOPPED"))
            try cluster.expectQuiet(for: .seconds(3))
        }

        @Test("moves a service by freeze-stop and gets it back by unfreeze")
        func switchover() throws {
            let cluster = try Cluster()
            let (one, two) = (cluster.one, cluster.two)
            try cluster.run()
            try cluster.act("freeze-stop", on: one)
            #expect(one.state("web") == .frozenStop)
            try cluster.wait(for: .started, on: two)
            // Never free on node1 in between: STOPPED for a moment could start it again there.
            #expect(cluster.lab.watch.own("web", of: one).suffix(2) == [.stopping, .frozenStop])
            try cluster.wait(until: one, sees: two, in: .started)
            try cluster.act("unfreeze", on: one)
            try cluster.wait(until: two, sees: one, in: .stopped)
            try cluster.expectQuiet(for: .seconds(3), "unfreezing moves nothing back")
            try cluster.act("freeze-stop", on: two)
            try cluster.wait(for: .started, on: one)
            cluster.expectSingleRuns()
        }

        @Test("finds a change of state in the peer's file at once, over the network")
        func delivery() throws {
            let cluster = try Cluster()
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            var slowest = Duration.zero
            for round in 1...10 {
                let state: ServiceState = round % 2 == 1 ? .started : .frozenStop
                let since = LabClock.now
                if round % 2 == 1 {
                    try cluster.act("force-start", on: one)
                } else {
                    // Not by way of STOPPED: beside a frozen peer nmond would start it at once,
                    // and a freeze-stop in the grace period is refused.
                    try cluster.act("freeze-stop", on: one)
                }
                try cluster.wait(until: two, sees: one, in: state)
                let here = try #require(
                    lab.watch.time(of: state, "web", about: one, on: one, since: since))
                let there = try #require(
                    lab.watch.time(of: state, "web", about: one, on: two, since: since))
                slowest = max(slowest, there - here)
            }
            report("slowest of ten state changes to the peer's file over net", slowest)
            #expect(slowest.inSeconds < 0.25)
        }

        @Test("may start the launcher twice: nothing changes")
        func launcherTwice() throws {
            let cluster = try Cluster()
            try cluster.run()
            let before = try cluster.lab.nodes.map { try Set($0.processes("nmond")) }
            let changes = cluster.lab.watch.changes.count
            for node in cluster.lab.nodes { try cluster.start(node) }
            try cluster.expectQuiet(for: .seconds(4))
            #expect(cluster.lab.watch.changes.count == changes)
            #expect(try cluster.lab.nodes.map { try Set($0.processes("nmond")) } == before)
            #expect(try cluster.lab.nodes.allSatisfy { try $0.processes("heartd").count == 1 })
        }
    }
}
