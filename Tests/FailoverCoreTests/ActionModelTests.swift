// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore
import Testing

/// Two nodes that send trailers. Beats may be late, lost, or never come in one direction; actions and
/// nmonds may be slow; nothing may make both start.
@Suite(.serialized) struct ActionModelTests {
    /// One beat: a publication, the state in it, and what it acknowledges.
    struct Beat: Hashable {
        var publication: UInt64
        var state: ServiceState
        var acknowledges: UInt64
    }

    struct World: Hashable {
        var now = 0
        var nodes: [ModelNode]
        /// What each node has sent, and what it has heard last.
        var sent: [[Beat]]
        var heard: [Beat]
        /// Whether each node's beats reach the other one.
        var isHeard: [Bool]

        init(starts: [Int], isHeard: [Bool] = [true, true], precedes: [Bool?] = [nil, nil]) {
            let first = Beat(publication: 1, state: .stopped, acknowledges: 1)
            self.isHeard = isHeard
            sent = [[], []]
            heard = [first, first]
            nodes = [0, 1].map { index in
                var peer = PeerSight.up(.stopped)
                if !isHeard[1 - index] { peer = .down }
                // What does not arrive there is not acknowledged from there.
                peer.acknowledged = 1
                peer.precedes = precedes[index]
                let role: Role = index == 0 ? .primary : .secondary
                return ModelNode(role: role, starts: starts[index], peer: peer)
            }
        }
    }

    private func next(_ world: World) -> [(String, World)] {
        var worlds: [(String, World)] = []
        let now = Duration.seconds(world.now)
        func add(_ step: String, _ change: (inout World) -> Void) {
            var after = world
            change(&after)
            worlds.append((step, after))
        }
        for index in [0, 1] {
            let node = world.nodes[index]
            if node.mayBegin { add("\(index) begins") { $0.nodes[index].begin(now: now) } }
            if node.mayLook { add("\(index) looks") { $0.nodes[index].look(now: now) } }
            if node.scriptRuns {
                add("\(index) script ends") { $0.nodes[index].endScript(now: now) }
            }
            if node.own != node.published {
                add("\(index) publishes \(node.own.name)") { publish(&$0, index) }
            }
            // Any beat newer than the last one heard: those between are lost.
            for beat in world.sent[1 - index] where world.isHeard[1 - index] {
                add("\(index) hears \(beat)") { hear(&$0, index, beat) }
            }
        }
        // Before and after EZ_GRACE_MIN, and once more.
        if world.now < 4 { add("tick") { $0.now += 2 } }
        return worlds
    }

    /// nmond takes a beat: on its page first or at once with the acknowledgement, never after it.
    private func hear(_ world: inout World, _ index: Int, _ beat: Beat) {
        world.heard[index] = beat
        world.sent[1 - index].removeAll { $0.publication <= beat.publication }
        let isNews = beat.state != world.nodes[index].peer.state
        if isNews {
            world.nodes[index].peer.state = beat.state
            world.nodes[index].peer.changes += 1
        }
        world.nodes[index].peer.acknowledged = max(
            world.nodes[index].peer.acknowledged, beat.acknowledges)
        if isNews { publish(&world, index) }
    }

    /// nmond publishes page and beat in one step.
    private func publish(_ world: inout World, _ index: Int) {
        world.nodes[index].publication += 1
        if world.nodes[index].own != world.nodes[index].published {
            world.nodes[index].published = world.nodes[index].own
            world.nodes[index].announced = world.nodes[index].publication
        }
        world.sent[index].append(
            Beat(
                publication: world.nodes[index].publication,
                state: world.nodes[index].published,
                acknowledges: world.heard[index].publication))
    }

    private func check(_ world: World) -> Int {
        let result = explore(world, limit: 400_000, next: next) {
            $0.nodes.allSatisfy(\.hasService)
        }
        #expect(result.bad == nil)
        return result.count
    }

    @Test(
        "two of us never both start, in any order of all steps",
        arguments: [[nil, nil], [true, false], [false, true]]
            + (runsLong ? [[true, true], [false, false]] : []) as [[Bool?]])
    func bothWays(precedes: [Bool?]) {
        let count = check(World(starts: [1, 1], precedes: precedes))
        #expect(count > 1000, "the model hardly moved")
    }

    @Test("two of us never both start while one does not hear the other", arguments: [0, 1])
    func oneWay(deaf: Int) {
        var isHeard = [true, true]
        isHeard[1 - deaf] = false
        #expect(check(World(starts: [2, 2], isHeard: isHeard)) > 100)
    }

    @Test("one of two does start")
    func oneStarts() {
        let result = explore(World(starts: [1, 1]), limit: 400_000, next: next) {
            $0.nodes.contains { $0.own == .started }
        }
        #expect(result.bad?.last?.hasSuffix("script ends") == true)
    }

    @Test("without acknowledgements the same model shows OpenHA's double start")
    func withoutAcknowledgements() {
        var world = World(starts: [1, 1])
        for index in [0, 1] {
            world.nodes[index].peer.sendsTrailers = false
            world.nodes[index].begin(now: .zero)
            publish(&world, index)
        }
        // Every beat is under way for longer than the grace period.
        for now in [0, 3, 6] {
            for index in [0, 1] { world.nodes[index].look(now: .seconds(now)) }
        }
        #expect(world.nodes[0].hasService && world.nodes[1].hasService)
    }
}
