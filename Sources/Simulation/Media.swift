// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// What lies between the nodes: paths for datagrams, slots of shared disks, and how they fail.
struct Media {
    /// From the sender of a line to one other node.
    struct Path {
        /// Several faults may cut it at once.
        var cuts = 0
        var loss = 0.0
        var duplication = 0.0
        var corruption = 0.0
        var meanDelay = Duration.microseconds(200)
        /// A listener's reads of this slot fail.
        var readErrors = 0
        /// And return what was there some time ago.
        var staleReads = 0
    }

    /// What a sender's writes meet.
    struct Writing {
        var errors = 0
        var hangs = 0
        /// Others write to this slot too.
        var intruders = 0
        var meanTime = Duration.milliseconds(2)
    }

    /// A slot: what stands there, and what stood there before.
    struct Slot {
        var bytes: [UInt8] = []
        var before: [UInt8] = []
        /// The new bytes are there from then on.
        var visibleAt: Duration = .zero
        /// The true beat that stands there; nil for what no sender of this line wrote.
        var truth: Int64?
        var truthBefore: Int64?
        /// The true beat of another line that stands there instead.
        var stray: (line: Int, truth: Int64)?
        /// When the bytes before were there.
        var beforeAt: Duration = .zero

        mutating func write(_ new: [UInt8], truth: Int64?, at: Duration) {
            before = bytes
            truthBefore = self.truth
            beforeAt = visibleAt
            bytes = new
            self.truth = truth
            stray = nil
            visibleAt = at
        }
    }

    /// A datagram on its way.
    struct Message {
        var line: Int
        var bytes: [UInt8]
        /// Which beat of this line it is; nil when it is not as it was sent, or was sent long ago.
        var truth: Int64?
    }

    /// `line * nodes + listener`.
    var paths: [Path]
    var writing: [Writing]
    var slots: [Slot]
    /// Slots may be read while they are written. What is torn then hangs on the bytes, the wall clock's too.
    var tears = true
    /// True beats of each line so far.
    var beats: [Int64]
    /// The first beats of the runs of each line's sender's machine.
    private var lives: [[Int64]]
    /// Some old frames of each line, for replays, and which beats they are.
    var archive: [[(bytes: [UInt8], truth: Int64)]]
    /// How the scripts of each service misbehave.
    var upsets: [Upset]
    var errands = Errands()
    private let nodes: Int
    private var messages: [Message] = []
    private var free: [Int] = []

    struct Upset {
        var fails: Set<ActionScript> = []
        var hangs: Set<ActionScript> = []
        var slow: Set<ActionScript> = []
    }

    init(lines: Int, nodes: Int, services: Int) {
        upsets = Array(repeating: Upset(), count: services)
        self.nodes = nodes
        paths = Array(repeating: Path(), count: lines * nodes)
        writing = Array(repeating: Writing(), count: lines)
        slots = Array(repeating: Slot(), count: lines)
        beats = Array(repeating: 0, count: lines)
        lives = Array(repeating: [], count: lines)
        archive = Array(repeating: [], count: lines)
    }

    func path(_ line: Int, _ listener: Int) -> Path { paths[line * nodes + listener] }

    mutating func change(_ line: Int, _ listener: Int, _ body: (inout Path) -> Void) {
        body(&paths[line * nodes + listener])
    }

    mutating func add(_ message: Message) -> Int {
        guard let index = free.popLast() else {
            messages.append(message)
            return messages.count - 1
        }
        messages[index] = message
        return index
    }

    mutating func take(_ index: Int) -> Message {
        free.append(index)
        let message = messages[index]
        messages[index].bytes = []
        return message
    }

    /// The sender's machine runs anew: its beats from here on are of another run.
    mutating func beginLife(_ line: Int) {
        lives[line].append(beats[line] + 1)
    }

    /// What stands in one slot comes to stand in another one too; it may be on its way back there.
    mutating func misdirect(_ from: Int, to line: Int, at now: Duration) {
        let found = slots[from].truth.map { (line: from, truth: $0) } ?? slots[from].stray
        let isBack = found?.line == line
        slots[line].write(slots[from].bytes, truth: isBack ? found?.truth : nil, at: now)
        slots[line].stray = isBack ? nil : found
    }

    /// Which run of the sender's machine a true beat belongs to.
    func life(of truth: Int64, _ line: Int) -> Int {
        lives[line].lastIndex { $0 <= truth } ?? -1
    }

    /// On which line it is.
    func line(of message: Int) -> Int { messages[message].line }

    mutating func keep(_ bytes: [UInt8], _ line: Int) {
        if archive[line].count < 8 {
            archive[line].append((bytes, beats[line]))
        } else {
            archive[line][Int(beats[line] / 16) & 7] = (bytes, beats[line])
        }
    }
}

/// Things to be done at a time that belong to no node: closures, numbered so that events stay small.
struct Errands {
    private var list: [((SimulatedCluster) -> Void)?] = []
    private var pending = 0

    var isPending: Bool { pending > 0 }

    mutating func add(_ body: @escaping (SimulatedCluster) -> Void) -> Int {
        list.append(body)
        pending += 1
        return list.count - 1
    }

    mutating func take(_ index: Int) -> (SimulatedCluster) -> Void {
        defer { list[index] = nil }
        pending -= 1
        return list[index]!
    }
}

extension SimulatedCluster {
    package func after(_ delay: Duration, _ body: @escaping (SimulatedCluster) -> Void) {
        queue.add(Event(errand: media.errands.add(body)), at: now + delay)
    }
}
