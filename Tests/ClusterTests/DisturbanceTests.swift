// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// Operators, editors and busy neighbours.
    @Suite("A cluster that is disturbed", .serialized) struct DisturbanceTests {
        @Test("17: survives operators who type anything at any time on both nodes")
        func operatorRaces() throws {
            let cluster = try Cluster()
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            let seed = UInt64.random(in: 0...UInt64(UInt32.max))
            var random = Dice(seed: seed)
            var actions: [RunningCommand] = []
            let words = ["unfreeze", "freeze-stop", "start", "stop", "unfreeze", "freeze-start"]
            for _ in 1...60 {
                let node = [one, two][random.next(2)]
                actions.append(try node.startAction("web", words[random.next(words.count)]))
                try lab.observe(for: .milliseconds([0, 5, 50, 300, 1200][random.next(5)]))
            }
            for action in actions {
                let status = try action.wait(within: .seconds(30)).status
                #expect([0, 255].contains(status), "seed \(seed)")
            }
            #expect(lab.journal.doubleRuns(of: "web").isEmpty, "seed \(seed)")
            // Whatever they left behind can be cleared and works again.
            for node in [one, two] where node.state("web") != .frozenStop {
                try lab.wait(upTo: .seconds(15), for: "freeze-stop on \(node.name)") {
                    // A frozen start has to be unfrozen first.
                    if node.state("web") == .startReady {
                        _ = try node.service("-A", "web", "unfreeze")
                    }
                    return try node.service("-A", "web", "freeze-stop").succeeded
                        || node.state("web") == .frozenStop
                }
            }
            try cluster.wait(until: one, sees: two, in: .frozenStop)
            try cluster.wait(until: two, sees: one, in: .frozenStop)
            try cluster.run()
            #expect(lab.journal.doubleRuns(of: "web").isEmpty, "seed \(seed)")
        }

        @Test("18: goes on while its configuration is edited, broken, removed and put back")
        func configuration() throws {
            let cluster = try Cluster()
            try cluster.run()
            for node in cluster.lab.nodes {
                try node.shell("cp -r /usr/local/cluster/conf /run/kept")
                try node.shell("echo 'half a line' >>/usr/local/cluster/conf/services")
                try cluster.expectQuiet(for: .seconds(1))
                try node.shell("echo 'node1 net' >>/usr/local/cluster/conf/monitor")
                try cluster.expectQuiet(for: .seconds(1))
                try node.shell("rm /usr/local/cluster/conf/services")
                try cluster.expectQuiet(for: .seconds(1))
                try node.shell("cp /run/kept/* /usr/local/cluster/conf/")
                try cluster.expectQuiet(for: .seconds(1))
            }
            try cluster.act("freeze-stop", on: cluster.one)
            try cluster.wait(for: .started, on: cluster.two)
            cluster.expectSingleRuns()
        }

        @Test("12: kills a script that hangs, when it is told how long one may take")
        func calloutTimeout() throws {
            let cluster = try Cluster(started: false)
            var behaviour = ServiceScript.Behaviour()
            behaviour.startSeconds = "600"
            try ServiceScript("web", in: cluster.lab).behave(behaviour)
            for node in cluster.lab.nodes {
                try cluster.start(node, with: ["EZ_CALLOUT_TIMEOUT": "1"])
            }
            try cluster.waitForLinks()
            try cluster.act("unfreeze", on: cluster.one)
            try cluster.wait(for: .startFailed, on: cluster.one)
            let left = try cluster.one.shell("ps -ef").contains("sleep 600")
            #expect(!left, "its children are gone, too")
            try cluster.wait(until: cluster.two, sees: cluster.one, in: .startFailed)
            try cluster.expectQuiet(for: .seconds(2))
        }
    }
}
