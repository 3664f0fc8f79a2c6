// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation
import Testing

extension ClusterTests {
    /// Scenarios 16, 19 and 20: whole nodes whose clock, programs or machine are disturbed.
    @Suite("Scenarios of whole nodes", .serialized) struct ScenarioNodeTests {
        @Test("16: steps of both clocks at each step of a switchover change nothing")
        func clockSteps() throws {
            let cluster = try Cluster(started: false)
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.useCheckScript(of: "web")
            var behaviour = ServiceScript.Behaviour()
            (behaviour.checkSeconds, behaviour.stopSeconds) = ("0.4", "0.4")
            try ServiceScript("web", in: lab).behave(behaviour)
            let clocks = try lab.nodes.map { try WallClock(of: $0) }
            for (node, clock) in zip(lab.nodes, clocks) {
                try cluster.start(node, with: clock.environment)
            }
            try cluster.waitForLinks()
            try cluster.run()
            let down = lab.nodes.map { cluster.logged("down !", on: $0) }
            for (seconds, from, to) in [(1, one, two), (3600, two, one), (86400, one, two)] {
                let begun = LabClock.now
                let entries = lab.journal.entries.count
                var seen = lab.watch.changes.count + entries
                var error = Int64(seconds)
                let moving = try from.startAction("web", "freeze-stop")
                try lab.wait(upTo: .seconds(12), for: "web to move to \(to.name)") {
                    let now = lab.watch.changes.count + lab.journal.entries.count
                    if now != seen {
                        // Apart and together, forwards and back, with each thing that happens.
                        error = -error
                        try clocks[0].step(to: error)
                        try clocks[1].step(to: now % 2 == 0 ? error : -error)
                        seen = now
                    }
                    return to.state("web") == .started && from.state("web") == .frozenStop
                }
                #expect(try moving.wait().succeeded)
                #expect(seen >= entries + 8, "the clocks were stepped often")
                func time(_ state: ServiceState, of node: Node) throws -> Duration {
                    try #require(
                        lab.watch.time(of: state, "web", about: node, on: node, since: begun))
                }
                let ready = try time(.startReady, of: to)
                let grace = try time(.starting, of: to) - ready
                report("steps of \(seconds) s: freeze-stop to START_READY", ready - begun)
                report("steps of \(seconds) s: START_READY to STARTING", grace)
                #expect((0.3...3.5).contains((ready - begun).inSeconds))
                #expect((1.9...4.5).contains(grace.inSeconds))
                #expect(try cluster.linksUp(on: to) == 4)
                try cluster.act("unfreeze", on: from)
                try cluster.wait(until: to, sees: from, in: .stopped)
            }
            #expect(lab.nodes.map { cluster.logged("down !", on: $0) } == down)
            #expect(cluster.count(.starting) == 4)
            cluster.expectSingleRuns()
        }

        @Test(
            "19: all daemons replaced by a new version, under traffic: no start, no stop, no silence"
        )
        func rollingUpgrade() throws {
            let cluster = try Cluster {
                $0.timeout = "4"
                $0.services = ["busy", "web"]
            }
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run("web")
            let down = (cluster.logged("down !", on: one), cluster.logged("down !", on: two))
            let daemons = ["nmond", "heartd", "heartc", "heartd_dio", "heartc_dio"]
            for node in [two, one] {
                let old = try daemons.map { try node.processes($0) }
                try lab.replacePrograms()
                // Another service is moved to and fro all the while, here and there.
                let traffic = try lab.nodes.map { node in
                    try node.command([
                        "sh", "-c",
                        """
                        while :; do
                            for a in unfreeze freeze-stop; do
                                /usr/local/cluster/bin/service -A busy $a || :
                                sleep 0.4
                            done
                        done
                        """,
                    ]).start()
                }
                let restart = try node.command(
                    ["sh", lab.plan.layout.launcher, "restart"], environment: cluster.environment
                ).start()
                var result: CommandResult?
                try lab.wait(upTo: .seconds(30), for: "the restart on \(node.name)") {
                    result = restart.poll()
                    return result != nil
                }
                #expect(result?.status == 0, "\(result!)")
                try lab.observe(for: .seconds(5))
                for command in traffic { command.kill() }
                for (name, before) in zip(daemons, old) {
                    let now = try node.processes(name)
                    #expect(now.count == 1 && now != before, "\(name) of \(node.name)")
                }
                try cluster.waitForLinks()
                for listener in try lab.nodes.flatMap({ try cluster.links(of: $0) })
                where listener.role == "listener" {
                    #expect(listener.worstGapSeconds ?? 0 < 4, "\(listener)")
                }
            }
            #expect(cluster.logged("down !", on: one) == down.0)
            #expect(cluster.logged("down !", on: two) == down.1)
            #expect(cluster.logged("to UNKNOWN", on: one) == 0)
            #expect(cluster.logged("to UNKNOWN", on: two) == 0)
            #expect(cluster.count(.starting, "web") == 1)
            #expect(cluster.count(.stopping, "web") == 0)
            #expect(lab.watch.own("web", of: one).last == .started)
            cluster.expectSingleRuns(of: "busy")
        }

        @Test("20: a node with half a processor, no free memory and a busy disk is slow, not down")
        func slowNode() throws {
            let cluster = try Cluster()
            let (one, two) = (cluster.one, cluster.two)
            try cluster.run()
            let confinement = try Confinement(
                of: one, processorShare: 0.5, memoryBytes: 100 << 20)
            // Four programs that compute, one that wants more page cache than there is, and one that
            // keeps the shared disk busy, far behind the slots.
            let hogs = try one.command([
                "sh", "-c",
                """
                for i in 1 2 3 4; do while :; do :; done & done
                while :; do cat /usr/lib/x86_64-linux-gnu/*.so* /usr/bin/* >/dev/null 2>&1; done &
                while :; do
                    dd if=/dev/zero of=\(SharedDisk.path) bs=256k seek=1 count=2 oflag=direct 2>&1
                done >/dev/null &
                wait
                """,
            ]).start()
            try cluster.lab.observe(for: .milliseconds(500))
            try confinement.takeAll(of: one)
            try cluster.expectQuiet(for: .seconds(8), "slow is not down")
            let waits = confinement.waits
            print("   figure: waits for the processor and for memory: \(waits)")
            // Where others keep the processors busy it may never get as much as it is allowed.
            #expect(waits.memory > 20)
            #expect(try cluster.linksUp(on: two) == 4)
            #expect(cluster.logged("node node1 is down", on: two) == 0)
            // It still does what it is told, and hears it when its service is to go.
            let asked = LabClock.now
            let moving = try one.startAction("web", "freeze-stop")
            try cluster.wait(for: .started, on: two, within: .seconds(15))
            report("switchover away from a slow node", LabClock.now - asked)
            #expect(try moving.wait().succeeded)
            try one.shell("pkill -KILL -P 1 sh; true")
            hogs.kill()
            cluster.expectSingleRuns()
            try one.powerCut()
            withExtendedLifetime(confinement) {}
        }
    }
}
