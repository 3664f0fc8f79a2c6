// SPDX-License-Identifier: Apache-2.0

import ServicePlan

/// Whom a sync resource copies to, seen from this node.
struct SyncTargets {
    /// Without the local node, in the service's order.
    var nodes: [String]
    var recoveryNodes: [String]
    /// Whether others copy to us.
    var isLocalTarget: Bool
    var isLocalRecovery: Bool

    init(_ work: Work, groups: Set<SyncGroup>) {
        let service = work.service.service
        let local = work.host.nodeName
        let nodes = groups.contains(.nodes) ? service.nodes : []
        let recovery = groups.contains(.drpnodes) ? service.recoveryNodes : []
        self.nodes = nodes.filter { $0 != local }
        recoveryNodes = recovery.filter { $0 != local && !nodes.contains($0) }
        isLocalTarget = nodes.contains(local) || recovery.contains(local)
        isLocalRecovery = service.recoveryNodes.contains(local)
    }

    var all: [String] { nodes + recoveryNodes }

    func of(_ groups: Set<SyncGroup>) -> [String] {
        (groups.contains(.nodes) ? nodes : []) + (groups.contains(.drpnodes) ? recoveryNodes : [])
    }
}

/// What the stamps say (the table of opensvc.md 4.5, row by row; D3).
func syncEvaluation(_ work: Work, _ targets: SyncTargets, maximumDelay: Duration) -> Evaluation {
    let now = work.host.wallClock()
    func isLate(_ node: String) -> Bool {
        guard let stamp = SyncStamp.read(work, node: node) else { return true }
        return now - stamp > Double(maximumDelay.components.seconds)
    }
    if targets.all.isEmpty {
        return Evaluation(.notApplicable, [StatusNote(.info, "no destination nodes")])
    }
    let availability = work.availability ?? .notApplicable
    if availability != .up && availability != .down {
        guard targets.isLocalTarget else {
            let text = "passive node not in sync destination nodes"
            return Evaluation(.notApplicable, [StatusNote(.info, text)])
        }
        guard isLate(work.host.nodeName) else { return Evaluation(.up) }
        return Evaluation(.warn, [StatusNote(.warn, "passive node needs update")])
    }
    if targets.isLocalRecovery {
        let text = "service up on drp node, sync disabled"
        return Evaluation(.notApplicable, [StatusNote(.info, text)])
    }
    let late = targets.all.filter(isLate)
    if late.isEmpty { return Evaluation(.up) }
    let text = late.joined(separator: ", ") + " need update"
    return Evaluation(.down, [StatusNote(.warn, text)])
}
