// SPDX-License-Identifier: Apache-2.0

/// Knows, from what really arrived, whether a node had a reason to start something by itself (S2, S11).
struct StartReasons {
    /// What a listener may count silence from, before the last beat that reached it.
    static let margin = Duration.milliseconds(100)

    private let shape: Connections
    /// Per `line * nodes + listener`: the newest true beat that reached the listener, when it did,
    /// and when beats came back after a whole timeout of silence.
    private var newest: [Int64]
    private var newestAt: [Duration]
    private var backAt: [Duration]
    /// The newest beat that a listener must take for life: in a slot the first ones of a boot may not
    /// prove it (decision 18).
    private var provenAt: [Duration]
    /// When each node's nmond began its present run.
    private var managerSince: [Duration]

    init(_ shape: Connections) {
        self.shape = shape
        let never = Duration.seconds(-1_000_000)
        let count = shape.sender.count * shape.nodes
        newest = Array(repeating: -1, count: count)
        newestAt = Array(repeating: never, count: count)
        backAt = newestAt
        provenAt = newestAt
        managerSince = Array(repeating: .zero, count: shape.nodes)
    }

    mutating func carried(
        _ line: Int, to listener: Int, truth: Int64, provesLife: Bool, at time: Duration
    ) {
        let index = line * shape.nodes + listener
        guard truth > newest[index] else { return }
        newest[index] = truth
        if time - newestAt[index] >= shape.timeouts[line] { backAt[index] = time }
        newestAt[index] = time
        if provesLife { provenAt[index] = time }
    }

    mutating func managerStarted(_ node: Int, at now: Duration) { managerSince[node] = now }

    /// When every link of `peer` will have been silent for `node` for its timeout, if nothing more
    /// arrives.
    func silentAt(of peer: Int, to node: Int) -> Duration {
        (0..<shape.links).map { link in
            let line = shape.line(peer, link)
            return provenAt[line * shape.nodes + node] + shape.timeouts[line]
        }.max()!
    }

    /// No link of `peer` brought a beat for its whole timeout, while nmond was there to notice.
    func isSilent(_ peer: Int, to node: Int, at now: Duration) -> Bool {
        (0..<shape.links).allSatisfy { link in
            let line = shape.line(peer, link)
            let last = max(provenAt[line * shape.nodes + node], managerSince[node])
            return now - last + shape.intervals[line] + StartReasons.margin >= shape.timeouts[line]
        }
    }

    /// This run of nmond can know what `peer` said.
    func wasHeard(_ peer: Int, by node: Int) -> Bool {
        (0..<shape.links).contains { link in
            let line = shape.line(peer, link)
            return newestAt[line * shape.nodes + node] + shape.timeouts[line] >= managerSince[node]
        }
    }

    /// Beats came back after `start`, and long enough ago for a node to know.
    func cameBack(_ peer: Int, to node: Int, since start: Duration, at now: Duration) -> Bool {
        (0..<shape.links).contains { link in
            let line = shape.line(peer, link)
            let index = line * shape.nodes + node
            return backAt[index] > start && newestAt[index] > backAt[index]
                && backAt[index] + shape.intervals[line] * 2 + .seconds(1) < now
        }
    }
}
