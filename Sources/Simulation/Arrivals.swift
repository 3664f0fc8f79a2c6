// SPDX-License-Identifier: Apache-2.0

/// A true beat that a living listener received, or read in a slot.
struct Arrival {
    /// Of the monitor file.
    var line: Int
    var listener: Int
    /// Which beat of its line it is, counted from the first.
    var truth: Int64
    /// Which run of the sender's machine it belongs to.
    var life = 0
    /// Of the listener's process.
    var run: Int32 = 0
    var at: Duration
}

/// The record of what truly arrived, and was newer than all that had arrived before; whatever a witness
/// says of working links and of silence comes from here.
///
/// What is no newer carries nothing: a repetition, a beat overtaken by another one, an old one
/// in a slot.
struct Arrivals {
    /// What came on one line to one listener.
    private struct Ear {
        var newest: Int64 = -1
        var newestAt = Arrivals.never
        /// When the listener last took a beat for fresh, whichever that was: S7 asks whether it might.
        var takenAt = Arrivals.never
        /// When beats came back after a whole timeout of silence.
        var backAt = Arrivals.never
        /// Since when they come without a gap of a timeout.
        var steadySince = Arrivals.never
        /// The newest that this run of the listener must take for life.
        var provenAt = Arrivals.never
        /// The newest that came on a link which works.
        var carriedAt = Arrivals.never

        var run: Int32?
        /// Which life of the sender this run of the listener knows, and which one it has seen one beat of.
        var known: Int?
        var candidate: Int?
        /// When it last saw the known one live.
        var freshAt: Duration?
        /// The life that was proven last, to whichever run.
        var provenLife: Int?

        /// As the rule of a listener is (decision 18): the first sight of a slot proves nothing, nor does
        /// the first beat of another boot, nor what comes before half a timeout of silence.
        mutating func proves(_ beat: Arrival, isDisk: Bool, timeout: Duration) -> Bool {
            if run != beat.run { (run, known, candidate, freshAt) = (beat.run, nil, nil, nil) }
            guard let known else {
                self.known = beat.life
                return !isDisk
            }
            guard known != beat.life else {
                candidate = nil
                return true
            }
            let isQuiet = freshAt.map { beat.at - $0 >= timeout / 2 } ?? true
            guard candidate == beat.life, isQuiet else {
                candidate = beat.life
                return false
            }
            (self.known, candidate) = (beat.life, nil)
            return true
        }
    }

    static let never = Duration.seconds(-1_000_000)

    let shape: Connections
    /// `line * nodes + listener`.
    private var ears: [Ear]
    /// The longest time between two arrivals, in parts of the line's timeout.
    private var longestSilence = 0.0

    init(_ shape: Connections) {
        self.shape = shape
        ears = Array(repeating: Ear(), count: shape.sender.count * shape.nodes)
    }

    /// A link works from the first beat of a life that must be taken for life, and a listener that is
    /// started anew does not change that. What was heard of that life before lends it no timeout.
    mutating func note(_ beat: Arrival) {
        let index = beat.line * shape.nodes + beat.listener
        let timeout = shape.timeouts[beat.line]
        guard beat.truth > ears[index].newest else { return }
        noteSilence(beat.line, index, until: beat.at)
        let gap = beat.at - ears[index].newestAt
        if gap >= timeout { ears[index].backAt = beat.at }
        if gap > timeout { ears[index].steadySince = beat.at }
        ears[index].newest = beat.truth
        ears[index].newestAt = max(ears[index].newestAt, beat.at)
        if ears[index].proves(beat, isDisk: shape.isDisk[beat.line], timeout: timeout) {
            ears[index].freshAt = beat.at
            ears[index].provenAt = beat.at
            ears[index].provenLife = beat.life
        }
        if ears[index].provenLife == beat.life { ears[index].carriedAt = beat.at }
    }

    mutating func noteTaken(_ line: Int, by listener: Int, at now: Duration) {
        ears[line * shape.nodes + listener].takenAt = now
    }

    /// A machine that boots knows nothing of what it heard before, so no link of its works until it is
    /// proven again.
    mutating func booted(_ listener: Int) {
        for line in shape.sender.indices {
            let index = line * shape.nodes + listener
            ears[index].provenLife = nil
            ears[index].carriedAt = Arrivals.never
        }
    }

    /// When a listener last had something to tell its nmond: newer than all, or taken for it.
    func heardAt(_ line: Int, _ listener: Int) -> Duration {
        max(ear(line, listener).newestAt, ear(line, listener).takenAt)
    }
    func newestAt(_ line: Int, _ listener: Int) -> Duration { ear(line, listener).newestAt }
    func backAt(_ line: Int, _ listener: Int) -> Duration { ear(line, listener).backAt }
    func provenAt(_ line: Int, _ listener: Int) -> Duration { ear(line, listener).provenAt }
    func carriedAt(_ line: Int, _ listener: Int) -> Duration { ear(line, listener).carriedAt }

    private func ear(_ line: Int, _ listener: Int) -> Ear { ears[line * shape.nodes + listener] }

    /// When every link of `peer` will have been silent for `node` for its timeout, if nothing more
    /// arrives.
    func silentAt(of peer: Int, to node: Int) -> Duration {
        (0..<shape.links).map { link in
            let line = shape.line(peer, link)
            return provenAt(line, node) + shape.timeouts[line]
        }.max()!
    }

    /// A line's beats have been arriving for so long that its listener knows it to be up, and goes on
    /// to know it for a while.
    func isSteady(_ line: Int, _ listener: Int, at time: Duration) -> Bool {
        let ear = ear(line, listener)
        return time - ear.newestAt < shape.timeouts[line] - .milliseconds(1500)
            && time - ear.steadySince > .milliseconds(2500)
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

    private mutating func noteSilence(_ line: Int, _ index: Int, until time: Duration) {
        guard ears[index].newestAt >= .zero else { return }
        let silence = time - ears[index].newestAt
        longestSilence = max(
            longestSilence,
            Double(silence.nanoseconds) / Double(shape.timeouts[line].nanoseconds))
    }
}
