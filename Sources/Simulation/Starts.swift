// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

// What begins, by whose word, and whether there was a reason.
extension Witness {
    /// It took its service's lock.
    mutating func began(
        _ action: SimulatedAction, _ node: Int, isConfigured: Bool, at now: Duration
    ) {
        let service = action.service
        chronicle.note(
            .asked(action.request, isOperators: action.isOperators), service, on: node, at: now)
        found[service][node] = states[service][node]
        if action.isOperators { lastCause[service] = now }
        guard !action.isOperators, action.request == .start else { return }
        if !isConfigured {
            accuse("S10", "\(about(service, node)): nmond acts on what no file names", at: now)
        }
        guard let partner = partners[service][node] else { return }
        wasSilent[service][node] = reasons.isSilent(
            partner, to: node, by: arrivals, at: now)
        if isPlain(partner, node), !wasSilent[service][node],
            !reasons.wasHeard(partner, by: node, arrivals)
        {
            accuse(
                "S11", "\(about(service, node)): nmond acts, and has not heard its partner",
                at: now)
        }
    }

    /// Both speak one layout, with trailers: all of what one says reaches the other as it was said.
    func isPlain(_ node: Int, _ other: Int) -> Bool {
        trusts[node] && trusts[other] && layouts[node] == layouts[other]
    }

    mutating func scriptBegan(
        _ script: SimulatedScript, _ action: SimulatedAction, _ node: SimulatedNode,
        at now: Duration
    ) {
        let (service, index) = (script.service, node.index)
        chronicle.note(.script(script.script), service, on: index, at: now)
        if let other = node.script(of: service) {
            accuse(
                "S4",
                "\(about(service, index)): \(script.script.argument) beside \(other.script.argument)",
                at: now)
        }
        if !action.isOperators, found[service][index] == .frozenStop {
            accuse("S5", "\(about(service, index)): a script runs though it was frozen", at: now)
        }
        if !action.isOperators, script.script == .stop {
            accuse("L2", "\(about(service, index)): stopped by nobody's word", at: now)
        }
        guard script.script == .start else { return }
        if !action.hasProof {
            accuse("S3", "\(about(service, index)): starts without its check script's yes", at: now)
        }
        judgeStart(service, node, action, lookedAt: node.epoch + action.lastLook, at: now)
        if holds[service][index] == nil { holds[service][index] = Hold(since: now) }
    }

    private mutating func judgeStart(
        _ service: Int, _ machine: SimulatedNode, _ action: SimulatedAction, lookedAt: Duration,
        at now: Duration
    ) {
        let node = machine.index
        guard let partner = partners[service][node] else { return }
        let since = action.began - longestTimeout - .seconds(3)
        var excuse = tracker.excuse(node, partner, since: since, by: arrivals, at: now)
        if excuse == nil, !trusts[partner] || !trusts[node],
            legacy.wasFooled(node, since: since) || legacy.wasFooled(partner, since: since)
        {
            excuse = .forged
        }
        if layouts[node] != layouts[partner], !action.isOperators {
            expectNoWord(of: partner, to: node, service, lookedAt, at: now)
        }
        guard !isLegacy[partner] else {
            automaticStarts += action.isOperators ? 0 : 1
            return judgeStartBesideLegacy(
                service, node, partner, lookedAt: lookedAt, excuse, at: now)
        }
        if let hold = holds[service][partner] {
            if hold.isOperators {
                doubleRuns[.anOperator, default: 0] += 1
            } else if let excuse {
                doubleRuns[excuse, default: 0] += 1
            } else {
                accuse(
                    "S1",
                    "\(about(service, node)) starts, and runs on \(nodeNames[partner]) since \(hold.since.text)",
                    at: now)
            }
        }
        guard !action.isOperators else { return }
        automaticStarts += 1
        judgeReason(service, machine, partner, action, isExcused: excuse != nil, at: now)
        if holds[service][node] != nil {
            accuse("S12", "\(about(service, node)) starts beside what may still run", at: now)
        }
        if let last = lastStart[service], last >= lastCause[service], excuse == nil {
            accuse(
                "L4", "\(about(service, node)) starts again without a cause since \(last.text)",
                at: now)
        }
        lastStart[service] = now
    }

    /// S2: the partner leaves it free, or was silent on all links for a full timeout. S11: our own
    /// state is known.
    private mutating func judgeReason(
        _ service: Int, _ machine: SimulatedNode, _ partner: Int, _ action: SimulatedAction,
        isExcused: Bool, at now: Duration
    ) {
        let node = machine.index
        if found[service][node] == .unknown {
            accuse("S11", "\(about(service, node)) starts, and was unknown here", at: now)
        }
        let isFree =
            states[service][partner].leavesServiceFree
            || now - freeAt[service][partner] < .milliseconds(2500)
        guard !isFree else { return }
        let state = "is \(states[service][partner].name) on \(nodeNames[partner])"
        guard isPlain(partner, node) || !isExcused else { return }
        guard wasSilent[service][node] else {
            // Or it fell silent for good in the grace period.
            guard
                !reasons.isSilent(
                    partner, to: node, by: arrivals, at: now)
            else { return }
            return accuse(
                "S2", "\(about(service, node)) starts, \(state), and that is not silent", at: now)
        }
        // What stood still a moment ago may not know yet.
        let isAwake = machine.manager.map { $0.frozenUntil + .seconds(4) < now } ?? false
        if isAwake,
            reasons.cameBack(
                partner, to: node, since: action.began, by: arrivals, at: now)
        {
            accuse(
                "S2", "\(about(service, node)) starts, \(state), and that came back", at: now)
        }
    }
}
