// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

// What must be so once faults have stopped for long enough.
extension SimulatedCluster {
    /// The longest that a start may take from the moment that nothing is broken: silence, grace, the
    /// links' way back, an attempt that was put off, and the scripts.
    package var settling: Duration {
        let timeout = lines.map(\.timeout).max()!
        let grace = max(plan.tunables.grace, plan.tunables.graceMinimum)
        return timeout * 2 + grace + .seconds(45)
    }

    /// L1, L3 and what must not hang, for every service.
    package func expectRest() {
        for (service, definition) in services.enumerated() {
            let mine = nodes.filter { isOurs(service, $0) }
            let states = mine.map { $0.disk.states[service] ?? .unknown }
            // Of another layout nothing is known but that it lives.
            guard mine[0].layout == mine[1].layout else { continue }
            let text = zip(mine, states).map { "\($0.name) \($1.name)" }.joined(separator: ", ")
            let mayStart = zip(mine, states).contains { $0.legacy == nil && $1 == .stopped }
            if mayStart, states.allSatisfy(\.leavesServiceFree) {
                witness.accuse("L1", "\(definition.name) may run and does not: \(text)", at: now)
            }
            for (node, state) in zip(mine, states) where node.legacy == nil {
                expectRest(node, service, state)
            }
            for (node, other) in [(mine[0], mine[1]), (mine[1], mine[0])] {
                let truth = other.disk.states[service]
                guard truth != nil, node.disk.peerStates[service] != truth else { continue }
                let seen = node.disk.peerStates[service]?.name ?? "nothing"
                witness.accuse(
                    "L3",
                    "\(node.name) takes \(definition.name) on \(other.name) for \(seen): \(text)",
                    at: now)
            }
        }
    }

    private func expectRest(_ node: SimulatedNode, _ service: Int, _ state: ServiceState) {
        let name = services[service].name
        switch state {
        case .stopping, .starting:
            witness.accuse("L1", "\(name) on \(node.name) stays in \(state.name)", at: now)
        case .startReady where ownReading(node, service).isInGracePeriod:
            witness.accuse("L1", "\(name) on \(node.name) stays in its grace period", at: now)
        default: break
        }
        if node.locks[service] != nil {
            witness.accuse("L1", "\(name) on \(node.name): its lock is still held", at: now)
        }
        if state == .started, !witness.isHeld(service, node.index) {
            witness.accuse("truth", "\(name) on \(node.name) is STARTED and does not run", at: now)
        }
    }
}
