// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import WireFormat

/// What a simulated cluster is made of, before anything happens to it.
package struct ClusterPlan: Sendable {
    /// What a service's check script does.
    package enum Check: Sendable {
        /// Says yes: no fencing.
        case allows
        /// Fences the partner, then says yes.
        case fences
        /// Cannot prove anything: says no.
        case forbids
    }

    package struct Scripts: Sendable {
        package var check = Check.allows
        package var startTime = Duration.milliseconds(300)
        package var stopTime = Duration.milliseconds(200)
        package var checkTime = Duration.milliseconds(50)
    }

    package struct NodePlan: Sendable {
        package var name: String
        package var layout = Layout.a
        /// EZ_TRAILER.
        package var sendsTrailer = true
        /// Runs the C program instead of ours.
        package var isLegacy = false
    }

    package var nodes: [NodePlan]
    /// Text of the monitor file; link k of each node is its k-th line.
    package var monitor: String
    /// Text of the services file.
    package var services: String
    package var scripts: [Scripts]
    package var tunables = Tunables()
    /// Links per node.
    package var linkCount: Int

    /// - Parameters:
    ///   - kinds: One link of each node per entry.
    ///   - timeouts: In seconds, one per entry of `kinds`.
    package init(
        nodes: Int = 2, services: Int = 5, kinds: [LinkKind] = [.net, .dio], timeouts: [Int]
    ) {
        precondition(kinds.count == timeouts.count && nodes >= 2 && nodes <= 9)
        self.nodes = (1...nodes).map { NodePlan(name: "node\($0)") }
        linkCount = kinds.count
        monitor = ClusterPlan.monitorText(self.nodes.map(\.name), kinds, timeouts)
        self.services = ""
        for index in 0..<services {
            let primary = index % nodes
            // Neighbours share services, so that three nodes are three pairs.
            let secondary = (primary + 1 + index / nodes % (nodes - 1)) % nodes
            self.services +=
                "svc\(index)\t/svc/svc\(index).cluster\tnode\(primary + 1)\tnode\(secondary + 1)"
                + "\t/svc/svc\(index).stonith\n"
        }
        scripts = Array(repeating: Scripts(), count: services)
    }

    private static func monitorText(_ nodes: [String], _ kinds: [LinkKind], _ timeouts: [Int])
        -> String
    {
        var text = ""
        for (number, node) in nodes.enumerated() {
            for (link, kind) in kinds.enumerated() {
                let timeout = timeouts[link]
                switch kind {
                case .net:
                    text +=
                        "\(node)\tnet\teth\(link)\t239.131.50.\(10 + number)\t"
                        + "\(1234 + link)\t\(timeout)\n"
                case .unicast:
                    text +=
                        "\(node)\tunicast\teth\(link)\t10.0.\(link).\(10 + number)\t"
                        + "\(2234 + link)\t\(timeout)\n"
                case .disk, .dio:
                    text +=
                        "\(node)\t\(kind.rawValue)\t/dev/disk\(link)\t\(64 * number)\t"
                        + "\(timeout)\n"
                }
            }
        }
        return text
    }
}

extension ClusterPlan {
    /// The default mix: mostly two nodes, sometimes more, with links and scripts of all kinds.
    ///
    /// - Parameter programs: What runs on the nodes; nil: mostly ours, now and then one of the mixes.
    package init(varied dice: inout Dice, programs: ProgramMix? = nil) {
        let nodes = [2, 2, 2, 2, 2, 2, 2, 2, 3, 4][dice.below(10)]
        let links = dice.weighted([2, 10, 2]) + 1
        let kinds = (0..<links).map { index in
            index == 0
                ? dice.pick([LinkKind.net, .net, .unicast, .dio]) : dice.pick(LinkKind.allCases)
        }
        let timeouts = kinds.map { _ in dice.pick([2, 4, 5, 10]) }
        let services = dice.once(in: 12) ? 6 + dice.below(45) : 1 + dice.below(6)
        self.init(nodes: nodes, services: services, kinds: kinds, timeouts: timeouts)
        let layout: Layout = services > 14 ? .d : dice.pick([.a, .a, .c, .d])
        for index in self.nodes.indices { self.nodes[index].layout = layout }
        for index in scripts.indices {
            scripts[index].check = [.allows, .fences, .forbids][dice.weighted([12, 3, 1])]
            scripts[index].startTime = dice.exponential(mean: .milliseconds(600))
            scripts[index].stopTime = dice.exponential(mean: .milliseconds(400))
            scripts[index].checkTime = dice.exponential(mean: .milliseconds(100))
        }
        if dice.once(in: 6) { tunables.calloutTimeout = .seconds(15) }
        if dice.once(in: 8) { tunables.graceMinimum = .seconds(5) }
        // Draws of their own: the other plans are what they were before there were mixed ones.
        var copy = dice
        var mix = Dice(seed: copy.bits(), stream: 7)
        vary(programs, &mix)
    }

    private mutating func vary(_ programs: ProgramMix?, _ dice: inout Dice) {
        let drawn: ProgramMix? = [nil, .legacy, .noTrailer, .layouts][dice.weighted([20, 4, 2, 1])]
        switch programs ?? drawn {
        case .legacy: nodes[dice.below(nodes.count)].isLegacy = true
        case .noTrailer:
            let first = dice.below(nodes.count)
            nodes[first].sendsTrailer = false
            if dice.once(in: 2) {
                for index in nodes.indices { nodes[index].sendsTrailer = false }
            }
        case .layouts:
            let others = [Layout.a, .c, .d].filter { layout in
                layout != nodes[0].layout && scripts.count <= layout.capacity
            }
            let odd = dice.below(nodes.count)
            nodes[odd].layout = dice.pick(others)
            nodes[odd].isLegacy = dice.once(in: 4)
        case nil: break
        }
    }

    /// The plan that speed is measured on: two nodes, five services, a network and a disk link.
    package static var usual: ClusterPlan { ClusterPlan(timeouts: [5, 10]) }
}

/// Clusters that are not all of ours, of one version and of one mind.
package enum ProgramMix: String, CaseIterable, Sendable {
    /// The original C program on one node.
    case legacy = "c"
    /// EZ_TRAILER=off on one node or on all.
    case noTrailer = "no-trailer"
    /// One node beats in another layout than the others.
    case layouts
}
