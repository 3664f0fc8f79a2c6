// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Simulation

/// `simulate`: whole clusters on made-up time, and what must never happen in them.
@main
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs simulated clusters of the shipped code, with faults, from seeds.")

    @Option(help: "How many seeds to run.")
    var seeds: Int = 100
    @Option(help: "The first seed.")
    var from: UInt64 = 1
    @Option(help: "One seed only.")
    var seed: UInt64?
    @Flag(help: "Print what happens, line by line; with --seed.")
    var trace = false
    @Flag(help: "Stop at the first seed with a violation.")
    var first = false
    @Flag(help: "Two nodes, five services, a network and a disk link in every run.")
    var usual = false

    @Option(
        name: .customLong("validate"), parsing: .upToNextOption,
        help: "Ask the core once more for each decision in these journals of real nodes.")
    var journals: [String] = []

    func run() throws {
        guard journals.isEmpty else { throw ExitCode(validateJournals(journals)) }
        let start = seed ?? from
        let count = seed == nil ? seeds : 1
        var hours = 0.0
        var tally = Tally()
        var bad = 0
        var races: [LegacyRace: Int] = [:]
        var doubles: [Witness.Excuse: Int] = [:]
        var starts = 0
        for seed in start..<start + UInt64(count) where !first || bad == 0 {
            let run = SimulationRun.mixed(
                seed: seed, plan: usual ? .usual : nil, stopsAtFirst: first,
                tracer: trace ? { print("\($0)  \($1)") } : nil)
            hours += run.hours
            tally += run.tally
            starts += run.automaticStarts
            doubles.merge(run.doubleRuns, uniquingKeysWith: +)
            races.merge(run.races, uniquingKeysWith: +)
            for violation in run.violations {
                print("seed \(seed): \(violation.rule) at \(violation.at): \(violation.what)")
            }
            bad += run.violations.count
        }
        print(
            "\(hours) cluster-hours, \(tally.beats) beats, \(starts) automatic starts, \(bad) violations"
        )
        for (kind, count) in tally.faults.sorted(by: { $0.key < $1.key }) {
            print("  \(count) \(kind)")
        }
        for (kind, count) in doubles.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            print("  double runs: \(count) \(kind.rawValue)")
        }
        for (race, count) in races.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            print("  double runs, the C program's own: \(count) \(race.rawValue)")
        }
        if bad > 0 { throw ExitCode(1) }
    }
}
