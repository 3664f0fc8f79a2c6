// SPDX-License-Identifier: Apache-2.0

import ClusterModel

extension Scenario {
    static let wallClockSteps = Scenario(
        name: "16", title: "wall clocks stepped at each step of a takeover, beside a twin without",
        plan: { ClusterPlan(scene: &$0, mayBeMore: true) },
        play: { stage in
            let twin = Stage(stage.name, stage.cluster.plan, seed: stage.seed, dice: stage.dice)
            let (stepped, steady) = (Timeline(), Timeline())
            stepped.follow(stage.cluster)
            steady.follow(twin.cluster)
            stage.cluster.media.tears = false
            twin.cluster.media.tears = false
            stage.takeover(stepsClocks: true)
            twin.takeover(stepsClocks: false)
            stage.expectTwins(stepped.lines, steady.lines)
            stage.expect(
                stage.cluster.witness.chronicle == twin.cluster.witness.chronicle,
                "S6: the same decisions")
        })
}

/// Everything that a trace says, line by line.
private final class Timeline {
    private(set) var lines: [String] = []

    func follow(_ cluster: SimulatedCluster) {
        let outer = cluster.tracer
        cluster.tracer = { [self] at, text in
            outer?(at, text)
            lines.append("\(at.decimals) \(text)")
        }
    }
}

extension Stage {
    /// S6: with steps of the wall clocks and without, everything is the same, byte for byte.
    func expectTwins(_ stepped: [String], _ steady: [String]) {
        let difference = zip(stepped, steady).first { $0 != $1 }
        expect(
            stepped == steady,
            "S6: with steps \"\(difference?.0 ?? "another end")\", "
                + "without \"\(difference?.1 ?? "another end")\"")
    }

    /// A takeover with some other trouble, and clocks that are stepped at any moment of it, or would be.
    fileprivate func takeover(stepsClocks: Bool) {
        begin()
        let span = longestTimeout + grace + .seconds(15)
        for _ in 0..<10 {
            let node = dice.pick(nodes)
            let size = dice.pick([1, 60, 3600, 86400, 31_536_000]) * (dice.once(in: 2) ? 1 : -1)
            if stepsClocks { count(Fault.clockStep.rawValue) }
            cluster.after(dice.between(.zero, span)) { _ in
                if stepsClocks { node.wallOffset += .seconds(size) }
            }
        }
        let faults = Fault.allCases.filter { $0 != .clockStep }
        for _ in 0..<dice.below(4) {
            let fault = dice.pick(faults)
            cluster.after(dice.between(.zero, span)) { $0.inject(fault) }
        }
        let victim = activeNode()
        if dice.once(in: 4) {
            for service in services(on: victim) {
                cluster.command(.freezeStop, service, nodes[victim])
            }
        } else {
            cluster.after(dice.between(.zero, .seconds(5))) { $0.powerOff($0.nodes[victim]) }
        }
        run(span + .seconds(10))
        cluster.heal()
        run(.seconds(30))
    }
}
