// SPDX-License-Identifier: Apache-2.0

/// Knows, from what really arrived, whether a node had a reason to start something by itself (S2, S11).
struct StartReasons {
    /// What a listener may count silence from, before the last beat that reached it.
    static let margin = Duration.milliseconds(100)

    private let shape: Connections
    /// When each node's nmond began its present run.
    private var managerSince: [Duration]

    init(_ shape: Connections) {
        self.shape = shape
        managerSince = Array(repeating: .zero, count: shape.nodes)
    }

    mutating func managerStarted(_ node: Int, at now: Duration) { managerSince[node] = now }

    /// No link of `peer` brought a beat for its whole timeout, while nmond was there to notice.
    func isSilent(_ peer: Int, to node: Int, by arrivals: Arrivals, at now: Duration) -> Bool {
        (0..<shape.links).allSatisfy { link in
            let line = shape.line(peer, link)
            let last = max(arrivals.provenAt(line, node), managerSince[node])
            return now - last + shape.intervals[line] + StartReasons.margin >= shape.timeouts[line]
        }
    }

    /// This run of nmond can know what `peer` said.
    func wasHeard(_ peer: Int, by node: Int, _ arrivals: Arrivals) -> Bool {
        (0..<shape.links).contains { link in
            let line = shape.line(peer, link)
            return arrivals.newestAt(line, node) + shape.timeouts[line] >= managerSince[node]
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
