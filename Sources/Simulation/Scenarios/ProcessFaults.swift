// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// What a check script takes at the mean that is to outlast a page of nmond; half of it at least.
private let longCheck = Duration.seconds(8)

extension Scenario {
    static let managerKilled = Scenario(
        name: "09", title: "nmond killed or frozen, idle and while a script runs",
        plan: { dice in
            var plan = ClusterPlan(scene: &dice)
            for index in plan.scripts.indices {
                plan.scripts[index].startTime = dice.between(.seconds(1), .seconds(10))
                plan.scripts[index].stopTime = dice.between(.seconds(1), .seconds(10))
            }
            guard dice.once(in: 4) else { return plan }
            for index in plan.scripts.indices { plan.scripts[index].checkTime = longCheck }
            return plan
        },
        play: { stage in
            stage.begin()
            guard stage.cluster.plan.scripts[0].checkTime < longCheck else {
                return stage.freezeDuringCheck()
            }
            let node = stage.activeNode()
            let service = stage.dice.pick(stage.services(on: node))
            let other = stage.partner(service, of: node)
            let turn = stage.dice.below(3)
            let operation: [ActionRequest] = [[], [.freezeStop], [.freezeStop, .unfreeze]][turn]
            // Frozen there, so that what is stopped here stays here.
            if turn > 0 { stage.type(.freezeStop, service, other) }
            for request in operation.dropLast() { stage.type(request, service, node) }
            let start = stage.now
            if let last = operation.last {
                stage.cluster.command(last, service, stage.nodes[node])
                stage.wait(.seconds(30)) { stage.nodes[node].script(of: service) != nil }
                stage.run(stage.dice.between(.zero, .milliseconds(500)))
            }
            let withGuard = stage.dice.once(in: 3)
            stage.count(withGuard ? Fault.guardKilled.rawValue : Fault.managerKilled.rawValue)
            stage.cluster.killManager(stage.nodes[node], withGuard: withGuard)
            let isBack = stage.wait(withGuard ? .seconds(7) : .seconds(1)) {
                stage.nodes[node].manager != nil
            }
            stage.expect(isBack, "nmond is back")
            stage.run(.seconds(40) + stage.longestTimeout)
            stage.expectNothing(since: start) {
                $0.node == node && $0.service == service && turn > 0
            }
            stage.expectResult(turn, service, node, since: start)
            stage.expectAgreement()
        })

    static let senderGone = Scenario(
        name: "10",
        title: "sender killed or frozen on the active node, for half a timeout and for two",
        plan: { ClusterPlan(scene: &$0) },
        play: { stage in
            stage.begin()
            let start = stage.now
            let node = stage.activeNode()
            // Of all links at once, or of one beside good ones.
            let one = stage.dice.pick(stage.allLinks)
            let links = stage.dice.once(in: 2) ? stage.allLinks : [one]
            for factor in [0.5, 2] {
                for link in links {
                    let line = stage.cluster.witness.connections.line(node, link)
                    if stage.dice.once(in: 2) {
                        stage.count(Fault.linkKilled.rawValue)
                        stage.cluster.endLink(stage.nodes[node], line)
                    } else {
                        stage.count(Fault.linkFrozen.rawValue)
                        let timeout = stage.cluster.lines[line].timeout
                        stage.cluster.freezeLink(
                            stage.nodes[node], line, for: timeout.scaled(factor))
                    }
                }
                stage.run(stage.longestTimeout * 2 + stage.dice.between(.seconds(11), .seconds(16)))
            }
            // nmond ends a frozen sender and starts it again before anybody counts its node as dead.
            stage.expectNothing(since: start)
            stage.expectNobodyDown(since: start)
            stage.expectAgreement()
        })

    static let nodeFrozen = Scenario(
        name: "11", title: "whole active node frozen for half a timeout, and for three",
        plan: { ClusterPlan(scene: &$0) },
        play: { stage in
            stage.begin()
            let node = stage.activeNode()
            let other = 1 - node
            let isClockStopped = stage.dice.once(in: 2)
            let first = stage.now
            stage.pause(node, for: stage.longestTimeout / 2, isClockStopped: isClockStopped)
            stage.run(stage.longestTimeout / 2 + .seconds(10))
            stage.expectNothing(since: first)

            let mine = stage.services(on: node)
            let start = stage.now
            stage.pause(node, for: stage.longestTimeout * 3, isClockStopped: isClockStopped)
            let resumed = start + stage.longestTimeout * 3
            stage.run(resumed - start)
            let started = mine.filter { stage.state($0, other) == .started }
            for service in mine where stage.longestTimeout * 2 > stage.grace + .seconds(2) {
                let silent = stage.cluster.witness.silentAt(of: node, to: other)
                stage.expectStart(service, on: other, since: start, after: silent)
            }
            stage.run(.seconds(25))
            stage.expectReports(
                of: started, on: [0, 1], from: start, to: resumed + stage.threeBeats)
            if !isClockStopped {
                let text = "peers are learned anew before anything is decided"
                let isTold = stage.entries(since: resumed).contains {
                    guard case .log(.warning, let line) = $0.what else { return false }
                    return $0.node == node && line.contains(text)
                }
                stage.expect(isTold, "the resumed node says that it learns its peer anew")
            }
            // The one that was away does nothing; what it held goes on running there.
            stage.expectNothing(since: start) {
                $0.node == other && mine.contains($0.service ?? -1)
            }
            stage.expectAgreement()
        })
}

extension Stage {
    /// Types a command and waits for its end.
    func type(_ request: ActionRequest, _ service: Int, _ node: Int) {
        cluster.command(request, service, nodes[node])
        run(.seconds(1))
        wait(.seconds(60)) { isQuiet }
        run(.seconds(2))
    }

    /// 09: nmond stands still while check scripts run, and meanwhile the other node is heard again. What the
    /// page says of that node is old when they end: nobody starts anything by it (R13).
    fileprivate func freezeDuringCheck() {
        let victim = activeNode()
        let (survivor, mine) = (1 - victim, services(on: victim))
        let paths = paths(allLinks, from: victim, to: survivor)
        let start = now
        cut(paths)
        let isChecked = wait(longestTimeout + grace + .seconds(5)) {
            !nodes[survivor].scripts.isEmpty
        }
        expect(isChecked, "\(nodes[survivor].name) begins to take over")
        count(Fault.managerFrozen.rawValue)
        cluster.freezeManager(nodes[survivor], for: dice.between(.seconds(4), .seconds(7)))
        run(dice.between(.zero, .seconds(1)))
        mend(paths)
        run(.seconds(50) + longestTimeout)
        for service in mine {
            let starts = entries(since: start).count {
                $0.service == service && $0.what == .script(.start)
            }
            expect(starts == 0, "\(name(service)) does not start: its node is heard again")
            expect(holder(service) == victim, "\(name(service)) runs where it ran")
        }
        expectAgreement()
    }

    /// 09: the script that ran goes on, its result counts, and it is not run again.
    fileprivate func expectResult(
        _ turn: Int, _ service: Int, _ node: Int, since start: Duration
    ) {
        let mine = entries(since: start).filter { $0.service == service }
        switch turn {
        case 0: return
        case 1:
            expect(state(service, node) == .frozenStop, "\(name(service)) is FROZEN_STOP")
            expect(mine.count { $0.what == .script(.stop) } == 1, "one stop script")
        default:
            expect(state(service, node) == .started, "\(name(service)) is STARTED")
            expect(mine.count { $0.what == .script(.start) } == 1, "one start script")
        }
    }
}
