// SPDX-License-Identifier: Apache-2.0

import ClusterModel

extension Scenario {
    static let powerCut = Scenario(
        name: "01", title: "power cut of the active node",
        plan: { ClusterPlan(scene: &$0, mayBeMore: true) },
        play: { stage in
            stage.begin()
            let victim = stage.activeNode()
            let moved = stage.services(on: victim)
            let start = stage.now
            stage.powerOff(victim)
            stage.wait(stage.longestTimeout + stage.grace + .seconds(30)) {
                moved.allSatisfy { stage.state($0, stage.partner($0, of: victim)) == .started }
            }
            stage.run(.seconds(2))
            stage.expectTakeover(of: moved, from: victim, since: start)
            stage.expectNothing(since: start) { entry in
                entry.service.map { moved.contains($0) && entry.node != victim } ?? true
            }
            stage.comeBack(victim)
            stage.expect(stage.cluster.witness.doubleRuns.isEmpty, "nothing runs twice")
        })

    static let powerCutWithoutProof = Scenario(
        name: "02", title: "power cut of the active node, and the check script fails",
        plan: { ClusterPlan(scene: &$0) },
        play: { stage in
            stage.begin()
            let victim = stage.activeNode()
            let moved = stage.services(on: victim)
            let start = stage.now
            for service in stage.services {
                stage.upset(service) { $0.fails.insert(.check) }
            }
            stage.powerOff(victim)
            stage.run(stage.longestTimeout + stage.grace + .seconds(8))
            stage.expectFailedChecks(of: moved, beside: victim, since: start)
            stage.comeBack(victim)
            for service in moved {
                let survivor = stage.partner(service, of: victim)
                stage.expect(
                    stage.state(service, survivor) == .startFailed,
                    "\(stage.name(service)) stays START_FAILED until somebody comes")
            }
            let starts = stage.entries(since: start).contains { $0.what == .script(.start) }
            stage.expect(!starts, "without a proof nothing starts")
        })
}

extension Stage {
    /// The one that lost its power boots, and nothing moves for it.
    func comeBack(_ victim: Int) {
        let back = now
        cluster.boot(nodes[victim])
        run(longestTimeout + .seconds(20))
        expectNothing(since: back) { entry in
            // What ran there cannot have survived: its launcher sets it back.
            guard entry.node == victim, case .state(let state) = entry.what else { return false }
            return state == .stopped && entry.at == back
        }
        expectAgreement()
    }

    /// Of each service a check failed on its other node, which says so; and that is all.
    func expectFailedChecks(of moved: [Int], beside victim: Int, since start: Duration) {
        for service in moved {
            let survivor = partner(service, of: victim)
            let mine = entries(since: start).filter { $0.service == service }
            expect(
                state(service, survivor) == .startFailed,
                "\(name(service)) is START_FAILED on \(nodes[survivor].name)")
            expect(mine.count { $0.what == .script(.check) } == 1, "\(name(service)): one check")
            let isSaid = mine.contains {
                guard case .said(let text) = $0.what else { return false }
                return text.contains("check script failed")
            }
            expect(isSaid, "\(name(service)): the reason is told")
        }
        expectNothing(since: start) { entry in
            entry.service.map { moved.contains($0) && entry.node != victim } ?? true
        }
    }
}
