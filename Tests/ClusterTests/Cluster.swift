// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation
import Testing

/// Two nodes of a lab with running daemons, as most tests begin.
final class Cluster {
    let lab: Lab
    let setup: ClusterSetup
    var one: Node { lab.node(1) }
    var two: Node { lab.node(2) }

    /// Boots, configures and, unless told otherwise, starts the daemons and waits for the links.
    init(
        _ plan: Lab.Plan = Lab.Plan(), started: Bool = true,
        _ adjust: (inout ClusterSetup) -> Void = { _ in }
    ) throws {
        var setup = ClusterSetup()
        adjust(&setup)
        self.setup = setup
        lab = try Lab(plan)
        do {
            try lab.configure(setup)
            if started {
                for node in [one, two] { try start(node) }
                try waitForLinks()
            }
        } catch {
            lab.shutDown()
            throw error
        }
    }

    deinit {
        validateJournals()
        lab.shutDown()
    }

    /// Asks the core once more for each decision that our nodes have written down.
    private func validateJournals() {
        for node in lab.nodes where !node.isLegacy {
            for name in ["decisions.jsonl.1", "decisions.jsonl"] {
                let path = node.place(of: "\(logDirectory)/\(name)")
                guard FileManager.default.fileExists(atPath: path) else { continue }
                let verdict = JournalVerdict(path: path)
                #expect(verdict.fault == nil, "\(node.name): \(name): \(verdict)")
            }
        }
    }

    /// What the launcher and the daemons get from their environment: no talk delay, and a log.
    var environment: [String: String] {
        ["HEARTBEAT_TALK_DELAY_ON_START": "0", "EZ_LOG_FILE": logDirectory + "/all"]
    }
    private var logDirectory: String {
        lab.plan.layout == .classic ? "/usr/local/cluster/log" : "/var/log/openha"
    }

    /// Starts the daemons of a node, with more in their environment if need be.
    func start(_ node: Node, with more: [String: String] = [:]) throws {
        if node.isLegacy { return try node.startLegacyDaemons() }
        let result = try node.launcher(
            "start", environment: environment.merging(more) { $1 })
        guard result.succeeded else {
            throw LabError.failed(
                "\(node.name): launcher start: \(result.status) \(result.output)\(result.errors)")
        }
    }

    /// Waits until all links are UP, as `hb -s` sees them on every node that runs the product.
    func waitForLinks(within limit: Duration = .seconds(12)) throws {
        for node in [one, two] where !node.isLegacy {
            try lab.wait(upTo: limit, for: "all links UP on \(node.name)") {
                let up = try linksUp(on: node)
                if up < 2 * setup.links.count { LabClock.pause(.milliseconds(50)) }
                return up == 2 * setup.links.count
            }
        }
    }

    func linksUp(on node: Node) throws -> Int {
        try node.hb("-s").output.split(separator: "\n").count { $0.contains(" status UP") }
    }

    /// Runs an action that must succeed, watching all states meanwhile.
    func act(_ action: String, _ service: String = "web", on node: Node) throws {
        let running = try node.startAction(service, action)
        var result: CommandResult?
        try lab.wait(upTo: .seconds(20), for: "\(action) of \(service) on \(node.name)") {
            result = running.poll()
            return result != nil
        }
        lab.watch.sample()
        #expect(result?.status == 0, "\(action) on \(node.name): \(result!) \(log(of: node))")
    }

    /// Waits until a node's own file says so.
    func wait(
        for state: ServiceState, _ service: String = "web", on node: Node,
        within limit: Duration = .seconds(10)
    ) throws {
        try explaining {
            try lab.wait(upTo: limit, for: "\(service) \(state.name) on \(node.name)") {
                node.state(service) == state
            }
        }
    }

    /// Waits until a node's file about another one says so.
    func wait(
        until node: Node, sees other: Node, in state: ServiceState, _ service: String = "web",
        within limit: Duration = .seconds(10)
    ) throws {
        let what = "\(service) \(state.name) of \(other.name) in the files of \(node.name)"
        try explaining {
            try lab.wait(upTo: limit, for: what) { node.state(service, of: other) == state }
        }
    }

    /// Starts a service on node1 and allows node2 to take it over; both know it of each other.
    func run(_ service: String = "web") throws {
        try act("unfreeze", service, on: one)
        try wait(for: .started, service, on: one, within: .seconds(15))
        try act("unfreeze", service, on: two)
        try wait(until: two, sees: one, in: .started, service)
        try wait(until: one, sees: two, in: .stopped, service)
    }

    /// Checks that neither states nor scripts move for `duration`.
    func expectQuiet(for duration: Duration, _ why: Comment? = nil) throws {
        lab.watch.sample()
        let changes = lab.watch.changes.count
        let entries = lab.journal.entries
        try lab.observe(for: duration)
        let before = lab.watch.changes.prefix(changes).suffix(8)
        #expect(
            Array(lab.watch.changes.dropFirst(changes)) == [],
            "\(why.map { "\($0); " } ?? "")before that: \(Array(before))")
        #expect(lab.journal.entries == entries, why)
    }

    /// Checks that a service never ran twice.
    func expectSingleRuns(of service: String = "web") {
        #expect(lab.journal.doubleRuns(of: service).isEmpty, "\(lab.journal.entries)")
    }

    /// The links of a node by its monitor lines, as `hb -s --json` tells.
    func links(of node: Node) throws -> [LinkFacts] {
        let text = try node.hb("-s", "--json").output
        return try JSONDecoder().decode(LinkFacts.Report.self, from: Data(text.utf8)).links
    }

    /// Runs the body of a test; should it time out, says what all nodes know.
    func explaining(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch LabError.timedOut(let what) {
            for node in [one, two] where node.isOn && !node.isLegacy {
                let states = try node.service("-s", "--json").output
                let links = try node.hb("-s").output
                let processes = try node.shell(
                    """
                    ps -eo pid,ppid,stat,wchan:24,lstart,args
                    for p in $(pgrep -x 'nmond|service|ezwriter|ezjournal'); do
                        echo "$p: $(cat /proc/$p/syscall) $(ls -l /proc/$p/fd | cut -c40-)"
                        cat /proc/$p/stack 2>&1
                        gdb -p $p -batch -ex 'thread apply all bt' 2>&1 | tail -n 30
                    done
                    grep -r . \(lab.plan.layout.services)/*/STATE.* /proc/locks 2>&1 || :
                    """, within: .seconds(60))
                Issue.record("\(node.name): \(states)\n\(links)\n\(processes)\n\(log(of: node))")
            }
            throw LabError.timedOut(what)
        }
    }

    /// The last lines of a node's daemons, for the text of a failure.
    func log(of node: Node, lines: Int = 40) -> Comment {
        let path = node.place(of: logDirectory + "/all")
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let last = text.split(separator: "\n").suffix(lines).joined(separator: "\n")
        return "the log of \(node.name):\n\(last)"
    }
}

/// What tests need of `hb -s --json`.
struct LinkFacts: Decodable {
    struct Report: Decodable { let links: [LinkFacts] }
    let node: String
    let type: String
    let role: String
    let address: String
    let status: String
    let reason: String?
    let pid: Int32?
    let received: UInt64
    let drops: [String: UInt64]
    let badEntries: UInt64
    let beatAgeSeconds: Double?
    let worstGapSeconds: Double?
}

/// Prints a measured figure beside the test that took it.
func report(_ what: String, _ duration: Duration) {
    print("   figure: \(what): \(String(format: "%.3f", duration.inSeconds)) s")
}
