// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// Daemons that die, or are killed, or are started again, under services that run.
    @Suite("Daemons", .serialized) struct DaemonTests {
        @Test("09: nmond killed while a start script runs loses nothing of it")
        func managerDuringStart() throws {
            let cluster = try Cluster()
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            var behaviour = ServiceScript.Behaviour()
            behaviour.startSeconds = "4"
            try ServiceScript("web", in: lab).behave(behaviour)
            try cluster.act("unfreeze", on: one)
            try cluster.act("unfreeze", on: two)
            try lab.wait(upTo: .seconds(8), for: "web STARTING somewhere") {
                one.state("web") == .starting || two.state("web") == .starting
            }
            let starter = one.state("web") == .starting ? one : two
            let killed = try starter.processes("nmond")
            try starter.signal("KILL", "nmond")
            try lab.wait(upTo: .seconds(3), for: "another nmond") {
                let now = try starter.processes("nmond")
                return !now.isEmpty && now != killed
            }
            try cluster.wait(for: .started, on: starter)
            try lab.observe(for: .seconds(3))
            #expect(starter.state("web") == .started)
            #expect(lab.journal.entries(of: "web", .starting).count == 1)
            #expect(lab.journal.entries(of: "web", .stopping).isEmpty)
        }

        @Test("09: killed and started again under a running service change nothing")
        func restart() throws {
            let cluster = try Cluster { $0.timeout = "4" }
            try cluster.run()
            for node in cluster.lab.nodes {
                try cluster.killDaemons(of: node)
                try cluster.start(node)
                try cluster.expectQuiet(for: .seconds(5), "daemons of \(node.name) are back")
                try cluster.waitForLinks()
            }
            #expect(cluster.lab.journal.entries(of: "web", .starting).count == 1)
        }

        @Test("19: upgraded one node after the other, by the launcher, change nothing")
        func rollingRestart() throws {
            let cluster = try Cluster { $0.timeout = "4" }
            try cluster.run()
            for node in cluster.lab.nodes {
                let result = try node.launcher("restart", environment: cluster.environment)
                #expect(result.status == 0, "\(result.output)\(result.errors)")
                try cluster.expectQuiet(for: .seconds(4), "daemons of \(node.name) are back")
                try cluster.waitForLinks()
            }
            #expect(cluster.lab.journal.entries(of: "web", .starting).count == 1)
        }

        @Test("10: senders that are killed are back at once, and nothing moves")
        func senders() throws {
            let cluster = try Cluster()
            try cluster.run()
            let one = cluster.one
            for name in ["heartd", "heartd_dio"] { try one.signal("KILL", name) }
            try cluster.expectQuiet(for: .seconds(5))
            for name in ["heartd", "heartd_dio"] {
                #expect(try one.processes(name).count == 1)
            }
        }

        @Test("10: a sender frozen for longer than the timeout is replaced")
        func frozenSender() throws {
            let cluster = try Cluster()
            try cluster.run()
            let before = try cluster.one.processes("heartd")
            for name in ["heartd", "heartd_dio"] { try cluster.one.signal("STOP", name) }
            try cluster.expectQuiet(for: .seconds(6))
            #expect(try cluster.one.processes("heartd") != before)
            #expect(try cluster.linksUp(on: cluster.two) == 4)
        }

        @Test("a receiver that is killed while its peer dies keeps nothing up")
        func deadReceiver() throws {
            let cluster = try Cluster()
            try cluster.run()
            try cluster.two.signal("KILL", "heartc")
            try cluster.one.powerCut()
            try cluster.wait(for: .started, on: cluster.two)
            cluster.expectSingleRuns()
        }

        @Test("stopped by the launcher stop the services, and the peer takes over")
        func stop() throws {
            let cluster = try Cluster()
            try cluster.run()
            let result = try cluster.one.launcher("stop")
            #expect(result.status == 0)
            #expect(cluster.one.state("web") == .stopped)
            for name in ["nmond", "heartd", "heartc", "heartd_dio", "heartc_dio", "ezguard"] {
                #expect(try cluster.one.processes(name) == [])
            }
            try cluster.wait(for: .started, on: cluster.two)
            cluster.expectSingleRuns()
        }

        @Test("nmond ends at once when it is told to, also while a script runs")
        func terminate() throws {
            let cluster = try Cluster()
            var behaviour = ServiceScript.Behaviour()
            behaviour.startSeconds = "3"
            try ServiceScript("web", in: cluster.lab).behave(behaviour)
            try cluster.act("unfreeze", on: cluster.one)
            try cluster.wait(for: .starting, on: cluster.one)
            try cluster.one.signal("TERM", "nmond")
            try cluster.lab.wait(upTo: .seconds(1), for: "the end of nmond") {
                try cluster.one.processes("nmond").isEmpty
            }
            try cluster.wait(for: .started, on: cluster.one)
        }
    }
}

extension Cluster {
    /// Ends all daemons of a node as roughly as possible, scripts and services excepted.
    fileprivate func killDaemons(of node: Node) throws {
        let names = Programs.heartbeatNames.joined(separator: "|")
        // Again and again: guard and nmond bring each other back.
        try lab.wait(upTo: .seconds(2), for: "the end of the daemons") {
            try !node.run("pkill", "-KILL", "-x", names).succeeded
        }
    }
}
