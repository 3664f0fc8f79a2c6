// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusterLab

/// What the daemons of one node cost: memory, CPU, system calls, allocations.
struct NodeFigures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Memory, CPU and allocations of all daemons of a node (root).",
        discussion: """
            Two lab nodes with the tutorial's monitor file: 4 lines, so 4 link processes and nmond a \
            node. CPU is counted beside a living peer; memory with the peer off, so \
            that nothing is shared with another node's processes.
            """)

    @Option(help: "Services, all frozen.") var services = 128
    @Option(help: "Seconds of measuring CPU and allocations.") var seconds = 60
    @Option(help: "Timeout of the links in seconds.") var timeout = "10"
    @Flag(help: "Count allocations instead; only of programs that load the C library.")
    var allocations = false

    mutating func run() throws {
        var setup = ClusterSetup()
        setup.links = [.net(), .dio]
        setup.timeout = timeout
        setup.services = (1...services).map { "svc\($0)" }
        setup.slotBlocks = 40
        let lab = try Lab()
        defer { lab.shutDown() }
        try lab.configure(setup)
        let counter = lab.directory + "/shared/allocations"
        for node in lab.nodes {
            var environment = ["EZ_WIRE": "D"]
            if allocations {
                environment["LD_PRELOAD"] = Programs.built + "/libMallocCounter.so"
                environment["EZ_MALLOC_COUNT"] = "\(counter).\(node.name)"
            }
            _ = try node.launcher("start", environment: environment)
        }
        try lab.wait(upTo: .seconds(20), for: "all links up") {
            try lab.nodes.allSatisfy { try $0.linksUp() == 4 }
        }
        try lab.observe(for: .seconds(3))
        try report(lab, counter)
    }

    private func report(_ lab: Lab, _ counter: String) throws {
        let node = lab.node(1)
        let before = try Usage(of: node, counter: counter)
        try lab.observe(for: .seconds(seconds))
        let after = try Usage(of: node, counter: counter)
        print("node: 4 links, \(services) services, \(after.processes.count) processes")
        guard !allocations else { return reportAllocations(before, after) }
        let minutes = Double(seconds) / 60
        let runs = "\(seconds) s"
        line("  CPU of all daemons", (after.cpu - before.cpu) / minutes, "s a minute", runs)
        line(
            "  voluntary context switches", (after.switches - before.switches) / minutes,
            "a minute", runs)
        try lab.node(2).powerCut()
        let alone = try Usage(of: node, counter: counter)
        for (process, kilobytes) in alone.memory.sorted(by: { $0.process < $1.process }) {
            line("  memory of \(process) (PSS)", kilobytes, "kB", "1 run")
        }
        let sum = alone.memory.map(\.kilobytes).reduce(0, +)
        line("  memory of all daemons (PSS)", sum / 1024, "MB", "1 run")
    }

    private func reportAllocations(_ before: Usage, _ after: Usage) {
        for (process, count) in after.allocations.sorted(by: { $0.key < $1.key })
        where process.hasPrefix("heart") {
            let grown = count - (before.allocations[process] ?? 0)
            line(
                "  allocations of \(process)", grown / Double(seconds), "a beat",
                "\(seconds) s, \(Int(count)) since its start")
        }
    }
}

extension Node {
    /// How many lines of `hb -s` say UP.
    func linksUp() throws -> Int {
        try hb("-s").output.split(separator: "\n").filter { $0.contains(" status UP") }.count
    }
}

/// What the daemons of a node have used so far.
private struct Usage {
    var processes: [String] = []
    /// Seconds of CPU.
    var cpu = 0.0
    /// By process: its share of the memory it uses (PSS), kB.
    var memory: [(process: String, kilobytes: Double)] = []
    var switches = 0.0
    /// By name and pid.
    var allocations: [String: Double] = [:]

    init(of node: Node, counter: String) throws {
        let names = "nmond|heart[cd].*|ezguard|ezwriter|ezjournal"
        let script = """
            for p in $(pgrep -x '\(names)'); do
              echo "$(cat /proc/$p/comm) $p $(cut -d' ' -f1 /proc/$p/schedstat) \
            $(awk '/^Pss:/{print $2}' /proc/$p/smaps_rollup) \
            $(awk '/^voluntary/{print $2}' /proc/$p/status) \
            $(od -An -tu8 -j $((p*8)) -N 8 '\(counter).'$(uname -n) 2>/dev/null || echo 0)"
            done
            """
        for row in try node.shell(script).split(separator: "\n") {
            let words = row.split(separator: " ")
            guard words.count >= 5 else { continue }
            processes.append(String(words[0]))
            cpu += (Double(words[2]) ?? 0) / 1e9
            memory.append((String(words[0]), Double(words[3]) ?? 0))
            switches += Double(words[4]) ?? 0
            if words.count > 5 {
                allocations["\(words[0]) (pid \(words[1]))"] = Double(words[5]) ?? 0
            }
        }
    }
}
