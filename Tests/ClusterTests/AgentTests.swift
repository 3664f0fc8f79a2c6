// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// What the OpenSVC 1.8 agent asks, does and expects (specification, section 10).
    @Suite("The OpenSVC agent", .serialized) struct AgentTests {
        @Test("finds every daemon in ps, from start on and through every change of state")
        func processes() throws {
            let cluster = try Cluster { $0.links = [.net(), .dio, .disk] }
            let agents = [Agent(cluster.one, cluster), Agent(cluster.two, cluster)]
            for agent in agents { #expect(try agent.missingDaemons() == []) }
            let action = try cluster.one.startAction("web", "unfreeze")
            for _ in 1...20 {
                try cluster.lab.observe(for: .milliseconds(150))
                for agent in agents { #expect(try agent.missingDaemons() == []) }
            }
            #expect(try action.wait().succeeded)
        }

        @Test("sees the peer's state within two seconds in every sequence it knows")
        func sequences() throws {
            let cluster = try Cluster()
            let (one, two) = (Agent(cluster.one, cluster), Agent(cluster.two, cluster))

            // start: unfreeze, then STARTING within nine seconds (16).
            #expect(try one.act("unfreeze") == 0)
            try one.poll { [.starting, .started, .startFailed].contains(one.local()) }
            try one.poll { one.local() == .started }
            #expect(try two.act("unfreeze") == 0)
            try one.poll { one.remote() == .stopped }

            // freeze while it runs here: remote freeze-stop, local freeze-start (20).
            #expect(try two.act("freeze-stop") == 0)
            #expect(try one.act("freeze-start") == 0)
            #expect([one.local(), two.local()] == [.startReady, .frozenStop])
            try one.poll { one.remote() == .frozenStop }

            // thaw: unfreeze on every node in 6 and 7, the one with the service first (21).
            #expect(try one.act("unfreeze") == 0)
            try two.poll { two.remote() == .started }
            #expect(try two.act("unfreeze") == 0)
            #expect([one.local(), two.local()] == [.started, .stopped])
            try one.poll { one.remote() == .stopped }
            try cluster.expectQuiet(for: .seconds(2))

            // switch from the node that runs it (17): only when the peer could start.
            let begun = LabClock.now
            #expect(try one.act("freeze-stop") == 0)
            #expect(one.local() == .frozenStop)
            try one.poll { [.started, .startFailed, .starting].contains(one.remote()) }
            report("freeze-stop to the peer's STARTING in the local file", LabClock.now - begun)
            try one.poll { one.remote() == .started }
            #expect(try one.act("unfreeze") == 0)

            // stop, on the node that runs it: remote freeze-stop unless it is 6, then local (22).
            try two.poll { two.remote() == .stopped }
            #expect(try one.act("freeze-stop") == 0)
            try two.poll { two.remote() == .frozenStop }
            #expect(try two.act("freeze-stop") == 0)
            #expect([one.local(), two.local()] == [.frozenStop, .frozenStop])
            #expect(try two.act("freeze-stop") == 255, "never asked by the agent; C refuses it")
            cluster.expectSingleRuns()
        }

        @Test("clears a failed start by freeze-stop")
        func failedStart() throws {
            let cluster = try Cluster()
            var behaviour = ServiceScript.Behaviour()
            behaviour.startStatus = 1
            try ServiceScript("web", in: cluster.lab).behave(behaviour)
            let one = Agent(cluster.one, cluster)
            #expect(try one.act("unfreeze") == 0)
            try one.poll { one.local() == .startFailed }
            #expect(try one.act("freeze-stop") == 0)
            #expect(one.local() == .frozenStop)
        }
    }
}

/// The agent on one node: the commands and looks of the real one, with its environment.
private struct Agent {
    private let node: Node
    private let cluster: Cluster

    init(_ node: Node, _ cluster: Cluster) {
        self.node = node
        self.cluster = cluster
    }

    private var environment: [String: String] {
        let tree = "/usr/local/cluster"
        return [
            "EZ": tree, "EZ_BIN": tree + "/bin", "EZ_SERVICES": tree + "/conf/services",
            "EZ_NODES": tree + "/conf/nodes", "EZ_MONITOR": tree + "/conf/monitor",
            "EZ_LOG": tree + "/log",
        ]
    }

    func local() -> ServiceState? { node.state("web") }
    func remote() -> ServiceState? {
        node.state("web", of: node === cluster.one ? cluster.two : cluster.one)
    }

    func act(_ action: String) throws -> Int32 {
        let command = node.command(
            ["/usr/local/cluster/bin/service", "-A", "web", action], environment: environment)
        return try command.run().status
    }

    /// Ten polls, one a second; the daemons are looked for before each state is believed.
    func poll(_ condition: () throws -> Bool) throws {
        for _ in 1...10 {
            #expect(try missingDaemons() == [])
            if try condition() { return }
            try cluster.lab.observe(for: .seconds(1))
        }
        throw LabError.timedOut(
            "ten polls of the agent on \(node.name): \(cluster.lab.watch.summary)")
    }

    /// Assertions 3 to 6: what no line of `ps -ef` ends with.
    func missingDaemons() throws -> [String] {
        let bin = "/usr/local/cluster/bin"
        var wanted = [bin + "/nmond"]
        for line in try node.shell("cat /usr/local/cluster/conf/monitor").split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let suffixes = ["net": "", "unicast": "_unicast", "disk": "_raw"]
            let suffix = suffixes[words[1]] ?? "_dio"
            wanted.append(
                words[0] == node.name
                    ? "\(bin)/heartd\(suffix) " + words[2...].dropLast().joined(separator: " ")
                    : "\(bin)/heartc\(suffix) " + words[2...].joined(separator: " "))
        }
        let lines = try node.shell("ps -ef").split(separator: "\n")
        return wanted.filter { end in !lines.contains { $0.hasSuffix(end) } }
    }
}
