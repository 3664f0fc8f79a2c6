// SPDX-License-Identifier: Apache-2.0

/// Whether the copies of a service's configuration are fresh, as values; what `sync#i0` is follows
/// (opensvc.md 4.5).
package struct CopySighting: Equatable, Sendable {
    /// The local one, lower case like the others.
    package var node: String
    package var nodes: [String]
    package var recoveryNodes: [String]
    /// Merge of everything but applications, copies and heartbeats: `StatusSummary.core`.
    package var core: Status
    /// Age of the stamp of each node that has one.
    package var ages: [String: Duration]
    /// Age above which a copy is late: `sync_max_delay`.
    package var maximumDelay: Duration

    package init(
        node: String, nodes: [String], recoveryNodes: [String], core: Status,
        ages: [String: Duration], maximumDelay: Duration
    ) {
        self.node = node
        self.nodes = nodes
        self.recoveryNodes = recoveryNodes
        self.core = core
        self.ages = ages
        self.maximumDelay = maximumDelay
    }

    /// Where copies go from here, each once.
    package var targets: [String] {
        var seen: [String] = []
        for target in nodes + recoveryNodes where target != node && !seen.contains(target) {
            seen.append(target)
        }
        return seen
    }

    package var evaluation: Evaluation {
        if targets.isEmpty { return none("no destination nodes") }
        if core != .up && core != .down { return passive }
        if recoveryNodes.contains(node) { return none("service up on drp node, sync disabled") }
        let late = targets.filter(isLate)
        guard late.isEmpty else {
            let list = late.joined(separator: ", ")
            return Evaluation(.down, [StatusNote(.warn, "\(list) need update")])
        }
        return Evaluation(.up)
    }

    /// On a node where the service neither runs nor is all down: did the last copy get here?
    private var passive: Evaluation {
        if !nodes.contains(node) && !recoveryNodes.contains(node) {
            return none("passive node not in sync destination nodes")
        }
        if isLate(node) {
            return Evaluation(.warn, [StatusNote(.warn, "passive node needs update")])
        }
        return Evaluation(.up)
    }

    private func isLate(_ node: String) -> Bool {
        ages[node].map { $0 > maximumDelay } ?? true
    }

    private func none(_ text: String) -> Evaluation {
        Evaluation(.notApplicable, [StatusNote(.info, text)])
    }
}
