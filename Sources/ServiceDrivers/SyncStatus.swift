// SPDX-License-Identifier: Apache-2.0

import ServicePlan

/// Whom a sync resource copies to, seen from this node.
struct SyncTargets {
    /// The groups that it serves, the local node included.
    let nodeGroup: [String]
    let recoveryGroup: [String]
    private let local: String
    let isLocalRecovery: Bool

    init(_ work: Work, groups: Set<SyncGroup>) {
        let service = work.service.service
        nodeGroup = groups.contains(.nodes) ? service.nodes : []
        recoveryGroup = groups.contains(.drpnodes) ? service.recoveryNodes : []
        local = work.host.nodeName
        isLocalRecovery = service.recoveryNodes.contains(local)
    }

    var all: [String] { of([.nodes, .drpnodes]) }

    /// Without the local node, each once, in the service's order.
    func of(_ groups: Set<SyncGroup>) -> [String] {
        let nodes = groups.contains(.nodes) ? nodeGroup : []
        let recovery = groups.contains(.drpnodes) ? recoveryGroup : []
        return (nodes + recovery.filter { !nodes.contains($0) }).filter { $0 != local }
    }
}

/// What the stamps on this node say (opensvc.md 4.5; D3).
func syncEvaluation(_ work: Work, _ targets: SyncTargets, maximumDelay: Duration) -> Evaluation {
    let local = work.host.nodeName
    let now = work.host.wallClock()
    let sighting = CopySighting(
        node: local, nodes: targets.nodeGroup, recoveryNodes: targets.recoveryGroup,
        core: work.availability ?? .notApplicable,
        ages: (targets.all + [local]).reduce(into: [:]) { ages, node in
            ages[node] = SyncStamp.read(work, node: node).map { .seconds(now - $0) }
        }, maximumDelay: maximumDelay)
    return sighting.evaluation
}
