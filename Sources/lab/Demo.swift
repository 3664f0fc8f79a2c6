// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation

/// The last chapter of the OpenHA tutorial, played on a lab: two nodes, one service, one power cut.
struct Demo {
    private let lab: Lab
    private let transcript: Transcript
    private let timeoutSeconds: Int
    private let service = "p26.opensvc.com"
    private var one: Node { lab.node(1) }
    private var two: Node { lab.node(2) }

    /// Boots the nodes.
    init(timeoutSeconds: Int, transcript: Transcript) throws {
        self.timeoutSeconds = timeoutSeconds
        self.transcript = transcript
        for program in ["heartbeat", "hactl"] where !Programs.isBuilt(program) {
            throw LabError.failed(
                "\(Programs.built)/\(program) is missing: run `swift build` first")
        }
        transcript.chapter("Two nodes with a network, a shared disk and a tree of their own")
        var plan = Lab.Plan()
        plan.withServiceScriptsInEtc = true
        lab = try Lab(plan)
    }

    /// Plays all of it; throws at the first thing that does not happen.
    func play() throws {
        defer { lab.shutDown() }
        do {
            try configure()
            try startDaemons()
            try startService()
            let outcome = try takeOver()
            summarize(outcome)
        } catch LabError.timedOut(let what) {
            showLogs()
            throw LabError.timedOut(what)
        }
    }

    // MARK: The chapters

    private func configure() throws {
        var setup = ClusterSetup()
        setup.timeout = "\(timeoutSeconds)"
        setup.services = []
        try lab.configure(setup)
        for node in lab.nodes {
            let disk = lab.disk.isBlockDevice ? lab.disk.device : "a file, no loop device here"
            transcript.event(
                "booted, eth0 is \(node.address()), the shared disk is \(disk)", on: node.name,
                at: LabClock.now)
        }
        try type("cat $EZ/conf/nodes $EZ/conf/monitor", onBoth: true)
        // What the tutorial's services do takes a while: this one has an address and a process.
        let script = ServiceScript(service, in: lab)
        try script.install(as: "/etc/opensvc/\(service).cluster")
        var behaviour = ServiceScript.Behaviour()
        behaviour.startSeconds = "1"
        behaviour.startCommand =
            "ip addr add 10.77.1.26/24 dev eth0 && setsid sleep 1000000 >/dev/null 2>&1 &"
        behaviour.stopCommand = "ip addr del 10.77.1.26/24 dev eth0; pkill -x sleep"
        try script.behave(behaviour)
        try type(
            "$EZ_BIN/service -a \(service) /etc/opensvc/\(service).cluster node1 node2 /bin/true",
            onBoth: true)
        lab.watchStates(of: service)
    }

    private func startDaemons() throws {
        transcript.chapter("The daemons start")
        try type("/usr/local/cluster/ezha.init start", onBoth: true)
        try lab.wait(upTo: .seconds(10 + 2 * timeoutSeconds), for: "four links UP on both nodes") {
            try lab.nodes.allSatisfy { try linksUp(on: $0) == 4 }
        }
        try type("$EZ_BIN/service -s", onBoth: true)
        try require(lab.nodes.allSatisfy { $0.state(service) == .frozenStop }, "FROZEN_STOP twice")
        for node in lab.nodes { try type("$EZ_BIN/hb -s", on: node) }
    }

    private func startService() throws {
        transcript.chapter("node1 may run the service now")
        try type("/usr/local/cluster/bin/service -A \(service) unfreeze", on: one)
        try follow(one, [.startReady, .starting, .started])
        transcript.chapter("node2 may take it over")
        try type("/usr/local/cluster/bin/service -A \(service) unfreeze", on: two)
        try follow(two, [.stopped])
    }

    private struct Outcome {
        let cut: Duration
        let unknown: Duration
        let started: Duration
    }

    private func takeOver() throws -> Outcome {
        transcript.chapter("node1 loses its power")
        let cut = LabClock.now
        try one.powerCut()
        transcript.event("power cut", on: one.name, at: cut, .bad)
        try lab.wait(upTo: .seconds(timeoutSeconds + 5), for: "node1 UNKNOWN on node2") {
            lab.watch.time(of: .unknown, service, about: one, on: two, since: cut) != nil
        }
        let unknown = lab.watch.time(of: .unknown, service, about: one, on: two, since: cut)!
        transcript.event("node1 is UNKNOWN", on: two.name, at: unknown, .bad)
        try follow(two, [.startReady, .starting, .started], since: cut)
        let started = lab.watch.time(of: .started, service, about: two, on: two, since: cut)!
        try type("ip -brief -4 addr show eth0", on: two)
        let doubles = lab.journal.doubleRuns(of: service)
        try require(doubles.isEmpty, "one run at a time, but \(doubles)")
        return Outcome(cut: cut, unknown: unknown, started: started)
    }

    private func summarize(_ outcome: Outcome) {
        func seconds(_ time: Duration) -> String {
            String(format: "%.2f s", (time - outcome.cut).inSeconds)
        }
        transcript.chapter("Summary")
        transcript.note("link timeout                  \(timeoutSeconds) s")
        transcript.note("power cut detected after      \(seconds(outcome.unknown))")
        transcript.note("service started again after   \(seconds(outcome.started))")
        transcript.note("the service never ran twice")
    }

    // MARK: Steps

    /// Shows each of the states a node goes through, as it comes.
    private func follow(_ node: Node, _ states: [ServiceState], since: Duration? = nil) throws {
        let since = since ?? LabClock.now - .seconds(1)
        for state in states {
            try lab.wait(upTo: .seconds(15), for: "\(service) \(state.name) on \(node.name)") {
                lab.watch.time(of: state, service, about: node, on: node, since: since) != nil
            }
            let time = lab.watch.time(of: state, service, about: node, on: node, since: since)!
            let look: Transcript.Look = state == .started || state == .stopped ? .good : .busy
            transcript.event("\(service) is \(state.name)", on: node.name, at: time, look)
            try type("$EZ_BIN/service -s", on: node)
        }
    }

    /// Types a line of shell on a node, in the tutorial's environment, and shows what it prints.
    private func type(_ line: String, on node: Node) throws {
        transcript.typed(line, on: node.name)
        transcript.output(try run(line, on: node))
    }

    /// The same on both nodes; the output once where it is the same.
    private func type(_ line: String, onBoth: Bool) throws {
        transcript.typed(line, on: "both")
        let first = try run(line, on: one)
        let second = try run(line, on: two)
        transcript.output(first)
        if second != first { transcript.output(second) }
    }

    private func run(_ line: String, on node: Node) throws -> String {
        let result = try node.run(
            "sh", "-c", "export EZ=/usr/local/cluster; . $EZ/env.sh; \(line)",
            within: .seconds(60))
        guard result.succeeded else {
            throw LabError.failed(
                "\(line) on \(node.name): exit \(result.status) \(result.errors)\(result.output)")
        }
        return result.output
    }

    private func linksUp(on node: Node) throws -> Int {
        let lines = try run("$EZ_BIN/hb -s", on: node).split(separator: "\n")
        return lines.count { $0.contains(" status UP,") }
    }

    private func require(_ condition: Bool, _ what: String) throws {
        if !condition { throw LabError.timedOut(what + "; " + lab.watch.summary) }
    }

    private func showLogs() {
        for node in lab.nodes {
            let log = node.place(of: "/usr/local/cluster/log/nmond.log")
            guard let text = try? String(contentsOfFile: log, encoding: .utf8), !text.isEmpty
            else { continue }
            transcript.note("\(node.name), the end of nmond.log:")
            transcript.output(text.split(separator: "\n").suffix(20).joined(separator: "\n"))
        }
    }
}
