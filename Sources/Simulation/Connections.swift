// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config

/// Which lines of the monitor file make up one link between two nodes.
struct Connections: Sendable {
    let sender: [Int]
    let timeouts: [Duration]
    let intervals: [Duration]
    let isDisk: [Bool]
    let nodes: Int
    let links: Int
    let shortestTimeout: Duration

    init(lines: [MonitorLine], nodes: Int, links: Int) {
        sender = lines.indices.map { $0 / links }
        timeouts = lines.map(\.timeout)
        intervals = lines.map(\.interval)
        isDisk = lines.map(\.kind.isDisk)
        self.nodes = nodes
        self.links = links
        shortestTimeout = timeouts.min() ?? .seconds(2)
    }

    func line(_ node: Int, _ link: Int) -> Int { node * links + link }
}

/// Says whether two nodes were ever without a link that works in both directions.
struct ConnectionTracker {
    private let shape: Connections
    /// The end of the last stretch without such a link, per pair of nodes.
    private var cutUntil: [Duration]
    /// The end of the last standstill of a timeout or longer.
    private var stillUntil: [Duration]

    init(_ shape: Connections) {
        self.shape = shape
        cutUntil = Array(repeating: .zero, count: shape.nodes * shape.nodes)
        stillUntil = Array(repeating: .seconds(-1_000_000), count: shape.nodes)
    }

    /// Something is about to arrive: if no link worked until now, the cut ends at this moment at the
    /// earliest.
    mutating func noteCut(_ a: Int, _ b: Int, by arrivals: Arrivals, at now: Duration) {
        if now > worksUntil(a, b, arrivals) { cutUntil[pair(a, b)] = now }
    }

    mutating func stoodStill(_ node: Int, until: Duration) { stillUntil[node] = until }

    private func pair(_ a: Int, _ b: Int) -> Int { min(a, b) * shape.nodes + max(a, b) }

    /// Until when some link between the two counts as working both ways, if nothing more arrives: a
    /// whole timeout without an interval, so that what is just in time is no excuse and what is
    /// just too late is one.
    private func worksUntil(_ a: Int, _ b: Int, _ arrivals: Arrivals) -> Duration {
        var best = Duration.seconds(-1_000_000)
        for link in 0..<shape.links {
            let (there, back) = (shape.line(a, link), shape.line(b, link))
            let works = min(
                arrivals.carriedAt(there, b) + shape.timeouts[there] - shape.intervals[there],
                arrivals.carriedAt(back, a) + shape.timeouts[back] - shape.intervals[back])
            best = max(best, works)
        }
        return best
    }

    /// Why the two may each think the other dead; nil when nothing excuses that.
    func excuse(
        _ a: Int, _ b: Int, since: Duration, by arrivals: Arrivals, at now: Duration
    ) -> Witness.Excuse? {
        if stillUntil[a] >= since || stillUntil[b] >= since { return .stoodStill }
        if now > worksUntil(a, b, arrivals) || cutUntil[pair(a, b)] >= since { return .cutOff }
        return nil
    }
}
