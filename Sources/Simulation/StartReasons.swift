// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// Knows, from what really arrived, whether a node had a reason to start something by itself (S2, S11).
struct StartReasons {
    /// What a listener may count silence from, before the last beat that reached it.
    static let margin = Duration.milliseconds(100)

    private let shape: Connections
    /// When each node's nmond began its present run.
    private var managerSince: [Duration]
    /// When each node went on after its clocks had stood still, and for how long: it cannot know.
    private var stops: [[(end: Duration, length: Duration)]]

    init(_ shape: Connections) {
        self.shape = shape
        managerSince = Array(repeating: .zero, count: shape.nodes)
        stops = Array(repeating: [], count: shape.nodes)
    }

    mutating func managerStarted(_ node: Int, at now: Duration) { managerSince[node] = now }

    mutating func clockStopped(_ node: Int, until end: Duration, for length: Duration) {
        stops[node].append((end, length))
    }

    /// No link of `peer` brought a beat for its whole timeout, while nmond was there to notice.
    func isSilent(_ peer: Int, to node: Int, by arrivals: Arrivals, at now: Duration) -> Bool {
        (0..<shape.links).allSatisfy { link in
            let line = shape.line(peer, link)
            let last = max(arrivals.provenAt(line, node), managerSince[node])
            return now - last + shape.intervals[line] + StartReasons.margin >= shape.timeouts[line]
        }
    }

    /// This run of nmond can know what `peer` said, by its own node's clock.
    func wasHeard(_ peer: Int, by node: Int, _ arrivals: Arrivals) -> Bool {
        (0..<shape.links).contains { link in
            let line = shape.line(peer, link)
            let heardAt = arrivals.heardAt(line, node)
            let stood = stops[node].filter { $0.end > heardAt && $0.end <= managerSince[node] }
                .reduce(.zero) { $0 + $1.length }
            return heardAt + shape.timeouts[line] + stood >= managerSince[node]
        }
    }

    /// Beats came back after `start`, and long enough ago for a node to know.
    func cameBack(
        _ peer: Int, to node: Int, since start: Duration, by arrivals: Arrivals, at now: Duration
    ) -> Bool {
        (0..<shape.links).contains { link in
            let line = shape.line(peer, link)
            let backAt = arrivals.backAt(line, node)
            return backAt > start && arrivals.newestAt(line, node) > backAt
                && backAt + shape.intervals[line] * 2 + .seconds(1) < now
        }
    }
}
