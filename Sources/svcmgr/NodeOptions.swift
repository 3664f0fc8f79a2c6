// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform
import ServicePlan

/// The command line of `nodemgr`.
struct NodeOptions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodemgr",
        abstract: "Shows and changes this node's configuration, freeze flag and schedules.",
        usage: "nodemgr [ OPTIONS ] COMMAND",
        discussion: "COMMAND is one of\n"
            + NodeAction.allCases.map { "  \($0.words.padded(to: 22))\($0.summary)" }
            .joined(separator: "\n"),
        version: "nodemgr version \(programVersion)",
        helpNames: [.short, .long])

    @Option(help: .init("get, set, unset: which keyword.", valueName: "section.keyword"))
    var param: String?
    @Option(help: .init("set: what it becomes.", valueName: "value"))
    var value: String?
    @Option(help: .init("Colours: auto, always, yes, never, no.", valueName: "when"))
    var color = ColorChoice.auto
    @Option(help: .init("json, for print actions.", valueName: "format"))
    var format: OutputFormat?
    @Flag(help: "Called by the scheduler: quiet, honours schedules.")
    var cron = false
    @Flag(help: "Debug lines on stderr.")
    var debug = false
    @Argument(
        help: .init("What to do.", valueName: "command"),
        completion: .list(
            NodeAction.allCases.flatMap {
                $0.words.split(separator: " ").map(String.init)
            }))
    var command: [String] = []
}
