// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation
import Testing

extension ClusterTests {
    /// All links cut while both nodes live.
    @Suite("A partition", .serialized) struct PartitionTests {
        @Test(
            "05: with a fence that works leaves one node, which runs everything, also after it heals"
        )
        func fenced() throws {
            var plan = Lab.Plan()
            plan.networks = 2
            let cluster = try Cluster(plan, started: false) {
                $0.links = [.net(0), .net(1)]
                $0.services = ["a", "b"]
                $0.checkScript = "/usr/local/cluster/conf/fence"
            }
            let lab = cluster.lab
            let fence = Fence(cluster)
            try fence.write()
            for node in lab.nodes { try cluster.start(node) }
            try cluster.waitForLinks()
            // One service on each node.
            try cluster.act("unfreeze", "a", on: cluster.one)
            try cluster.act("unfreeze", "b", on: cluster.two)
            try cluster.wait(for: .started, "a", on: cluster.one)
            try cluster.wait(for: .started, "b", on: cluster.two)
            try cluster.act("unfreeze", "a", on: cluster.two)
            try cluster.act("unfreeze", "b", on: cluster.one)
            try cluster.wait(until: cluster.one, sees: cluster.two, in: .stopped, "a")
            try cluster.wait(until: cluster.two, sees: cluster.one, in: .stopped, "b")

            for network in lab.networks { try network.cut(cluster.one) }
            var survivor: Node?
            try lab.wait(upTo: .seconds(15), for: "both services on the node that is left") {
                survivor = try survivor ?? fence.serve()
                return survivor.map { node in
                    ["a", "b"].allSatisfy { node.state($0) == .started }
                } ?? false
            }
            // Healed, the fenced node comes back, and is content with what it finds.
            let left = try #require(survivor)
            let fenced = left === cluster.one ? cluster.two : cluster.one
            for network in lab.networks { try network.heal(cluster.one) }
            try fenced.boot()
            try cluster.start(fenced)
            try cluster.waitForLinks()
            for service in ["a", "b"] {
                try cluster.wait(until: left, sees: fenced, in: .stopped, service)
                try cluster.wait(until: fenced, sees: left, in: .started, service)
            }
            try cluster.expectQuiet(for: .seconds(2))
            #expect(cluster.count(.starting, "a") + cluster.count(.starting, "b") == 3)
            for service in ["a", "b"] {
                cluster.expectSingleRuns(of: service)
                #expect(lab.journal.entries(of: service, .stopping).isEmpty)
            }
        }

        @Test("06: without a fence is a double run that both nodes report when they meet again")
        func unfenced() throws {
            let cluster = try Cluster { $0.links = [.net()] }
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            try lab.networks[0].cut(one)
            try cluster.wait(for: .started, on: two)
            #expect(one.state("web") == .started)
            try lab.networks[0].heal(one)
            let healed = LabClock.now
            try lab.wait(upTo: .seconds(3), for: "both nodes to report the double run") {
                try [one, two].allSatisfy { try cluster.reportsDoubleRun(on: $0) }
            }
            let reported = LabClock.now - healed
            report("healed to reported on both nodes", reported)
            // Three beats of half a second, and what asking takes on busy processors.
            #expect(reported.inSeconds < 1.5 + 0.5)
            for node in [one, two] {
                let line = "service web is STARTED on both nodes"
                try lab.wait(upTo: .seconds(1), for: "the line about it on \(node.name)") {
                    cluster.logged(line, on: node) == 1
                }
            }
            #expect(lab.journal.doubleRuns(of: "web").count == 1)
            // Nothing is resolved by itself; an operator does that.
            try cluster.expectQuiet(for: .seconds(3))
            try cluster.act("freeze-stop", on: two)
            try lab.wait(upTo: .seconds(3), for: "the report to end") {
                try ![one, two].contains { try cluster.reportsDoubleRun(on: $0) }
            }
        }
    }
}

/// A check script that asks for the other node's power to be cut, and the test that cuts it.
private struct Fence {
    private let cluster: Cluster
    private var directory: String { cluster.lab.directory + "/shared" }

    init(_ cluster: Cluster) { self.cluster = cluster }

    /// Installs the script: it succeeds when the other node is off, and that is all it believes.
    func write() throws {
        for (node, other) in [(cluster.one, "node2"), (cluster.two, "node1")] {
            try node.shell(
                """
                cat >/usr/local/cluster/conf/fence <<'END'
                #!/bin/sh
                # With the peer alive and heard there is nobody to fence.
                read -r state </usr/local/cluster/services/a/STATE.\(other)
                [ "$state" = 8 ] || exit 0
                : >\(directory)/fence.\(other)
                while [ ! -e \(directory)/fenced.\(other) ]; do sleep 0.05; done
                END
                chmod 755 /usr/local/cluster/conf/fence
                """)
        }
    }

    /// Serves the first request, if there is one; answers who is left then.
    func serve() throws -> Node? {
        for (target, survivor) in [(cluster.one, cluster.two), (cluster.two, cluster.one)] {
            guard FileManager.default.fileExists(atPath: "\(directory)/fence.\(target.name)")
            else { continue }
            try target.powerCut()
            _ = FileManager.default.createFile(
                atPath: "\(directory)/fenced.\(target.name)", contents: nil)
            return survivor
        }
        return nil
    }
}
