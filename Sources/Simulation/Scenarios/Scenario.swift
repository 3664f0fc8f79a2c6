// SPDX-License-Identifier: Apache-2.0

/// One named fault and what is expected of the cluster; each seed plays it with other times, links,
/// layouts and services.
package struct Scenario: Sendable {
    /// As in docs/reliability.md: `01`.
    package let name: String
    package let title: String
    let plan: @Sendable (inout Dice) -> ClusterPlan
    let play: @Sendable (Stage) -> Void

    package static let all: [Scenario] = [
        powerCut, powerCutWithoutProof, oneLinkCut, networkCut, fencedPartition, unfencedPartition,
        oneWayLoss, unfrozenTogether, managerKilled, senderGone, nodeFrozen, scriptHangs,
        scriptFails, diskFaults, hostileDatagrams, wallClockSteps, operatorRaces, fileEdits,
        rollingRestart, slowNode,
    ]

    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    func stage(seed: UInt64, tracer: ((Duration, String) -> Void)? = nil) -> Stage {
        var dice = Dice(seed: seed, stream: 7)
        return Stage(name, plan(&dice), seed: seed, dice: dice, tracer: tracer)
    }
}
