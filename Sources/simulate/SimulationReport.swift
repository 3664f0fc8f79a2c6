// SPDX-License-Identifier: Apache-2.0

import Simulation

/// Sums up many runs, and tells of them.
struct SimulationReport {
    /// What chose the clusters of the mix, for the command that replays a run.
    private let mixOptions: String
    private let began = ProcessorClock.now
    private var runs = 0
    private var hours = 0.0
    private var starts = 0
    private var tally = Tally()
    private var doubleRuns: [Witness.Excuse: Int] = [:]
    private var races: [LegacyRace: Int] = [:]
    private var believedReplays = 0
    private var slowestStart: Duration = .zero
    private(set) var violations = 0
    /// When the line of a scenario was printed last: violations and processor time until then.
    private var told = (violations: 0, time: ProcessorClock.now)

    init(mixOptions: String) { self.mixOptions = mixOptions }

    /// Counts one run, and prints what must not have happened in it.
    mutating func add(_ run: SimulationRun, scenario: String?) {
        runs += 1
        hours += run.hours
        starts += run.automaticStarts
        tally += run.tally
        doubleRuns.merge(run.doubleRuns, uniquingKeysWith: +)
        races.merge(run.races, uniquingKeysWith: +)
        believedReplays += run.believedReplays
        slowestStart = max(slowestStart, run.slowestStart)
        violations += run.violations.count
        for violation in run.violations {
            print(
                "VIOLATION \(violation.rule), seed \(run.seed), at \(violation.at.decimals): "
                    + violation.what)
        }
        guard !run.violations.isEmpty else { return }
        let options = scenario.map { " --scenario \($0)" } ?? mixOptions
        print("  replay: swift run -c release simulate\(options) --seed \(run.seed) --trace")
    }

    mutating func printLine(of scenario: Scenario, runs: Int) {
        let time = ProcessorClock.now
        let bad = violations - told.violations
        print(
            "\(scenario.name)  \(runs) seeds, \((time - told.time).text), "
                + "\(bad == 0 ? "as expected" : "\(bad) violations"): \(scenario.title)")
        told = (violations, time)
    }

    func printSummary() {
        let time = ProcessorClock.now - began
        let perDay = hours / (time / .seconds(86400))
        print("")
        print("\(runs) runs, \(hours.rounded1) cluster-hours in \(time.text) of processor time")
        print("  \(Int64(perDay).grouped) cluster-hours per CPU-day")
        print(
            "  \(tally.beats.grouped) beats sent, \(tally.heard.grouped) taken, "
                + "\(tally.drops.grouped) dropped; \(tally.lost.grouped) lost, "
                + "\(tally.duplicated.grouped) duplicated, \(tally.corrupted.grouped) corrupted, "
                + "\(tally.torn.grouped) torn, \(tally.replayed.grouped) replayed")
        print(
            "  \(starts.grouped) automatic starts, \(tally.commands.grouped) commands typed, "
                + "\(tally.fenced.grouped) nodes fenced")
        if slowestStart > .zero {
            print(
                "  slowest start: \(slowestStart.decimals) s after timeout, grace period and check "
                    + "script (1 s is allowed)")
        }
        if believedReplays > 0 {
            print(
                "  \(believedReplays.grouped) replays believed by listeners that had never heard the "
                    + "sender, one beat each")
        }
        printTables()
        printVerdict()
    }

    func printVerdict() {
        print("")
        print(violations == 0 ? "no violations" : "\(violations) VIOLATIONS")
    }

    private func printTables() {
        print("faults injected:")
        for (kind, count) in tally.faults.sorted(by: { $0.key < $1.key }) { row(count, kind) }
        if !doubleRuns.isEmpty { print("double runs without a fence, as documented, by reason:") }
        for (kind, count) in doubleRuns.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            row(count, kind.rawValue)
        }
        if !races.isEmpty { print("double runs of the C program's own making:") }
        for (race, count) in races.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            row(count, race.rawValue)
        }
    }

    private func row(_ count: Int, _ text: String) {
        let digits = count.grouped
        print(String(repeating: " ", count: max(1, 12 - digits.utf8.count)) + digits + "  " + text)
    }
}

extension BinaryInteger {
    /// `1,234,567`.
    fileprivate var grouped: String {
        let digits = Array(String(self))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}

extension Double {
    /// One decimal.
    fileprivate var rounded1: String {
        let tenths = Int64((self * 10).rounded())
        return "\((tenths / 10).grouped).\(tenths % 10)"
    }
}
