// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Testing

@testable import Simulation

/// Only what is newer than all before carries a link, and only what must be taken for life lends it time.
struct ArrivalTests {
    /// Two nodes on links of these kinds, with these timeouts in seconds.
    private struct Listeners {
        let shape: Connections
        var arrivals: Arrivals
        var tracker: ConnectionTracker
        private var now: Duration = .seconds(100)
        private var beats: [Int64]

        init(_ kinds: [LinkKind], _ timeouts: [Int]) {
            let plan = ClusterPlan(services: 1, kinds: kinds, timeouts: timeouts)
            let lines = MonitorFile.parse(Array(plan.monitor.utf8), file: "monitor").value.lines
            shape = Connections(lines: lines, nodes: 2, links: kinds.count)
            arrivals = Arrivals(shape)
            tracker = ConnectionTracker(shape)
            beats = Array(repeating: 0, count: lines.count)
        }

        /// What excuses a start that begins now.
        var excuse: Witness.Excuse? {
            tracker.excuse(0, 1, since: now, by: arrivals, at: now)
        }

        /// A second passes, and these lines bring a new beat each, and those an old one.
        mutating func pass(
            _ seconds: Int = 1, on lines: [Int], life: Int = 0, run: Int32 = 0, old: [Int] = []
        ) {
            for _ in 0..<seconds {
                now += .seconds(1)
                for line in lines {
                    beats[line] += 1
                    hear(line, beats[line], life, run)
                }
                for line in old { hear(line, 1, life, run) }
            }
        }

        private mutating func hear(_ line: Int, _ truth: Int64, _ life: Int, _ run: Int32) {
            let sender = shape.sender[line]
            let beat = Arrival(
                line: line, listener: 1 - sender, truth: truth, life: life, run: run, at: now)
            tracker.noteCut(sender, 1 - sender, by: arrivals, at: now)
            arrivals.note(beat)
        }
    }

    @Test("a link that brings new beats both ways works, and for almost a timeout longer")
    func works() {
        var both = Listeners([.net], [5])
        both.pass(5, on: [0, 1])
        #expect(both.excuse == nil)
        both.pass(4, on: [])
        #expect(both.excuse == nil)
        both.pass(1, on: [])
        #expect(both.excuse == .cutOff)
    }

    @Test("two links that work in one direction each are no link")
    func oneDirectionEach() {
        var both = Listeners([.net, .dio], [5, 5])
        both.pass(5, on: [0, 1, 2, 3])
        both.pass(10, on: [0, 2])
        #expect(both.excuse == nil, "the net link alone")
        both.pass(6, on: [0, 3])
        #expect(both.excuse == .cutOff)
    }

    @Test("a link that comes back excuses what began while it was cut, and nothing later")
    func comesBack() {
        var both = Listeners([.net], [5])
        both.pass(5, on: [0, 1])
        both.pass(6, on: [0])
        both.pass(1, on: [0, 1])
        #expect(both.excuse == .cutOff)
        both.pass(1, on: [0, 1])
        #expect(both.excuse == nil)
    }

    @Test("an old beat carries nothing", arguments: [LinkKind.net, .dio])
    func oldBeats(kind: LinkKind) {
        var both = Listeners([kind], [5])
        both.pass(5, on: [0, 1])
        both.pass(6, on: [1], old: [0])
        #expect(both.excuse == .cutOff)
        #expect(both.arrivals.silentAt(of: 0, to: 1) == .seconds(110))
    }

    @Test("a first beat carries a datagram's link, and none on a disk", arguments: [true, false])
    func firstSight(isDisk: Bool) {
        var both = Listeners([isDisk ? .dio : .net], [5])
        both.pass(1, on: [0, 1])
        both.pass(1, on: [])
        #expect(both.excuse == (isDisk ? .cutOff : nil))
        both.pass(1, on: [0, 1])
        both.pass(1, on: [])
        #expect(both.excuse == nil)
    }

    @Test("the first beat of another boot lends the link no time, its second does")
    func firstOfBoot() {
        var both = Listeners([.dio], [10])
        both.pass(5, on: [0, 1])
        both.pass(7, on: [0])
        both.pass(1, on: [0, 1], life: 1)
        let silent = both.arrivals.silentAt(of: 1, to: 0)
        #expect(silent == .seconds(115), "what counts is still the boot before")
        both.pass(3, on: [])
        #expect(both.excuse == .cutOff)
        both.pass(1, on: [0, 1], life: 1)
        both.pass(1, on: [])
        #expect(both.excuse == nil)
    }

    @Test("beats of another boot between two of the living one prove nothing of either")
    func twoBoots() {
        var both = Listeners([.net], [10])
        both.pass(5, on: [0, 1])
        both.pass(2, on: [0], life: 1)
        #expect(both.arrivals.silentAt(of: 0, to: 1) == .seconds(115))
        both.pass(3, on: [0], life: 1)
        #expect(both.arrivals.silentAt(of: 0, to: 1) == .seconds(120))
    }

    @Test("a listener that is started anew has to see a slot twice; the link works all the while")
    func newListener() {
        var both = Listeners([.dio], [4])
        both.pass(5, on: [0, 1])
        both.pass(2, on: [])
        both.pass(1, on: [0, 1], run: 1)
        both.pass(2, on: [])
        #expect(both.excuse == nil)
        #expect(both.arrivals.silentAt(of: 0, to: 1) == .seconds(109))
    }

    @Test("a node that stood still for a timeout is excused, whatever its links did")
    func stoodStill() {
        var both = Listeners([.net], [5])
        both.pass(5, on: [0, 1])
        both.tracker.stoodStill(1, until: .seconds(105))
        #expect(both.excuse == .stoodStill)
        both.pass(1, on: [0, 1])
        #expect(both.excuse == nil)
    }
}
