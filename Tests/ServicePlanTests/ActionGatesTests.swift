// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServicePlan

/// What may begin, and what is said to what may not.
struct ActionGatesTests {
    private func gates(
        _ action: ServiceAction, _ change: (inout ActionGates) -> Void = { _ in }
    ) -> ActionGates {
        var gates = ActionGates(action: action)
        change(&gates)
        return gates
    }

    private let netText = """
        this service is managed by a clusterware, thus direct service manipulation is disabled. \
        the --cluster option circumvent this safety net.
        """

    @Test("an ordinary service stops no action", arguments: ServiceAction.allCases)
    func ordinary(action: ServiceAction) {
        #expect(gates(action).refusal() == nil)
        #expect(gates(action) { $0.isClusterware = true }.refusal() == nil)
    }

    @Test(
        "a service of tests is refused on a node of production", arguments: ServiceAction.allCases)
    func production(action: ServiceAction) {
        let refusal = gates(action) {
            $0.nodeEnvironment = "PRD"
            $0.isForced = true
        }.refusal()
        #expect(refusal?.level == .error && refusal?.exitCode == 1)
        #expect(refusal?.text == "Abort action for non PRD service on PRD node")
        let production = gates(action) {
            $0.nodeEnvironment = "PRD"
            $0.serviceEnvironment = "PRD"
        }
        #expect(production.refusal() == nil)
    }

    @Test("a frozen service refuses what touches it, unless forced")
    func frozen() {
        let refusal = gates(.start) { $0.isFrozen = true }.refusal()
        #expect(refusal?.level == .info && refusal?.exitCode == 1)
        #expect(
            refusal?.text
                == "Abort action 'start' for frozen service. Use --force to override.")
        let forced = gates(.start) {
            $0.isFrozen = true
            $0.isForced = true
        }
        #expect(forced.refusal() == nil)
        #expect(gates(.printStatus) { $0.isFrozen = true }.refusal() == nil)
        #expect(gates(.postsync) { $0.isFrozen = true }.refusal()?.exitCode == 1)
    }

    @Test("the freeze counts before the safety net, also for the heartbeat itself")
    func frozenHeartbeat() {
        let refusal = gates(.start) {
            $0.isFrozen = true
            $0.enabledHeartbeats = 1
            $0.isClusterware = true
        }.refusal()
        #expect(refusal?.text.hasPrefix("Abort action 'start'") ?? false)
    }

    @Test("a direct stop of a service with a heartbeat is refused in the tutorial's words")
    func safetyNet() {
        let refusal = gates(.stop) { $0.enabledHeartbeats = 1 }.refusal()
        #expect(refusal == .init(level: .info, text: netText, exitCode: 1))
        let forced = gates(.stop) {
            $0.enabledHeartbeats = 1
            $0.isForced = true
        }
        #expect(forced.refusal()?.text == netText)
    }

    @Test(
        "syncs, the heartbeat itself and maintenance pass the safety net",
        arguments: [
            (.syncnodes, false, false), (.boot, false, false), (.stop, true, false),
            (.stop, false, true),
        ] as [(ServiceAction, Bool, Bool)])
    func passes(action: ServiceAction, isClusterware: Bool, isNarrowed: Bool) {
        let gates = gates(action) {
            $0.enabledHeartbeats = 1
            $0.isClusterware = isClusterware
            $0.isNarrowed = isNarrowed
            $0.matches = 1
        }
        #expect(gates.refusal() == nil)
    }

    @Test("with all heartbeats disabled the heartbeat daemon changes nothing, and is not told off")
    func maintenance() {
        let refusal = gates(.start) {
            $0.disabledHeartbeats = 1
            $0.isClusterware = true
        }.refusal()
        #expect(refusal?.level == .info && refusal?.exitCode == 0)
        #expect(
            refusal?.text
                == "this service has heartbeat resources, but all disabled. this state is interpreted as a maintenance mode. actions submitted with --cluster are not allowed to inhibit actions triggered by the heartbeat daemon."
        )
        #expect(gates(.start) { $0.disabledHeartbeats = 1 }.refusal() == nil)
        let look = gates(.printStatus) {
            $0.disabledHeartbeats = 1
            $0.isClusterware = true
        }
        #expect(look.refusal() == nil)
    }

    @Test("a selection that matches nothing is said, and is no failure")
    func nothing() {
        let refusal = gates(.start) { $0.isNarrowed = true }.refusal()
        #expect(
            refusal
                == .init(
                    level: .info,
                    text: "no resource match the given --rid, --subset and --tags specifiers",
                    exitCode: 0))
    }
}
