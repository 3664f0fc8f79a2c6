// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import WireFormat

/// A path that a scenario cuts: from the sender of a line to one listener.
struct CutPath {
    var line: Int
    var listener: Int
}

extension Stage {
    /// The paths of these links from one node to another.
    func paths(_ links: [Int], from node: Int, to other: Int) -> [CutPath] {
        links.map { CutPath(line: cluster.witness.connections.line(node, $0), listener: other) }
    }

    /// Both ways.
    func paths(_ links: [Int], between node: Int, and other: Int) -> [CutPath] {
        paths(links, from: node, to: other) + paths(links, from: other, to: node)
    }

    var allLinks: [Int] { Array(0..<cluster.plan.linkCount) }

    func links(_ holds: (LinkKind) -> Bool) -> [Int] {
        allLinks.filter { holds(cluster.lines[$0].kind) }
    }

    func cut(_ paths: [CutPath]) {
        count("link cut")
        cluster.trace("cut: \(text(paths))")
        for path in paths { cluster.media.change(path.line, path.listener) { $0.cuts += 1 } }
    }

    func mend(_ paths: [CutPath]) {
        cluster.trace("mended: \(text(paths))")
        for path in paths { cluster.media.change(path.line, path.listener) { $0.cuts -= 1 } }
    }

    private func text(_ paths: [CutPath]) -> String {
        paths.map { path in
            "\(cluster.lines[path.line].columns.joined(separator: " ")) -> \(nodes[path.listener].name)"
        }.joined(separator: ", ")
    }

    /// For the table of faults.
    func count(_ fault: String) { cluster.tally.faults[fault, default: 0] += 1 }

    func powerOff(_ node: Int) {
        count(Fault.powerCut.rawValue)
        cluster.powerOff(nodes[node])
    }

    func pause(_ node: Int, for duration: Duration, isClockStopped: Bool) {
        count("node stands still")
        cluster.pause(nodes[node], for: duration, isClockStopped: isClockStopped)
    }

    func upset(_ service: Int, _ body: (inout Media.Upset) -> Void) {
        count("script misbehaves")
        body(&cluster.media.upsets[service])
    }
}

extension ClusterPlan {
    enum LinkMix { case any, network, disk, both }

    /// A cluster for a scenario: everything varies that the scenario does not fix.
    init(
        scene dice: inout Dice, _ mix: LinkMix = .any, links count: ClosedRange<Int> = 1...3,
        services: ClosedRange<Int> = 1...6, mayBeMore: Bool = false
    ) {
        let network: [LinkKind] = [.net, .net, .unicast]
        let disk: [LinkKind] = [.dio, .disk]
        let number = count.lowerBound + dice.below(count.count)
        let kinds = (0..<number).map { index in
            switch mix {
            case .any: index == 0 ? dice.pick(network + [.dio]) : dice.pick(LinkKind.allCases)
            case .network: dice.pick(network)
            case .disk: dice.pick(disk)
            case .both:
                index == 0
                    ? dice.pick(network)
                    : index == 1
                        ? dice.pick(disk)
                        : dice.pick(LinkKind.allCases)
            }
        }
        let nodes = mayBeMore && dice.once(in: 6) ? 3 + dice.below(2) : 2
        self.init(
            nodes: nodes, services: services.lowerBound + dice.below(services.count), kinds: kinds,
            timeouts: kinds.map { _ in dice.pick([2, 4, 5, 10]) })
        let layout = dice.pick([Layout.a, .a, .c, .d])
        for index in self.nodes.indices { self.nodes[index].layout = layout }
        for index in scripts.indices {
            scripts[index].startTime = dice.exponential(mean: .milliseconds(600))
            scripts[index].stopTime = dice.exponential(mean: .milliseconds(400))
            scripts[index].checkTime = dice.exponential(mean: .milliseconds(100))
        }
        if dice.once(in: 8) { tunables.graceMinimum = .seconds(5) }
    }
}
