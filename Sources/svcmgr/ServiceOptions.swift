// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform
import ServicePlan

/// The command line of `svcmgr`: options before or behind the words of the action (opensvc.md 2.2).
struct ServiceOptions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "svcmgr",
        abstract: "Brings services up and down on this node, and says how they are.",
        usage: """
            svcmgr [ OPTIONS ] COMMAND
            <service> [ OPTIONS ] COMMAND
            """,
        discussion: "COMMAND is one of\n" + commands,
        version: "svcmgr version \(programVersion)",
        helpNames: [.short, .long])

    private static let commands = ServiceAction.allCases.map { action in
        "  " + action.words + String(repeating: " ", count: max(1, 22 - action.words.count))
            + action.traits.summary
    }.joined(separator: "\n")

    @Option(
        name: [.customShort("s"), .customLong("service")],
        help: .init("Services, with commas between them.", valueName: "list"),
        completion: .shellCommand("svcmgr ls 2>/dev/null"))
    var services: [String] = []
    @Flag(
        name: [.customShort("c"), .customLong("cluster")],
        help: "I am the clusterware: no safety net.")
    var isClustered = false
    @Flag(
        name: [.customShort("f"), .customLong("force")],
        help: "Skip schedules and sanity checks; stop standby resources; run although frozen.")
    var isForced = false
    @Option(help: .init("Seconds to wait for the action lock (60).", valueName: "s"))
    var waitlock: Int?
    @Flag(name: [.customShort("i"), .long], help: "`create` asks.")
    var interactive = false
    @Option(help: .init("Only these resources or groups: fs#1,app.", valueName: "list"))
    var rid: String?
    @Option(help: .init("Only resources with these tags: a,b or, a+b and.", valueName: "expr"))
    var tags: String?
    @Option(help: .init("Only resources of these subsets.", valueName: "list"))
    var subsets: String?
    @Flag(help: "Say what would be done, and change nothing.")
    var dryRun = false
    @Option(help: .init("Colours: auto, always, yes, never, no.", valueName: "when"))
    var color = ColorChoice.auto
    @Option(help: .init("json, for print actions.", valueName: "format"))
    var format: OutputFormat?
    @Flag(help: "Drop status caches first.")
    var refresh = false
    @Flag(name: [.customShort("w"), .long], help: "print status: refresh in place; q ends.")
    var watch = false
    @Option(help: .init("get, set, unset: which keyword.", valueName: "section.keyword"))
    var param: String?
    @Option(help: .init("set: what it becomes.", valueName: "value"))
    var value: String?
    @Option(help: .init("switch: to which node.", valueName: "node"))
    var to: String?
    @Flag(help: "Called by the peer: do not call back.")
    var remote = false
    @Flag(help: "This node only.")
    var local = false
    @Option(help: .init("Run on that node.", valueName: "node"))
    var node: String?
    @Flag(help: "Wait for the end of the orchestration.")
    var wait = false
    @Option(help: .init("How long --wait waits.", valueName: "duration"))
    var time: String?
    @Flag(help: "Called by the scheduler: quiet, honours schedules.")
    var cron = false
    @Flag(help: "Debug lines on stderr.")
    var debug = false
    @Flag(help: "Leave what a failed start has started.")
    var disableRollback = false
    @Flag(help: "Start beside services that anti_affinity names.")
    var ignoreAffinity = false
    @Flag(help: "Only services whose autostart_node names this node.")
    var onlyprimary = false
    @Flag(help: "Only services whose autostart_node does not name this node.")
    var onlysecondary = false
    @Option(help: .init("Only services with one of these statuses.", valueName: "list"))
    var status: String?
    @Flag(name: [.customShort("p"), .long], help: "Several services side by side.")
    var parallel = false
    @Option(help: .init("create: copy this file.", valueName: "file"), completion: .file())
    var config: String?
    @Option(help: .init("create, update: a section as JSON.", valueName: "json"))
    var resource: [String] = []
    @Argument(help: .init("What to do.", valueName: "command"), completion: .list(words))
    var command: [String] = []

    private static let words = ServiceAction.allCases.flatMap {
        $0.words.split(separator: " ").map(String.init)
    }

    mutating func validate() throws {
        if let waitlock, waitlock < 0 {
            throw ValidationError("option --waitlock: invalid value: '\(waitlock)'")
        }
        // A script's empty variable must not be taken for all of them.
        try refuseEmpty("--rid", rid, ResourceSelection(rids: rid))
        try refuseEmpty("--tags", tags, ResourceSelection(tags: tags))
        try refuseEmpty("--subsets", subsets, ResourceSelection(subsets: subsets))
    }

    private func refuseEmpty(
        _ option: String, _ value: String?, _ selection: ResourceSelection
    ) throws {
        guard let value, !selection.isNarrowed else { return }
        throw ValidationError("option \(option): invalid value: '\(value)'")
    }

    /// Each once: nothing is to be done twice.
    var names: [String] {
        services.flatMap { $0.split(separator: ",").map(String.init) }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    var selection: ResourceSelection {
        ResourceSelection(rids: rid, tags: tags, subsets: subsets)
    }
}

enum OutputFormat: String, ExpressibleByArgument { case json }

extension ColorChoice: ExpressibleByArgument {}
