// SPDX-License-Identifier: Apache-2.0

import Config

/// Which lines of the monitor file make up one link between two nodes.
struct Connections: Sendable {
    let sender: [Int]
    let timeouts: [Duration]
    let intervals: [Duration]
    let nodes: Int
    let links: Int
    let shortestTimeout: Duration

    init(lines: [MonitorLine], nodes: Int, links: Int) {
        sender = lines.indices.map { $0 / links }
        timeouts = lines.map(\.timeout)
        intervals = lines.map(\.interval)
        self.nodes = nodes
        self.links = links
        shortestTimeout = timeouts.min() ?? .seconds(2)
    }

    func line(_ node: Int, _ link: Int) -> Int { node * links + link }
}

/// Says whether two nodes were ever without a link that works in both directions.
struct ConnectionTracker {
    private let shape: Connections
    /// When a true beat of a line last reached a listener: `line * nodes + listener`.
    private var arrivals: [Duration]
    /// Since when they come without a gap of a timeout.
    private var steadySince: [Duration]
    /// The end of the last stretch without such a link, per pair of nodes.
    private var cutUntil: [Duration]
    /// The end of the last standstill of a timeout or longer.
    private var stillUntil: [Duration]
    /// The longest time between two arrivals, in parts of the line's timeout.
    private var longestSilence = 0.0

    init(_ shape: Connections) {
        self.shape = shape
        arrivals = Array(repeating: .seconds(-1_000_000), count: shape.sender.count * shape.nodes)
        steadySince = arrivals
        cutUntil = Array(repeating: .zero, count: shape.nodes * shape.nodes)
        stillUntil = Array(repeating: .seconds(-1_000_000), count: shape.nodes)
    }

    mutating func carried(_ line: Int, to listener: Int, at time: Duration) {
        let sender = shape.sender[line]
        let pair = min(sender, listener) * shape.nodes + max(sender, listener)
        if time > worksUntil(sender, listener) { cutUntil[pair] = time }
        let index = line * shape.nodes + listener
        noteSilence(line, index, until: time)
        if time - arrivals[index] > shape.timeouts[line] { steadySince[index] = time }
        arrivals[index] = max(arrivals[index], time)
    }

    private mutating func noteSilence(_ line: Int, _ index: Int, until time: Duration) {
        guard arrivals[index] >= .zero else { return }
        let part =
            Double((time - arrivals[index]).nanoseconds) / Double(shape.timeouts[line].nanoseconds)
        longestSilence = max(longestSilence, part)
    }

    /// Of all lines and listeners since the last call.
    mutating func takeLongestSilence(at now: Duration) -> Double {
        for line in shape.sender.indices {
            for listener in 0..<shape.nodes {
                noteSilence(line, line * shape.nodes + listener, until: now)
            }
        }
        defer { longestSilence = 0 }
        return longestSilence
    }

    mutating func stoodStill(_ node: Int, until: Duration) { stillUntil[node] = until }

    func lastArrival(_ line: Int, _ listener: Int) -> Duration {
        arrivals[line * shape.nodes + listener]
    }

    /// A line's beats have been arriving for so long that its listener knows it to be up, and goes on
    /// to know it for a while.
    func isSteady(_ line: Int, _ listener: Int, at time: Duration) -> Bool {
        let index = line * shape.nodes + listener
        return time - arrivals[index] < shape.timeouts[line] - .milliseconds(1500)
            && time - steadySince[index] > .milliseconds(2500)
    }

    /// Until when some link between the two counts as working both ways, if nothing more arrives: a
    /// whole timeout without an interval, so that what is just in time is no excuse and what is
    /// just too late is one.
    private func worksUntil(_ a: Int, _ b: Int) -> Duration {
        var best = Duration.seconds(-1_000_000)
        for link in 0..<shape.links {
            let (there, back) = (shape.line(a, link), shape.line(b, link))
            let works = min(
                arrivals[there * shape.nodes + b] + shape.timeouts[there] - shape.intervals[there],
                arrivals[back * shape.nodes + a] + shape.timeouts[back] - shape.intervals[back])
            best = max(best, works)
        }
        return best
    }

    /// Why the two may each think the other dead; nil when nothing excuses that.
    func excuse(_ a: Int, _ b: Int, since: Duration, at now: Duration) -> Witness.Excuse? {
        if stillUntil[a] >= since || stillUntil[b] >= since { return .stoodStill }
        let pair = min(a, b) * shape.nodes + max(a, b)
        if now > worksUntil(a, b) || cutUntil[pair] >= since { return .cutOff }
        return nil
    }
}
