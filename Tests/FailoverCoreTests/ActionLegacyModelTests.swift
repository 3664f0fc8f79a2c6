// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore
import Testing

/// One of us beside a C program, which acknowledges nothing and reads its peer's slot or beat only
/// every so often. Each reads the other at least once in its own period, at any moment of it.
@Suite(.serialized) struct ActionLegacyModelTests {
    /// OpenHA's start procedure (specification, 4.5), as it is.
    struct LegacyNode: Hashable {
        var role: Role
        var own = ServiceState.stopped
        /// What its receiver wrote into the peer's file.
        var heard = ServiceState.stopped
        var first: ServiceState?
        var readyAt = 0
        var startsLeft = 1

        var hasService: Bool { own == .starting || own == .started }
        var mayBegin: Bool { own == .stopped && heard.leavesServiceFree && startsLeft > 0 }

        mutating func begin(now: Int) {
            startsLeft -= 1
            first = heard
            readyAt = now
            own = .startReady
        }

        /// Its five seconds are over.
        mutating func decide() {
            let hasChanged = heard != first
            let yields =
                hasChanged
                && (role == .secondary || heard == .starting || heard == .started)
            own = yields ? .stopped : .starting
        }
    }

    struct World: Hashable {
        var now = 0
        var end: Int
        var ours: ModelNode
        var theirs: LegacyNode
        /// Seconds for which each one has left news of the other unread.
        var oursUnread = 0
        var theirsUnread = 0
        /// The most that may be: of C, its timeout on a disk, a second on the network.
        var theirPeriod: Int

        init(ourRole: Role, diskTimeout: Int?) {
            theirPeriod = diskTimeout ?? 1
            end = max(5, theirPeriod + 3) + theirPeriod + 3
            let peer = PeerSight.legacy(.stopped, diskTimeout: diskTimeout.map { .seconds($0) })
            ours = ModelNode(role: ourRole, starts: 1, peer: peer)
            theirs = LegacyNode(role: ourRole == .primary ? .secondary : .primary)
        }
    }

    private func next(_ world: World) -> [(String, World)] {
        var worlds: [(String, World)] = []
        let now = Duration.seconds(world.now)
        func add(_ step: String, _ change: (inout World) -> Void) {
            var after = world
            change(&after)
            // nmond publishes at once; a beat leaves with it.
            publish(&after.ours)
            worlds.append((step, after))
        }
        if world.ours.mayBegin { add("we begin") { $0.ours.begin(now: now) } }
        if world.ours.mayLook { add("we look") { $0.ours.look(now: now) } }
        if world.ours.scriptRuns { add("our script ends") { $0.ours.endScript(now: now) } }
        let weHaveNews = world.theirs.own != world.ours.peer.state
        if weHaveNews { add("we read") { read(&$0) } }
        if world.theirs.mayBegin { add("C begins") { $0.theirs.begin(now: world.now) } }
        let theyHaveNews = world.ours.published != world.theirs.heard
        if theyHaveNews {
            add("C reads") {
                $0.theirs.heard = $0.ours.published
                $0.theirsUnread = 0
            }
        }
        let isDue = world.theirs.own == .startReady && world.now >= world.theirs.readyAt + 5
        if isDue { add("C decides") { $0.theirs.decide() } }
        // Reads that are due, C's decision and our look every 50 ms do not wait for the next second.
        let mayTick =
            world.now < world.end && world.theirsUnread < world.theirPeriod
            && world.oursUnread < 1 && !isDue
        if mayTick {
            add("tick") {
                $0.now += 1
                $0.oursUnread = weHaveNews ? $0.oursUnread + 1 : 0
                $0.theirsUnread = theyHaveNews ? $0.theirsUnread + 1 : 0
            }
        }
        return worlds
    }

    private func read(_ world: inout World) {
        world.oursUnread = 0
        world.ours.peer.state = world.theirs.own
        world.ours.peer.changes += 1
    }

    private func publish(_ node: inout ModelNode) {
        guard node.own != node.published else { return }
        node.publication += 1
        node.published = node.own
        node.announced = node.publication
    }

    @Test(
        "beside a C program, never both start",
        arguments: [Role.primary, .secondary], [nil, 5] as [Int?])
    func never(role: Role, diskTimeout: Int?) {
        let result = explore(
            World(ourRole: role, diskTimeout: diskTimeout), limit: 500_000,
            next: next
        ) { $0.ours.hasService && $0.theirs.hasService }
        #expect(result.bad == nil)
        #expect(result.count > 1000, "the model hardly moved")
    }
}
