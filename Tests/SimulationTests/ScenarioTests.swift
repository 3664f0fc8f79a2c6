// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Simulation

/// The twenty scenarios, a few seeds each; `simulate --quick` has many more.
struct ScenarioTests {
    @Test("a scenario ends as expected", arguments: Scenario.all)
    func asExpected(_ scenario: Scenario) {
        for seed in 1001...1003 as ClosedRange<UInt64> {
            let run = SimulationRun.of(scenario, seed: seed)
            #expect(run.violations == [], "\(scenario.name), seed \(seed)")
        }
    }

    @Test(
        "an hour of all faults, and nothing that must not be",
        arguments: 1...2 as ClosedRange<UInt64>)
    func mixed(seed: UInt64) {
        let run = SimulationRun.mixed(seed: seed)
        #expect(run.violations == [], "seed \(seed)")
        #expect(run.hours >= 1)
    }

    @Test("scenarios are numbered 01 to 20, in order")
    func numbers() {
        let numbers = (1...20).map { $0 < 10 ? "0\($0)" : "\($0)" }
        #expect(Scenario.all.map(\.name) == numbers)
        #expect(Scenario.named("16")?.title.contains("clocks") == true)
        #expect(Scenario.named("21") == nil)
    }
}

/// Seeds that once showed something wrong, in the product or in the simulator, and what it was.
struct RegressionSeeds {
    struct Row: Sendable, CustomTestStringConvertible {
        var seed: UInt64
        /// nil: the mix of all faults.
        var scenario: String?
        /// The mix is played on the usual plan.
        var isUsual = false
        var showed: String

        var testDescription: String {
            "seed \(seed), \(scenario ?? (isUsual ? "usual plan" : "mix")): \(showed)"
        }
    }

    static let rows = [
        Row(seed: 10, scenario: "07", showed: "the play ended before the timeout it waits for"),
        Row(seed: 360, scenario: "17", showed: "S2: silence became whole in the grace period"),
        Row(seed: 10341, scenario: "16", showed: "whether a slot was torn hung on its wall second"),
        Row(seed: 10796, scenario: "07", showed: "a beat on its way at a cut counts as heard"),
        Row(seed: 10237, showed: "replays of an earlier boot made the living one deaf for ever"),
        Row(seed: 10850, showed: "two replays between two beats took the living boot's place"),
        Row(seed: 20078, showed: "the first beats of a boot are heard, and prove no life yet"),
        Row(
            seed: 203911, isUsual: true,
            showed: "the first beat of a boot in a slot lends the link no timeout"),
        Row(
            seed: 203947, isUsual: true,
            showed: "an old beat put into a slot does not make it a link that works"),
        Row(seed: 201052, isUsual: true, showed: "a beat that came back to its slot"),
        Row(seed: 202446, isUsual: true, showed: "S2: the peer came back during the note"),
        Row(seed: 202476, isUsual: true, showed: "S2: the peer came back during the note"),
        Row(seed: 202758, isUsual: true, showed: "S11: edited while a state is unreadable"),
        Row(
            seed: 1_001_964, isUsual: true,
            showed: "S1: a machine that booted has yet to learn that a link works"),
        Row(seed: 1_006_233, isUsual: true, showed: "S11: a slot whose reads were stale moved on"),
        Row(seed: 400689, isUsual: true, showed: "S11: heard, by a clock that had stood still"),
        Row(seed: 401868, isUsual: true, showed: "S2: the peer no longer names what it runs"),
        Row(seed: 203909, isUsual: true, showed: "M2: a start of what is no longer our service"),
    ]

    @Test("what a seed once showed is mended", arguments: rows)
    func mended(_ row: Row) throws {
        let run: SimulationRun
        if let name = row.scenario {
            run = SimulationRun.of(try #require(Scenario.named(name)), seed: row.seed)
        } else {
            run = SimulationRun.mixed(
                seed: row.seed, plan: row.isUsual ? .usual : nil)
        }
        #expect(run.violations == [])
    }
}
