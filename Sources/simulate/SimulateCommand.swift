// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Simulation

/// `simulate`: whole clusters on made-up time, and what must never happen in them.
@main
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs simulated clusters of the shipped code, with faults, from seeds.",
        discussion: """
            Without --scenario each seed is an hour of a cluster with a mix of all faults. The same \
            seed gives the same run, and the same trace, everywhere. It ends with 1 if anything \
            happened that must not; docs/reliability.md has the rules by their names.
            """)

    @Option(help: "How many seeds to run.")
    var seeds: Int = 100
    @Option(help: "The first seed.")
    var from: UInt64 = 1
    @Option(help: "One seed only.")
    var seed: UInt64?
    @Option(help: "A named scenario instead of the mix: 01 to 20, or all.")
    var scenario: String?
    @Flag(help: "Print what happens, line by line; with --seed.")
    var trace = false
    @Flag(help: "Stop at the first seed with a violation.")
    var first = false
    @Flag(help: "List the scenarios.")
    var list = false
    @Flag(help: "Every scenario with 200 seeds, and some hours of the mix.")
    var quick = false
    @Flag(help: "Two nodes, five services, a network and a disk link in every run of the mix.")
    var usual = false
    @Option(help: "In every run: c (one node with the C program), no-trailer, layouts.")
    var programs: ProgramMix?

    @Option(
        name: .customLong("validate"), parsing: .upToNextOption,
        help: "Ask the core once more for each decision in these journals of real nodes.")
    var journals: [String] = []

    func validate() throws {
        if trace, seed == nil { throw ValidationError("--trace goes with --seed.") }
        if quick, seed != nil || scenario != nil {
            throw ValidationError("--quick goes with neither --seed nor --scenario.")
        }
        if seeds < 1 { throw ValidationError("--seeds: at least one.") }
        if let scenario, scenario != "all", Scenario.named(scenario) == nil {
            throw ValidationError("--scenario \(scenario): see --list.")
        }
    }

    func run() throws {
        guard journals.isEmpty else { throw ExitCode(validateJournals(journals)) }
        if list {
            for scenario in Scenario.all { print("\(scenario.name)  \(scenario.title)") }
            return
        }
        let chosen = programs.map { " --programs \($0.rawValue)" } ?? ""
        var report = SimulationReport(mixOptions: chosen + (usual ? " --usual" : ""))
        if quick {
            for scenario in Scenario.all { play(scenario, 1...200, &report) }
            mix(1...300, &report)
        } else {
            let start = seed ?? from
            let range = start...(seed ?? start + UInt64(seeds) - 1)
            switch scenario {
            case nil: mix(range, &report)
            case "all": for scenario in Scenario.all { play(scenario, range, &report) }
            case let name?: play(Scenario.named(name)!, range, &report)
            }
        }
        if trace { report.printVerdict() } else { report.printSummary() }
        if report.violations > 0 { throw ExitCode(1) }
    }

    private func goesOn(_ report: SimulationReport) -> Bool { !first || report.violations == 0 }

    private var tracer: ((Duration, String) -> Void)? {
        trace ? { at, text in print("\(at.padded)  \(text)") } : nil
    }

    private func play(
        _ scenario: Scenario, _ seeds: ClosedRange<UInt64>, _ report: inout SimulationReport
    ) {
        for seed in seeds where goesOn(report) {
            let run = SimulationRun.of(scenario, seed: seed, tracer: tracer)
            report.add(run, scenario: scenario.name)
        }
        if !trace { report.printLine(of: scenario, runs: seeds.count) }
    }

    private func mix(_ seeds: ClosedRange<UInt64>, _ report: inout SimulationReport) {
        for seed in seeds where goesOn(report) {
            let run = SimulationRun.mixed(
                seed: seed, plan: usual ? .usual : nil, programs: programs, stopsAtFirst: first,
                tracer: tracer)
            report.add(run, scenario: nil)
        }
    }
}

extension Duration {
    /// In a column as wide as an hour.
    fileprivate var padded: String {
        let text = decimals
        return String(repeating: " ", count: max(0, 12 - text.utf8.count)) + text
    }
}

extension ProgramMix: ExpressibleByArgument {}
