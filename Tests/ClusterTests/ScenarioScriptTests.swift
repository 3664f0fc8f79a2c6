// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation
import Testing

extension ClusterTests {
    /// Scenarios 12, 13, 17 and 18: scripts that fail or hang, operators, edited configurations.
    @Suite("Scenarios of scripts and operators", .serialized) struct ScenarioScriptTests {
        @Test("12: without a limit a script that hangs is shown with its age, and holds up nobody")
        func hangingScript() throws {
            let cluster = try Cluster { $0.services = ["slow", "web"] }
            let one = cluster.one
            var behaviour = ServiceScript.Behaviour()
            behaviour.startSeconds = "600"
            try ServiceScript("slow", in: cluster.lab).behave(behaviour)
            try cluster.act("unfreeze", "slow", on: one)
            try cluster.wait(for: .starting, "slow", on: one)
            let since = LabClock.now
            try cluster.run("web")
            try cluster.act("freeze-stop", "web", on: one)
            try cluster.wait(for: .started, "web", on: cluster.two)
            let shown = try cluster.services(on: one).services.first { $0.name == "slow" }
            let action = try #require(shown?.action)
            #expect(action.phase == "start" && action.scriptRuns)
            #expect(abs(action.ageSeconds - (LabClock.now - since).inSeconds) < 1)
            #expect(one.state("slow") == .starting)
            #expect(try one.service("-A", "slow", "stop").status == 255, "busy, and says so")
            #expect(cluster.count(.starting, "slow") == 1)
        }

        @Test("13: a stop that fails keeps the service here, until this node is proven down")
        func stopFails() throws {
            let cluster = try Cluster()
            let (one, two) = (cluster.one, cluster.two)
            try cluster.run()
            var behaviour = ServiceScript.Behaviour()
            behaviour.stopStatus = 1
            try ServiceScript("web", in: cluster.lab).behave(behaviour, on: one)
            #expect(try one.service("-A", "web", "freeze-stop").status == 255)
            try cluster.wait(for: .stopFailed, on: one)
            try cluster.wait(until: two, sees: one, in: .stopFailed)
            try cluster.expectQuiet(for: .seconds(4), "nobody knows what still runs there")
            #expect(try two.service("-A", "web", "start").status == 255)
            #expect(cluster.count(.starting) == 1)
            try one.powerCut()
            try cluster.wait(for: .started, on: two)
            cluster.expectSingleRuns()
        }

        @Test("17: commands on both nodes during a takeover: one run at a time, honest exit codes")
        func operatorsDuringTakeover() throws {
            let cluster = try Cluster()
            let seed = UInt64.random(in: 0...UInt64(UInt32.max))
            var random = Dice(seed: seed)
            for round in 1...3 {
                try cluster.run()
                var hands = cluster.lab.nodes.map { Hand($0, in: cluster, seed: seed) }
                try hands[0].begin(round % 2 == 0 ? "stop" : "freeze-stop")
                let end = LabClock.now + .seconds(5)
                while LabClock.now < end {
                    for index in hands.indices { try hands[index].move(&random) }
                    try cluster.lab.observe(for: .milliseconds(20))
                }
                for index in hands.indices { try hands[index].finish() }
                try cluster.clear()
            }
            #expect(cluster.lab.journal.doubleRuns(of: "web").isEmpty, "seed \(seed)")
        }

        @Test("18: services added, removed, renamed, broken and put back while others run")
        func editedServices() throws {
            let cluster = try Cluster { $0.services = ["other", "web"] }
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            let conf = "/usr/local/cluster/conf"
            try cluster.run("web")
            try cluster.act("unfreeze", "other", on: two)
            try cluster.wait(for: .started, "other", on: two)
            try cluster.wait(until: one, sees: two, in: .started, "other")
            let quiet = (lab.watch.changes, lab.journal.entries)
            for node in lab.nodes { try node.shell("cp \(conf)/services /run/kept") }
            /// Makes one edit on both nodes, one after the other.
            func edit(_ what: Comment, _ line: String) throws {
                for node in [two, one] {
                    try node.shell("cd \(conf) && \(line)")
                    try cluster.expectQuiet(for: .milliseconds(600), what)
                }
            }
            try edit("web's line is broken", "sed -i 's/^web.*/web\\tbroken/' services")
            try edit("put back", "cp /run/kept services")
            try edit("the running web is removed", "sed -i /^web/d services")
            try edit("put back", "cp /run/kept services")
            try edit("the file is removed", "rm services")
            try edit("put back", "cp /run/kept services")
            try edit("the running web is renamed", "sed -i 's/^web\\b/www/' services")
            #expect(one.state("www") == .frozenStop, "a service nobody knew starts nowhere")
            #expect(two.state("www") == .frozenStop)
            try edit("put back", "cp /run/kept services")
            try edit("one more", "sed -n '/^web/s/web/new/gp' /run/kept >>services")
            #expect(lab.watch.changes == quiet.0)
            #expect(lab.journal.entries == quiet.1)
            // What was added works, and what was there before does as ever.
            lab.watchStates(of: "new")
            try ServiceScript("new", in: lab).write()
            try cluster.act("unfreeze", "new", on: one)
            try cluster.wait(for: .started, "new", on: one)
            try cluster.wait(until: two, sees: one, in: .started, "new")
            try one.powerCut()
            try cluster.wait(for: .started, "web", on: two)
            #expect(two.state("other") == .started)
            #expect(two.state("new") == .frozenStop)
            cluster.expectSingleRuns(of: "web")
            cluster.expectSingleRuns(of: "other")
        }
    }
}

extension Cluster {
    /// Takes the service down everywhere, whatever state it is in.
    fileprivate func clear() throws {
        for node in [one, two] where node.state("web") != .frozenStop {
            try explaining {
                try lab.wait(upTo: .seconds(15), for: "freeze-stop on \(node.name)") {
                    if node.state("web") == .startReady {
                        _ = try node.service("-A", "web", "unfreeze")
                    }
                    _ = try node.service("-A", "web", "freeze-stop")
                    return node.state("web") == .frozenStop
                }
            }
        }
        try wait(until: one, sees: two, in: .frozenStop)
        try wait(until: two, sees: one, in: .frozenStop)
    }
}

/// An operator on one node: one random command after the other, each held to its exit code.
private struct Hand {
    let node: Node
    let cluster: Cluster
    let seed: UInt64
    private var command: (word: String, running: RunningCommand, entries: Int)?

    init(_ node: Node, in cluster: Cluster, seed: UInt64) {
        self.node = node
        self.cluster = cluster
        self.seed = seed
    }

    private var entries: [Journal.Event] {
        cluster.lab.journal.entries(of: "web").filter { $0.node == node.name }.map(\.event)
    }

    /// Begins the next command once the last one has ended.
    mutating func move(_ random: inout Dice) throws {
        if let command {
            guard let result = command.running.poll() else { return }
            try judge(command.word, result, Array(entries.dropFirst(command.entries)))
            self.command = nil
        }
        let words = ["unfreeze", "freeze-stop", "start", "stop", "force-stop", "unfreeze"]
        let word = words[random.next(words.count)]
        // To call a running service stopped is an operator's lie that nobody could survive.
        let isFree = [.stopped, .frozenStop, .startFailed].contains(node.state("web"))
        guard word != "force-stop" || isFree else { return }
        try begin(word)
    }

    mutating func begin(_ word: String) throws {
        command = (word, try node.startAction("web", word), entries.count)
    }

    mutating func finish() throws {
        guard let command else { return }
        let result = try command.running.wait(within: .seconds(20))
        try judge(command.word, result, Array(entries.dropFirst(command.entries)))
        self.command = nil
    }

    private func judge(_ word: String, _ result: CommandResult, _ done: [Journal.Event]) throws {
        let state = node.state("web")
        let what: Comment =
            "\(word) on \(node.name): \(result), \(done), now \(String(describing: state)), seed \(seed)"
        switch (word, result.status) {
        case ("start", 0): #expect(done.contains(.started), what)
        case ("freeze-stop", 0): #expect(state == .frozenStop, what)
        case ("unfreeze", 0): #expect(state != .frozenStop, what)
        case ("stop", 0): #expect(done.contains(.stopped), what)
        case ("force-stop", 0): #expect(done.isEmpty && state != .started, what)
        case ("stop", 255): #expect(!done.contains(.stopped), what)
        default: #expect(result.status == 255, what)
        }
    }
}
