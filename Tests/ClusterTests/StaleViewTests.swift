// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// Starts that rest on what is no longer so, and people who change their mind.
    @Suite("What was true a moment ago", .serialized) struct StaleViewTests {
        @Test("a freeze-stop right behind an unfreeze is obeyed, whatever nmond made of it")
        func changeOfMind() throws {
            let cluster = try Cluster()
            let one = cluster.one
            for pause in [0, 30, 200, 1000, 1800] {
                try cluster.act("unfreeze", on: one)
                try cluster.lab.observe(for: .milliseconds(pause))
                try cluster.act("freeze-stop", on: one)
                #expect(one.state("web") == .frozenStop)
            }
            try cluster.wait(until: cluster.two, sees: one, in: .frozenStop)
            try cluster.expectQuiet(for: .seconds(3))
            #expect(cluster.lab.journal.entries(of: "web", .starting).isEmpty)
        }

        @Test("with nmond and its guard gone, a start beside a peer that runs it is refused")
        func staleFile() throws {
            let cluster = try Cluster()
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.wait(until: one, sees: two, in: .frozenStop)
            try one.shell("pkill -KILL ezguard; pkill -KILL nmond; pkill -KILL ezwriter; true")
            try cluster.act("force-start", on: two)
            try lab.observe(for: .seconds(2))
            #expect(one.state("web", of: two) == .frozenStop, "nobody writes it any more")
            try one.shell("/usr/local/cluster/bin/service -A web force-stop")
            let start = try one.startAction("web", "start").wait(within: .seconds(15))
            #expect(start.status == 255)
            #expect(lab.journal.entries(of: "web", .starting).isEmpty)
        }

        @Test("09: nmond killed in one stroke with its guard comes back, and nothing moves")
        func guardKilled() throws {
            let cluster = try Cluster()
            let (lab, one) = (cluster.lab, cluster.one)
            try cluster.run()
            try one.shell("pkill -KILL 'ezguard|nmond'; true")
            try lab.wait(upTo: .seconds(12), for: "nmond and its guard") {
                LabClock.pause(.milliseconds(100))
                return try !one.processes("nmond").isEmpty && !one.processes("ezguard").isEmpty
            }
            try cluster.expectQuiet(for: .seconds(4))
            #expect(lab.journal.entries(of: "web", .starting).count == 1)
            // Told to end, it stays away.
            try one.shell("pkill ezguard; pkill -TERM nmond; true")
            try lab.observe(for: .seconds(8))
            #expect(try one.processes("nmond").isEmpty)
        }

        @Test("a state that cannot be written starts nothing, until it can be")
        func readOnly() throws {
            let cluster = try Cluster()
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            let states = "/usr/local/cluster/services"
            try two.shell("mount --bind \(states) \(states)")
            try two.shell("mount -o remount,ro,bind \(states)")
            try one.powerCut()
            try lab.observe(for: .seconds(9))
            #expect(lab.journal.entries(of: "web", .starting).count == 1)
            #expect(two.state("web") == .stopped)
            try two.shell("umount \(states)")
            try cluster.wait(for: .started, on: two, within: .seconds(25))
            cluster.expectSingleRuns()
        }

        @Test("an action that stood still in its grace period starts nothing by what it knew")
        func frozenAction() throws {
            let cluster = try Cluster()
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.act("unfreeze", on: one)
            try cluster.wait(for: .startReady, on: one)
            try one.shell("pkill -STOP -f '[s]ervice -A web start'")
            try cluster.wait(until: two, sees: one, in: .startReady)
            try cluster.act("force-start", on: two)
            try lab.observe(for: .seconds(4))
            try one.shell("pkill -CONT -f '[s]ervice -A web start'")
            try cluster.wait(for: .stopped, on: one)
            try lab.observe(for: .seconds(4))
            #expect(lab.journal.entries(of: "web", .starting).isEmpty)
            #expect(one.state("web") == .stopped && two.state("web") == .started)
        }

        @Test("the page of an nmond that stands still starts nothing")
        func frozenManager() throws {
            let cluster = try Cluster(started: false)
            try cluster.useCheckScript(of: "web")
            for node in cluster.lab.nodes { try cluster.start(node) }
            try cluster.waitForLinks()
            let (lab, one) = (cluster.lab, cluster.one)
            var behaviour = ServiceScript.Behaviour()
            behaviour.checkSeconds = "6"
            try ServiceScript("web", in: lab).behave(behaviour)
            try cluster.act("unfreeze", on: one)
            try cluster.wait(for: .starting, on: one)
            try lab.wait(upTo: .seconds(3), for: "the check script") {
                !lab.journal.entries(of: "web", .checking).isEmpty
            }
            let killed = try one.processes("nmond")
            try one.signal("STOP", "nmond")
            try lab.observe(for: .seconds(8))
            #expect(one.state("web") == .starting, "the check script ended two seconds ago")
            #expect(lab.journal.entries(of: "web", .starting).isEmpty)
            // The guard replaces it, the peer is heard anew, and the start goes on or begins anew.
            try cluster.wait(for: .started, on: one, within: .seconds(40))
            #expect(try one.processes("nmond") != killed)
            cluster.expectSingleRuns()
        }
    }
}
