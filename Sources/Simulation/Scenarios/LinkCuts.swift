// SPDX-License-Identifier: Apache-2.0

import ClusterModel

extension Scenario {
    static let oneLinkCut = Scenario(
        name: "03", title: "one of several links cut, healed later",
        plan: { ClusterPlan(scene: &$0, links: 2...3) },
        play: { stage in
            stage.begin()
            let link = stage.dice.pick(stage.allLinks)
            let isOneWay = stage.dice.once(in: 3)
            let paths =
                isOneWay
                ? stage.paths([link], from: 0, to: 1) : stage.paths([link], between: 0, and: 1)
            let timeout = stage.cluster.lines[link].timeout
            let interval = stage.cluster.lines[link].interval
            let isLong = !stage.dice.once(in: 4)
            let start = stage.now
            stage.cut(paths)
            if isLong {
                // One interval since the last beat, one of a disk's reading, one of the C program's.
                stage.run(timeout + interval * 2 + .seconds(1))
                stage.expectLinks(paths, areUp: false)
                stage.run(stage.dice.between(.zero, .seconds(40)))
            } else {
                stage.run(stage.dice.between(.zero, timeout - interval * 3))
            }
            stage.mend(paths)
            stage.run(interval * 3)
            stage.expectLinks(paths, areUp: true)
            stage.run(.seconds(15))
            stage.expectNothing(since: start)
            stage.expectAgreement()
            stage.expectLinkLines(paths, isLong ? [false, true] : [], since: start)
        })

    static let networkCut = Scenario(
        name: "04", title: "all network links cut, disk link good",
        plan: { ClusterPlan(scene: &$0, .both, links: 2...3) },
        play: { stage in
            stage.begin()
            let paths = stage.paths(stage.links { !$0.isDisk }, between: 0, and: 1)
            let start = stage.now
            stage.cut(paths)
            stage.run(stage.dice.between(.seconds(5), .seconds(60)))
            stage.mend(paths)
            stage.run(.seconds(15))
            stage.expectNothing(since: start)
            stage.expectNobodyDown(since: start)
            stage.expectAgreement()
        })

    static let fencedPartition = Scenario(
        name: "05", title: "all links cut, then healed; a script fences exactly one node",
        plan: { dice in
            var plan = ClusterPlan(scene: &dice, services: 2...6)
            for index in plan.scripts.indices { plan.scripts[index].check = .fences }
            return plan
        },
        play: { stage in
            stage.begin()
            let holders = stage.services.map { stage.holder($0)! }
            let paths = stage.paths(stage.allLinks, between: 0, and: 1)
            let start = stage.now
            stage.cut(paths)
            stage.run(
                stage.longestTimeout + stage.grace + stage.dice.between(.seconds(5), .seconds(12)))
            stage.mend(paths)
            let fenced = stage.nodes.indices.filter { !stage.nodes[$0].isUp }
            stage.expect(fenced.count == 1, "one node is fenced, not \(fenced.count)")
            guard let victim = fenced.first else { return }
            let survivor = 1 - victim
            stage.run(.seconds(50) + stage.longestTimeout)
            for service in stage.services {
                let mine = stage.entries(since: start).filter {
                    $0.service == service && $0.what == .script(.start)
                }
                stage.expect(
                    mine.map(\.node) == (holders[service] == victim ? [survivor] : []),
                    "\(stage.name(service)) starts on the survivor if it ran on the other one")
                stage.expect(
                    stage.holder(service) == survivor, "\(stage.name(service)) is on the survivor")
            }
            stage.expect(stage.cluster.tally.fenced == 1, "nobody is fenced twice")
            stage.expect(stage.cluster.witness.doubleRuns.isEmpty, "nothing runs twice")
            stage.expectAgreement()
        })

    static let unfencedPartition = Scenario(
        name: "06", title: "all links cut, no fence",
        plan: { ClusterPlan(scene: &$0) },
        play: { stage in
            stage.begin()
            let holders = stage.services.map { stage.holder($0)! }
            let paths = stage.paths(stage.allLinks, between: 0, and: 1)
            let start = stage.now
            stage.cut(paths)
            stage.wait(stage.longestTimeout + stage.grace + .seconds(40)) {
                stage.services.allSatisfy { service in
                    stage.state(service, 1 - holders[service]) == .started
                }
            }
            for service in stage.services {
                let silent = stage.cluster.witness.silentAt(
                    of: holders[service], to: 1 - holders[service])
                stage.expectStart(service, on: 1 - holders[service], since: start, after: silent)
            }
            stage.run(stage.dice.between(.seconds(1), .seconds(30)))
            stage.mend(paths)
            let healed = stage.now
            stage.expectAgreementSoon()
            stage.run(.seconds(20))
            stage.expectReports(
                of: Array(stage.services), on: [0, 1], from: healed, to: healed + stage.threeBeats)
            let counted = stage.cluster.witness.doubleRuns
            stage.expect(
                counted == [.cutOff: stage.services.count], "each double run is counted apart")
            stage.expectNothing(since: healed)
            stage.expectAgreement()
        })

    static let oneWayLoss = Scenario(
        name: "07", title: "one-way loss on every link, either direction",
        plan: { ClusterPlan(scene: &$0) },
        play: { stage in
            let unheard = stage.dice.below(2)
            if stage.dice.once(in: 2) {
                stage.startUnheard(unheard)
            } else {
                stage.runUnheard(unheard)
            }
        })
}

extension Stage {
    /// Every listener of these paths judges its link so.
    func expectLinks(_ paths: [CutPath], areUp: Bool) {
        for path in paths {
            let node = nodes[path.listener]
            let isUp = node.links[path.line].judge!.monitor.isUp(at: node.clock(now))
            expect(
                isUp == areUp,
                "\(cluster.lines[path.line].columns.joined(separator: " ")) is "
                    + "\(areUp ? "up" : "down") for \(node.name)")
        }
    }

    /// One line in the log for each change, and none of the other links.
    func expectLinkLines(_ paths: [CutPath], _ wanted: [Bool], since start: Duration) {
        for node in nodes {
            for line in cluster.lines.indices where cluster.sender[line] != node.index {
                let isCut = paths.contains { $0.line == line && $0.listener == node.index }
                let said = entries(since: start).compactMap { entry -> Bool? in
                    guard entry.node == node.index, case .link(line, let isUp) = entry.what else {
                        return nil
                    }
                    return isUp
                }
                expect(
                    said == (isCut ? wanted : []),
                    "\(node.name) tells of line \(line): \(said), not \(isCut ? wanted : [])")
            }
        }
    }

    /// No nmond took its peer for down or undecided.
    func expectNobodyDown(since start: Duration) {
        for entry in entries(since: start) {
            guard case .log(_, let text) = entry.what else { continue }
            let isDown = text.contains(" is down") || text.contains("is undecided")
            expect(!isDown, "\(nodes[entry.node].name) at \(entry.at.decimals): \(text)")
        }
    }

    /// Its services are put into service while nobody hears it: the other node starts them, once.
    fileprivate func startUnheard(_ unheard: Int) {
        let hearing = 1 - unheard
        run(.seconds(5))
        let paths = paths(allLinks, from: unheard, to: hearing)
        cut(paths)
        run(longestTimeout + .seconds(2) + dice.between(.zero, .seconds(5)))
        let start = now
        for service in services {
            for node in nodes {
                cluster.after(dice.between(.zero, .seconds(10))) {
                    $0.command(.unfreeze, service, node)
                }
            }
        }
        run(.seconds(12) + grace + .seconds(15))
        expectNotHeard(unheard)
        for service in services {
            let starts = entries(since: start).filter {
                $0.service == service && $0.what == .script(.start)
            }
            expect(
                starts.map(\.node) == [hearing],
                "\(name(service)) starts once, on the node that hears nothing: \(starts.count)")
        }
        mend(paths)
        run(.seconds(20))
        for service in services {
            let starts = entries(since: start).count {
                $0.service == service && $0.what == .script(.start)
            }
            expect(starts == 1, "\(name(service)) starts once, healed too: \(starts)")
        }
        expect(cluster.witness.doubleRuns.isEmpty, "nothing runs twice")
        expectAgreement()
    }

    /// It runs services, and is not heard any more: they are taken over, which both tell of.
    fileprivate func runUnheard(_ unheard: Int) {
        begin()
        let mine = services(on: unheard)
        let paths = paths(allLinks, from: unheard, to: 1 - unheard)
        let start = now
        cut(paths)
        run(longestTimeout + .seconds(3))
        wait(grace + .seconds(40)) { mine.allSatisfy { state($0, 1 - unheard) == .started } }
        run(.seconds(2))
        expectNotHeard(unheard)
        expectTakeover(of: mine, from: unheard, since: start)
        expectReports(of: mine, on: [unheard], from: start, to: now)
        expectNothing(since: start) { $0.node == 1 - unheard && mine.contains($0.service ?? -1) }
        mend(paths)
        let healed = now
        expectAgreementSoon()
        run(.seconds(20))
        expectReports(of: mine, on: [1 - unheard], from: healed, to: healed + threeBeats)
        expect(
            cluster.witness.doubleRuns == (mine.isEmpty ? [:] : [.cutOff: mine.count]),
            "each double run is counted apart")
        expectNothing(since: healed)
        expectAgreement()
    }

    /// Its status says "the peer does not hear us".
    private func expectNotHeard(_ unheard: Int) {
        let views = nodes[unheard].manager?.announcement?.peers ?? []
        let view = views.first { $0.name == nodes[1 - unheard].name }
        expect(
            view?.judgement == .up && view?.hearsUs == false,
            "\(nodes[unheard].name) knows that its peer does not hear it")
    }
}
