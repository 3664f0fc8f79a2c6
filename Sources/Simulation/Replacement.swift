// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

/// What a node's daemons are replaced by.
package enum Programs: Sendable {
    /// The next build of ours, with the same settings.
    case nextBuild
    case ours(sendsTrailer: Bool)
}

// Rolling replacement: one node's daemons after the other's, states and scripts left alone.
extension SimulatedCluster {
    /// Ends all daemons of a node and starts others in their place, as an upgrade does that hurries:
    /// its links are silent for the time that a process takes to come up.
    package func replaceDaemons(of index: Int, by programs: Programs) {
        let node = nodes[index]
        guard node.isUp, node.isLaunched else { return }
        switch programs {
        case .nextBuild: break
        case .ours(let sendsTrailer):
            node.legacy = nil
            node.sendsTrailer = sendsTrailer
            witness.replaced(index, isLegacy: false, sendsTrailer: sendsTrailer)
            forgetWords(of: node)
        }
        trace("\(node.name) gets other programs")
        restartDaemons(node)
    }

    /// All nodes, one after the other; `pause` lies between two.
    package func replaceDaemons(by programs: Programs, pause: Duration) {
        for index in nodes.indices {
            after(pause * index) { $0.replaceDaemons(of: index, by: programs) }
        }
    }

    /// The longest time without a beat on any line to any listener since the last call, in parts of
    /// the line's timeout: 1 and more is a link that was silent for its timeout.
    package func longestSilence() -> Double { witness.longestSilence(at: now) }

    /// Start and stop scripts that ran so far, on all nodes.
    package var scriptRuns: Int { tally.scriptRuns }
}
