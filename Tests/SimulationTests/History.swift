// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore

@testable import Simulation

/// A made-up history for the checkers: two nodes, one service, one network link with a timeout of 4 s.
struct History {
    var witness: Witness
    let nodes: [SimulatedNode]
    private var beats: Int64 = 0
    private(set) var now: Duration = .seconds(1)

    init() {
        let plan = ClusterPlan(services: 1, kinds: [.net], timeouts: [4])
        let lines = MonitorFile.parse(Array(plan.monitor.utf8), file: "monitor").value.lines
        let services = ServicesFile.parse(Array(plan.services.utf8), file: "services").value
        nodes = plan.nodes.indices.map {
            SimulatedNode(index: $0, plan: plan, lines: lines, services: 1)
        }
        witness = Witness(plan, lines, services.services)
        witness.managerStarted(0, at: .zero)
        witness.managerStarted(1, at: .zero)
    }

    var rules: [String] { witness.violations.map(\.rule) }

    /// Time passes; these nodes' beats arrive at the other one.
    mutating func pass(_ seconds: Int, beatsOf senders: [Int] = [0, 1]) {
        for _ in 0..<seconds {
            now += .seconds(1)
            beats += 1
            for sender in senders {
                witness.arrived(
                    Arrival(line: sender, listener: 1 - sender, truth: beats, at: now))
            }
        }
    }

    mutating func write(_ state: ServiceState, on node: Int, by action: SimulatedAction? = nil) {
        let old = nodes[node].disk.states[0]
        witness.wrote(state, over: old, 0, node, by: action, at: now)
        nodes[node].disk.states[0] = state
    }

    func action(_ request: ActionRequest, on node: Int, isOperators: Bool = false)
        -> SimulatedAction
    {
        let times = ActionTimes(
            grace: .seconds(5), graceMinimum: .seconds(2), linkTimeout: .seconds(4),
            ownTimeout: .seconds(4), callout: nil)
        let texts = ActionTexts(
            service: "svc0", partner: "other", script: "", checkScript: "", isClassic: true)
        let machine = ActionMachine(request, role: .primary, times: times, texts: texts)
        let action = SimulatedAction(
            number: 7, service: 0, request: request,
            parent: isOperators ? .anOperator : .manager(run: 1), times: times, machine: machine,
            lastLook: now, began: now)
        action.hasProof = true
        return action
    }

    /// nmond's action, or an operator's, takes the lock.
    @discardableResult
    mutating func begin(
        _ request: ActionRequest, on node: Int, isOperators: Bool = false, isConfigured: Bool = true
    ) -> SimulatedAction {
        let action = action(request, on: node, isOperators: isOperators)
        witness.began(action, node, isConfigured: isConfigured, at: now)
        return action
    }

    mutating func run(_ script: ActionScript, _ action: SimulatedAction, on node: Int) {
        let script = SimulatedScript(
            pid: 1, service: 0, script: script, action: action.number, endsAt: now,
            end: .exited(0))
        witness.scriptBegan(script, action, nodes[node], at: now)
    }

    mutating func end(_ script: ActionScript, on node: Int, isGood: Bool = true) {
        let script = SimulatedScript(
            pid: 1, service: 0, script: script, action: 7, endsAt: now, end: .exited(0))
        witness.scriptEnded(script, nodes[node], isGood: isGood, at: now)
    }

    /// A whole start, as nmond does it.
    mutating func start(on node: Int) {
        let action = begin(.start, on: node)
        write(.startReady, on: node, by: action)
        run(.start, action, on: node)
        write(.started, on: node, by: action)
    }
}
