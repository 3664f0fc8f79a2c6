// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

extension Scenario {
    static let scriptHangs = Scenario(
        name: "12", title: "a script hangs, with and without a callout timeout",
        plan: { dice in
            var plan = ClusterPlan(scene: &dice, services: 2...6)
            if dice.once(in: 2) {
                plan.tunables.calloutTimeout = dice.between(.seconds(3), .seconds(30))
                for index in plan.scripts.indices {
                    plan.scripts[index].startTime = .milliseconds(300)
                    plan.scripts[index].stopTime = .milliseconds(200)
                }
            }
            return plan
        },
        play: { stage in
            stage.begin()
            if stage.dice.once(in: 3) { stage.hangInStop() } else { stage.hangInTakeover() }
        })

    static let scriptFails = Scenario(
        name: "13", title: "a script fails at start, or at stop",
        plan: { ClusterPlan(scene: &$0) },
        play: { stage in
            stage.begin()
            let node = stage.activeNode()
            let service = stage.dice.pick(stage.services(on: node))
            let other = stage.partner(service, of: node)
            let isStart = stage.dice.once(in: 2)
            let start = stage.now
            stage.upset(service) { $0.fails.insert(isStart ? .start : .stop) }
            // A stopped service moves to the other node, whose start fails.
            stage.cluster.command(
                isStart ? .freezeStop : stage.dice.pick([.stop, .freezeStop]), service,
                stage.nodes[node])
            stage.run(.seconds(60) + stage.longestTimeout)
            let failed = isStart ? other : node
            stage.expect(
                stage.state(service, failed) == (isStart ? .startFailed : .stopFailed),
                "\(stage.name(service)) shows that its script failed")
            let mine = stage.entries(since: start).filter { $0.service == service }
            stage.expect(
                mine.count { $0.what == .script(.start) } == (isStart ? 1 : 0),
                "no second attempt, and none elsewhere")
            stage.expect(mine.count { $0.what == .script(.stop) } == 1, "one stop")
            stage.expectNothing(since: start) { $0.service == service }
            stage.expectAgreement()
        })
}

extension Stage {
    private var hangs: (Duration) -> Duration {
        { self.cluster.plan.tunables.calloutTimeout ?? $0 }
    }

    /// One service's start or check hangs during a takeover; the others are up in time (L1, L5).
    fileprivate func hangInTakeover() {
        let victim = dice.pick(nodes.indices.filter { services(on: $0).count > 0 })
        let moved = services(on: victim)
        let stuck = dice.pick(moved)
        let survivor = 1 - victim
        let script = dice.pick([ActionScript.check, .start])
        upset(stuck) { $0.hangs.insert(script) }
        let start = now
        powerOff(victim)
        run(longestTimeout + grace + .seconds(30))
        let others = moved.filter { $0 != stuck }
        expectTakeover(of: others, from: victim, since: start)
        expectHung(stuck, on: survivor, in: .starting, .startFailed)
        expectNothing(since: start) { entry in
            entry.service.map { moved.contains($0) && entry.node == survivor } ?? true
        }
    }

    fileprivate func hangInStop() {
        let node = activeNode()
        let service = dice.pick(services(on: node))
        upset(service) { $0.hangs.insert(.stop) }
        let start = now
        cluster.command(.freezeStop, service, nodes[node])
        run(.seconds(30))
        expectHung(service, on: node, in: .stopping, .stopFailed)
        expectNothing(since: start) { $0.service == service && $0.node == node }
    }

    /// Without a timeout it stays as it is, and can be seen; with one its group is ended, and it failed.
    private func expectHung(
        _ service: Int, on node: Int, in state: ServiceState, _ failed: ServiceState
    ) {
        let script = nodes[node].script(of: service)
        guard let timeout = cluster.plan.tunables.calloutTimeout else {
            expect(self.state(service, node) == state, "\(name(service)) stays \(state.name)")
            expect(script != nil, "\(name(service)): its script still runs")
            let record = nodes[node].disk.records[service]
            expect(record?.session == script?.pid, "\(name(service)): the record names its script")
            return
        }
        wait(timeout + .seconds(5)) { nodes[node].script(of: service) == nil }
        run(.milliseconds(100))
        expect(self.state(service, node) == failed, "\(name(service)) is \(failed.name)")
        let mine = cluster.witness.chronicle.entries.filter {
            $0.service == service && $0.node == node
        }
        let bad = mine.last {
            if case .scriptEnd(_, isGood: false) = $0.what { true } else { false }
        }
        let begin = mine.last { if case .script = $0.what { true } else { false } }
        let lasted = bad.flatMap { bad in begin.map { bad.at - $0.at } } ?? .seconds(1000)
        expect(
            lasted >= timeout - .milliseconds(100) && lasted <= timeout + .seconds(4),
            "\(name(service)): its script is ended after \(timeout.text), not after \(lasted.text)")
    }
}
