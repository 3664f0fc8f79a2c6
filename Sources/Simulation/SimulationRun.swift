// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// One seed: a cluster, its faults, and what the witness says.
package struct SimulationRun: Sendable {
    package var seed: UInt64
    package var hours: Double
    package var tally = Tally()
    package var violations: [Witness.Violation] = []
    package var doubleRuns: [Witness.Excuse: Int] = [:]
    /// Double runs by the C program's own weaknesses.
    package var races: [LegacyRace: Int] = [:]
    package var automaticStarts = 0
    package var believedReplays = 0
    /// L1: how much later than timeout, grace period and check script a start began, at worst; of
    /// scenarios that measure it.
    package var slowestStart: Duration = .zero

    /// Runs the default mix for an hour of made-up time, or until something is wrong.
    package static func mixed(
        seed: UInt64, plan fixed: ClusterPlan? = nil, programs: ProgramMix? = nil,
        stopsAtFirst: Bool = false,
        tracer: ((Duration, String) -> Void)? = nil
    ) -> SimulationRun {
        var dice = Dice(seed: seed, stream: 0)
        let plan = fixed ?? ClusterPlan(varied: &dice, programs: programs)
        let cluster = SimulatedCluster(plan, seed: seed, tracer: tracer)
        cluster.run(for: .seconds(12))
        cluster.putIntoService()
        cluster.run(for: .seconds(25))
        while cluster.now < .seconds(3600) {
            cluster.playRound(&dice)
            if stopsAtFirst && !cluster.witness.violations.isEmpty { break }
        }
        return SimulationRun(seed: seed, cluster)
    }

    /// Plays a named scenario.
    package static func of(
        _ scenario: Scenario, seed: UInt64, tracer: ((Duration, String) -> Void)? = nil
    ) -> SimulationRun {
        let stage = scenario.stage(seed: seed, tracer: tracer)
        scenario.play(stage)
        var run = SimulationRun(seed: seed, stage.cluster)
        run.slowestStart = stage.slowestStart
        return run
    }

    private init(seed: UInt64, _ cluster: SimulatedCluster) {
        self.seed = seed
        hours = Double(cluster.now.nanoseconds) / 3.6e12
        tally = cluster.tally
        violations = cluster.witness.violations
        doubleRuns = cluster.witness.doubleRuns
        races = cluster.witness.races
        automaticStarts = cluster.witness.automaticStarts
        believedReplays = cluster.witness.believedReplays
    }
}

extension SimulatedCluster {
    /// Some minutes of faults, then peace, and a look at what became of it.
    func playRound(_ dice: inout Dice) {
        let weights = Fault.allCases.map(\.weight)
        let span = dice.between(.seconds(20), .seconds(180))
        for _ in 0...dice.below(8) {
            let fault = Fault.allCases[dice.weighted(weights)]
            after(dice.between(.zero, span)) { $0.inject(fault) }
        }
        for _ in 0..<dice.below(5) { after(dice.between(.zero, span)) { $0.typeSomething() } }
        run(for: span + .seconds(5))
        waitForFaultsToEnd()
        heal()
        run(for: settling)
        expectRest()
        repair()
        run(for: .seconds(20) + settling)
        expectRest()
    }

    /// Faults end by themselves; the longest ones are given some time.
    private func waitForFaultsToEnd() {
        let limit = now + .seconds(600)
        while media.errands.isPending, now < limit { run(for: .seconds(5)) }
    }
}
