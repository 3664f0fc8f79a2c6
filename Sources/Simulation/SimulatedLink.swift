// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

/// One link process of one node, sender or receiver, and the page that it writes.
///
/// The page outlives the process: what a receiver that is gone heard last can still be read.
final class SimulatedLink {
    let line: MonitorLine
    let isSender: Bool

    private(set) var pid: Int32?
    /// Counts its runs; events of an earlier one are void.
    private(set) var run: Int32 = 0
    /// Node's clock.
    private(set) var startedAt: Duration = .zero
    /// Stopped by a signal until then, in made-up time.
    var frozenUntil: Duration = .zero
    /// Node's clock when its loop ran last.
    var loopAt: Duration = .zero

    // Sender.
    var clock: BeatClock?
    var frame: Frame?
    /// What the frame says, and by which nmond, in which of its publications.
    var source: Heartbeat?
    var managerRun: Int32?
    var announcement = -1
    /// A write to the disk is on its way, and ends then at the earliest.
    var writeEnds: Duration?

    // Receiver.
    var judge: BeatJudge?
    var watch: SlotWatch?
    var previous: [UInt8]?
    var beatAt: Duration?
    /// The frame that was news last, and how many there were in this run.
    var news: [UInt8] = []
    var generation = 0
    /// The last true beat that was taken for fresh, for the checkers.
    var lastTaken: Int64 = -1
    /// Which runs of the sender's machine it has heard.
    var livesHeard: [Int] = []
    /// When that was by the node's clock, and what it said; they outlive the process.
    var takenAt: Duration?
    var word: Word?

    init(line: MonitorLine, isOwn: Bool) {
        self.line = line
        isSender = isOwn
    }

    var isAlive: Bool { pid != nil }
    /// As its line in the monitor file.
    var text: String { line.columns.joined(separator: " ") }

    /// What the last news said; nil where that cannot be read.
    func decodedNews(_ layout: Layout) -> Heartbeat? {
        let news = news
        return unsafe try? Heartbeat(decoding: news.span.bytes, expecting: layout)
    }

    func start(pid: Int32, at clock: Duration) {
        self.pid = pid
        run += 1
        startedAt = clock
        loopAt = clock
        frozenUntil = .zero
        frame = nil
        source = nil
        managerRun = nil
        announcement = -1
        writeEnds = nil
        previous = nil
        beatAt = nil
        news = []
        generation = 0
        lastTaken = -1
        livesHeard = []
    }

    func end() {
        pid = nil
        run += 1
        frozenUntil = .zero
    }

    /// The machine went down, and the page with it.
    func clear() {
        end()
        beatAt = nil
        generation = 0
        takenAt = nil
        word = nil
    }
}
