// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

extension Witness {
    /// A service on a node, from the first step of its start to its proven stop.
    struct Hold {
        var since: Duration
        var isOperators = false
    }
}

// What runs where, and whether state files and exit codes say so.
extension Witness {
    mutating func wrote(
        _ state: ServiceState, over old: ServiceState?, _ service: Int, _ node: Int,
        by action: SimulatedAction?, at now: Duration
    ) {
        let isOperators = action?.isOperators ?? false
        if state != old { chronicle.note(.state(state), service, on: node, at: now) }
        if states[service][node].leavesServiceFree { freeAt[service][node] = now }
        if state.leavesServiceFree { freeAt[service][node] = now }
        if old == .frozenStop, state != .frozenStop, !isOperators, now > .zero {
            accuse("S5", "\(about(service, node)) leaves FROZEN_STOP by itself", at: now)
        }
        if action?.request == .freezeStop, old == .stopping, state == .stopped {
            accuse("S5", "\(about(service, node)) is STOPPED on its way to FROZEN_STOP", at: now)
        }
        if state == .stopped, !isOperators, holds[service][node] != nil {
            accuse("truth", "\(about(service, node)) is called STOPPED, and runs", at: now)
        }
        if old == .started, state != .started, action != nil, !isOperators {
            accuse("L2", "\(about(service, node)) leaves STARTED by itself", at: now)
        }
        // Whoever says so has seen to it.
        if action?.request == .forceStop, state == .stopped { holds[service][node] = nil }
        states[service][node] = state
    }

    mutating func killed(_ action: SimulatedAction, _ node: Int, at now: Duration) {
        lastCause[action.service] = now
    }

    /// Exit codes tell the truth, and what operators say is so.
    mutating func ended(
        _ action: SimulatedAction, _ node: SimulatedNode, exitCode: Int32, at now: Duration
    ) {
        let (service, index) = (action.service, node.index)
        chronicle.note(
            .exit(action.request, exitCode, isOperators: action.isOperators), service, on: index,
            at: now)
        if action.isOperators { lastCause[service] = now }
        guard exitCode == 0 else { return }
        let state = node.disk.states[service] ?? .unknown
        let isTrue: Bool
        switch action.request {
        case .stop, .forceStop: isTrue = state == .stopped
        case .start, .forceStart: isTrue = state == .started
        case .freezeStop: isTrue = state == .frozenStop
        case .freezeStart: isTrue = state == .startReady
        case .unfreeze: isTrue = state == .stopped || state == .started
        case .resolve: isTrue = true
        }
        if !isTrue {
            accuse(
                "exit code",
                "\(about(service, index)): \(action.request.rawValue) says 0, it is \(state.name)",
                at: now)
        }
        switch action.request {
        case .forceStop, .freezeStop: holds[service][index] = nil
        case .forceStart:
            if holds[service][index] == nil {
                holds[service][index] = Hold(since: now, isOperators: true)
                if let partner = partners[service][index], holds[service][partner] != nil {
                    doubleRuns[.anOperator, default: 0] += 1
                }
            }
        case .stop, .start, .freezeStart, .unfreeze, .resolve: break
        }
    }

    mutating func scriptEnded(
        _ script: SimulatedScript, _ node: SimulatedNode, isGood: Bool, at now: Duration
    ) {
        chronicle.note(
            .scriptEnd(script.script, isGood: isGood), script.service, on: node.index, at: now)
        switch script.script {
        case .check:
            if isGood { node.action(script.action)?.hasProof = true }
        case .start:
            if !isGood { lastCause[script.service] = now }
        case .stop:
            if isGood { holds[script.service][node.index] = nil }
        }
    }

    /// Runs on both of its nodes at this moment.
    func runsTwice(_ service: Int) -> Bool { holds[service].count { $0 != nil } > 1 }
    func isHeld(_ service: Int, _ node: Int) -> Bool { holds[service][node] != nil }
}
