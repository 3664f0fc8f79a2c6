// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// A scenario while it is played: the cluster, the dice of the play, and what is expected.
final class Stage {
    let name: String
    let cluster: SimulatedCluster
    let seed: UInt64
    var dice: Dice
    /// L1: how much later than timeout, grace period and check script a start began, at worst.
    private(set) var slowestStart: Duration = .zero

    init(
        _ name: String, _ plan: ClusterPlan, seed: UInt64, dice: Dice,
        tracer: ((Duration, String) -> Void)? = nil
    ) {
        self.name = name
        self.seed = seed
        self.dice = dice
        cluster = SimulatedCluster(plan, seed: seed, tracer: tracer)
        cluster.witness.chronicle.isKept = true
    }

    var now: Duration { cluster.now }
    var nodes: [SimulatedNode] { cluster.nodes }
    var services: Range<Int> { 0..<cluster.services.count }
    var longestTimeout: Duration { cluster.lines.map(\.timeout).max()! }
    /// Of a start beside a partner that is down.
    var grace: Duration { cluster.plan.tunables.graceMinimum }

    // MARK: - Time

    func run(_ duration: Duration) { cluster.run(for: duration) }

    /// Lets time pass until it holds; false when it does not by then.
    @discardableResult
    func wait(_ limit: Duration, for holds: () -> Bool) -> Bool {
        let end = now + limit
        while !holds() {
            guard now < end else { return false }
            run(.milliseconds(50))
        }
        return true
    }

    /// From boot to every service up, the excluded one left alone on one of its nodes, and some time more.
    func begin(without excluded: Int? = nil) {
        run(.seconds(3))
        let mine = services.filter { $0 != excluded }
        for service in mine {
            let primary = dice.below(2)
            for (turn, node) in nodes.filter({ cluster.isOurs(service, $0) }).enumerated() {
                let delay = Duration.seconds(turn == primary ? 0 : 3)
                cluster.after(delay + dice.between(.zero, .seconds(1))) {
                    $0.command(.unfreeze, service, node)
                }
            }
        }
        let isUp = wait(.seconds(90)) {
            now > .seconds(9) && mine.allSatisfy { holder($0) != nil } && isQuiet
        }
        expect(isUp, "every service is up after the installation")
        run(.seconds(3) + dice.between(.zero, .seconds(3)))
    }

    /// No action and no script.
    var isQuiet: Bool { nodes.allSatisfy { $0.actions.isEmpty && $0.scripts.isEmpty } }

    // MARK: - What is where

    func state(_ service: Int, _ node: Int) -> ServiceState {
        nodes[node].disk.states[service] ?? .unknown
    }

    /// The node where it is STARTED; nil when it is so on none or on both.
    func holder(_ service: Int) -> Int? {
        let there = nodes.indices.filter { nodes[$0].isUp && state(service, $0) == .started }
        return there.count == 1 ? there[0] : nil
    }

    func services(on node: Int) -> [Int] { services.filter { holder($0) == node } }

    func partner(_ service: Int, of node: Int) -> Int {
        let name = cluster.services[service].partner(of: nodes[node].name)
        return nodes.firstIndex { $0.name == name }!
    }

    func name(_ service: Int) -> String { cluster.services[service].name }

    /// A node that runs something.
    func activeNode() -> Int {
        dice.pick(nodes.indices.filter { !services(on: $0).isEmpty })
    }

    func entries(since start: Duration) -> ArraySlice<Chronicle.Entry> {
        cluster.witness.chronicle.since(start)
    }

    // MARK: - Expectations

    func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
        guard !holds else { return }
        cluster.witness.accuse(name, what(), at: now)
    }

    /// Nothing was decided, begun or written since then, but for what `isExpected`.
    func expectNothing(
        since start: Duration, but isExpected: (Chronicle.Entry) -> Bool = { _ in false }
    ) {
        for entry in entries(since: start) where !isExpected(entry) {
            switch entry.what {
            case .state, .asked, .script, .scriptEnd, .exit:
                return expect(false, "nothing moves; at \(entry.at.decimals) \(text(entry))")
            case .log, .said, .link, .power: break
            }
        }
    }

    /// The node took over what ran on its partner, in time (L1), after the whole silence (S2), once.
    func expectTakeover(of moved: [Int], from victim: Int, since start: Duration) {
        for service in moved {
            let survivor = partner(service, of: victim)
            expect(
                state(service, survivor) == .started,
                "\(name(service)) is STARTED on \(nodes[survivor].name)")
            let silent = cluster.witness.silentAt(of: victim, to: survivor)
            expectStart(service, on: survivor, since: start, after: silent)
        }
    }

    /// One start of it since `start`: within the grace period, its check script and a second after
    /// `cause`.
    func expectStart(_ service: Int, on node: Int, since start: Duration, after cause: Duration) {
        let mine = entries(since: start).filter { $0.service == service }
        let starts = mine.filter { $0.what == .script(.start) }
        expect(starts.count == 1, "\(name(service)) starts once: \(starts.count) times")
        guard let begin = starts.first else { return }
        expect(begin.node == node, "\(name(service)) starts on \(nodes[node].name)")
        let checks = mine.filter { $0.node == begin.node }
        let checkBegan = checks.first { $0.what == .script(.check) }?.at ?? begin.at
        let checkEnded =
            checks.first { $0.what == .scriptEnd(.check, isGood: true) }?.at ?? begin.at
        let late = begin.at - cause - grace - (checkEnded - checkBegan)
        slowestStart = max(slowestStart, late)
        expect(late <= .seconds(1), "\(name(service)) starts \(late.decimals) s later than in time")
        expect(
            begin.at - grace >= cause - slack,
            "\(name(service)) starts after a whole timeout: \((cause - begin.at).decimals) s early")
    }

    /// What a listener may count silence from, before the last beat that reached it.
    var slack: Duration {
        let interval = cluster.lines.map(\.interval).max()!
        return nodes.allSatisfy(\.sendsTrailer) ? interval : max(interval, .seconds(1))
    }

    func text(_ entry: Chronicle.Entry) -> String {
        let service = entry.service.map { " \(name($0))" } ?? ""
        return "\(nodes[entry.node].name)\(service): \(entry.what)"
    }

    /// Both nodes of each service know what it is on the other one (L3).
    func expectAgreement() {
        for service in services {
            for node in nodes where cluster.isOurs(service, node) {
                let other = partner(service, of: node.index)
                let seen = node.disk.peerStates[service]
                expect(
                    seen == state(service, other),
                    "\(node.name) knows what \(name(service)) is on \(nodes[other].name): "
                        + "\(seen?.name ?? "nothing") for \(state(service, other).name)")
            }
        }
    }

    /// L3: so it is within three beats of healing; the file of a peer's state is a moment behind.
    func expectAgreementSoon() {
        run(threeBeats + .milliseconds(100))
        expectAgreement()
    }

    /// Three beats of the quickest link.
    var threeBeats: Duration { cluster.lines.map(\.interval).min()! * 3 }

    /// nmond of each of these nodes told of a double run of each of these services.
    func expectReports(of twice: [Int], on tellers: [Int], from start: Duration, to end: Duration) {
        for service in twice {
            for teller in tellers {
                let isTold = entries(since: start).contains {
                    guard case .log(.critical, let text) = $0.what else { return false }
                    return $0.node == teller && $0.at <= end
                        && text.hasPrefix("service \(name(service)) is STARTED on both nodes")
                }
                expect(isTold, "\(nodes[teller].name) reports that \(name(service)) runs twice")
            }
        }
    }
}
