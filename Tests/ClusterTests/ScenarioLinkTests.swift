// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// Scenarios 03, 04, 07 and 10: links that are cut, deaf in one direction, or not fed.
    @Suite("Scenarios of links", .serialized) struct ScenarioLinkTests {
        @Test("03, 04: one link cut, then all but the disk: DOWN at T, a line each, nothing moves")
        func cuts() throws {
            var plan = Lab.Plan()
            plan.networks = 2
            let cluster = try Cluster(plan) { $0.links = [.net(0), .net(1), .dio] }
            let (lab, two) = (cluster.lab, cluster.two)
            try cluster.run()
            let quiet = (lab.watch.changes.count, lab.journal.entries)
            for network in [0, 1] {
                let address = "239.131.50.\(10 + network)"
                func link() throws -> LinkFacts {
                    let found = try cluster.links(of: two).first(where: {
                        $0.role == "listener" && $0.address == address
                    })
                    return try #require(found)
                }
                let (down, up) = ("peer on @ \(address) down !", "peer on @ \(address) up !")
                let before = (cluster.logged(down, on: two), cluster.logged(up, on: two))
                try lab.networks[network].cut(cluster.one)
                let cut = LabClock.now
                try lab.wait(upTo: .seconds(5), for: "the line about the link") {
                    cluster.logged(down, on: two) > before.0
                }
                let silence = LabClock.now - cut
                report("link cut to DOWN with timeout 2 s", silence)
                #expect((1.4...2.6).contains(silence.inSeconds))
                #expect(try link().status == "DOWN")
                #expect(try link().reason == "silent")
                try lab.observe(for: .seconds(1))
                try lab.networks[network].heal(cluster.one)
                let healed = LabClock.now
                try lab.wait(upTo: .seconds(5), for: "the line about the link") {
                    cluster.logged(up, on: two) > before.1
                }
                // At the next beat: there is one every half second.
                #expect((LabClock.now - healed).inSeconds < 1)
                #expect(cluster.logged(down, on: two) == before.0 + 1)
                #expect(cluster.logged(up, on: two) == before.1 + 1)
            }
            for network in lab.networks { try network.cut(cluster.one) }
            try lab.observe(for: .seconds(5))
            #expect(try cluster.linksUp(on: two) == 4, "its own three, and the peer's slot")
            for network in lab.networks { try network.heal(cluster.one) }
            try cluster.waitForLinks()
            #expect(lab.watch.changes.count == quiet.0)
            #expect(lab.journal.entries == quiet.1)
        }

        @Test(
            "07: one-way loss on all links starts nothing twice, and the status says who is not heard",
            arguments: [1, 2])
        func oneWay(unheard number: Int) throws {
            var plan = Lab.Plan()
            plan.disk = .faulty
            let cluster = try Cluster(plan)
            let lab = cluster.lab
            let (unheard, deaf) = (lab.node(number), lab.node(3 - number))
            /// Lost on its way out of the one node or into the other: both happen.
            func lose(from node: Node, to other: Node) throws {
                try lab.networks[0].lose(
                    1, node.number == 1 ? .outgoing : .incoming, of: lab.node(1))
                try lab.disk.fail(
                    node.number == 1
                        ? DiskFault(.write, .error, node: 1) : DiskFault(.read, .error, node: 1))
            }
            func heal() throws {
                try lab.networks[0].heal(lab.node(1))
                try lab.disk.fail()
                try cluster.waitForLinks()
            }
            // Stopped on both: exactly one starts it, the one that is heard.
            try lose(from: unheard, to: deaf)
            try cluster.wait(until: deaf, sees: unheard, in: .unknown)
            try lab.wait(upTo: .seconds(4), for: "node\(number) to say that it is not heard") {
                try cluster.services(on: unheard).peers.allSatisfy {
                    $0.judgement == "up" && !$0.hearsUs
                }
            }
            for node in [unheard, deaf] { try cluster.act("unfreeze", on: node) }
            try cluster.wait(for: .started, on: deaf, within: .seconds(15))
            try cluster.wait(until: unheard, sees: deaf, in: .started)
            #expect(unheard.state("web") == .stopped)
            #expect(cluster.count(.starting) == 1)
            try heal()
            try cluster.wait(until: deaf, sees: unheard, in: .stopped)
            try cluster.expectQuiet(for: .seconds(2))

            // Running on the node that is not heard: without a fence the other one takes over. Both
            // nodes say so as soon as they can.
            try lose(from: deaf, to: unheard)
            try cluster.wait(for: .started, on: unheard)
            #expect(lab.journal.doubleRuns(of: "web").count == 1)
            try lab.wait(upTo: .seconds(3), for: "the node that hears to report the double run") {
                try cluster.reportsDoubleRun(on: deaf)
            }
            try heal()
            try lab.wait(upTo: .seconds(3), for: "both nodes to report the double run") {
                try lab.nodes.allSatisfy { try cluster.reportsDoubleRun(on: $0) }
            }
            #expect(cluster.count(.starting) == 2)
        }

        @Test("10: a sender killed or frozen, with no other link left, is replaced before T")
        func onlySender() throws {
            let cluster = try Cluster { $0.links = [.net()] }
            let one = cluster.one
            try cluster.run()
            func sender() throws -> [Int] { try one.processes("heartd") }
            let first = try sender()
            try one.signal("KILL", "heartd")
            try cluster.expectQuiet(for: .seconds(3), "killed")
            let second = try sender()
            #expect(second.count == 1 && second != first)

            try one.signal("STOP", "heartd")
            try cluster.expectQuiet(for: .milliseconds(1000), "frozen for 0.5 T")
            try one.signal("CONT", "heartd")
            try cluster.expectQuiet(for: .seconds(2), "frozen for 0.5 T")

            let third = try sender()
            try one.signal("STOP", "heartd")
            try cluster.expectQuiet(for: .seconds(5), "frozen for 2 T")
            #expect(try sender() != third)
            #expect(cluster.logged("peer on", "down !", on: cluster.two) == 0)
            #expect(cluster.logged("node node1 is down", on: cluster.two) == 0)
        }
    }
}
