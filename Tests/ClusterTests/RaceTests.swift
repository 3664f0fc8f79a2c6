// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// Two nodes that want the same service at the same time.
    @Suite("Two nodes unfrozen at once", .serialized) struct RaceTests {
        @Test("08: start a service exactly once over links of different timeouts, 20 times of 20")
        func mixedTimeouts() throws {
            try race { $0.linkTimeouts = [0: "2", 1: "10"] }
        }

        @Test("08: start a service exactly once over the network alone, 5 times of 5")
        func networkOnly() throws {
            try race(5) { $0.links = [.net()] }
        }

        @Test(
            "08: start a service exactly once also over disk links with timeout 10, 20 times of 20")
        func diskOnly() throws {
            try race {
                $0.links = [.dio]
                $0.timeout = "10"
            }
        }

        @Test(
            "07, 08: start a service exactly once when one of them is not heard", arguments: [1, 2])
        func oneWay(unheard number: Int) throws {
            let cluster = try Cluster { $0.links = [.net()] }
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try lab.networks[0].lose(1, .outgoing, of: lab.node(number))
            // Who hears nothing takes the other for down.
            let lonely = number == 1 ? two : one
            let other = lonely === one ? two : one
            try cluster.wait(until: lonely, sees: other, in: .unknown)
            try unfreeze(cluster, apart: .zero)
            try lab.wait(upTo: .seconds(15), for: "web STARTED somewhere") {
                one.state("web") == .started || two.state("web") == .started
            }
            try lab.observe(for: .seconds(4))
            #expect(lab.journal.entries(of: "web", .starting).count == 1)
            cluster.expectSingleRuns()
        }

        private func race(_ count: Int = 20, _ adjust: (inout ClusterSetup) -> Void) throws {
            let cluster = try Cluster(Lab.Plan(), started: true, adjust)
            try cluster.explaining { try rounds(count, of: cluster) }
        }

        private func rounds(_ count: Int, of cluster: Cluster) throws {
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            for round in 1...count {
                let starts = lab.journal.entries(of: "web", .starting).count
                // From both at the very same time to one a good deal earlier.
                try unfreeze(cluster, apart: .milliseconds([0, 3, 20, 80, 300][round % 5]))
                try lab.wait(upTo: .seconds(25), for: "one STARTED, one STOPPED, round \(round)") {
                    Set([one.state("web"), two.state("web")]) == [.started, .stopped]
                }
                try lab.wait(upTo: .seconds(5), for: "each to know of the other, round \(round)") {
                    one.state("web", of: two) == two.state("web")
                        && two.state("web", of: one) == one.state("web")
                }
                #expect(lab.journal.entries(of: "web", .starting).count == starts + 1)
                cluster.expectSingleRuns()
                let runner = one.state("web") == .started ? one : two
                let other = runner === one ? two : one
                try cluster.act("freeze-stop", on: other)
                try cluster.act("freeze-stop", on: runner)
                try cluster.wait(until: one, sees: two, in: .frozenStop)
                try cluster.wait(until: two, sees: one, in: .frozenStop)
            }
        }

        private func unfreeze(_ cluster: Cluster, apart: Duration) throws {
            let first = try cluster.one.startAction("web", "unfreeze")
            if apart > .zero { LabClock.pause(apart) }
            let second = try cluster.two.startAction("web", "unfreeze")
            #expect(try first.wait().succeeded)
            #expect(try second.wait().succeeded)
        }
    }
}
