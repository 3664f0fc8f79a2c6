// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Testing

extension ClusterTests {
    /// Only people need the wall clock; nothing is decided by it.
    @Suite("A step of the wall clock", .serialized) struct WallClockTests {
        private static let hour: Int64 = 3600

        @Test("16: changes nothing, forwards or backwards, on either node")
        func quiet() throws {
            let (cluster, clocks) = try makeCluster()
            try cluster.run()
            let before = try cluster.two.hb("-s").output
            for seconds in [1, Self.hour, 24 * Self.hour, -Self.hour, -24 * Self.hour, 0] {
                for clock in clocks {
                    try clock.step(to: seconds)
                    try cluster.expectQuiet(for: .milliseconds(1500), "a step to \(seconds) s")
                }
                let isShown = try cluster.two.hb("-s").output != before
                #expect(isShown, "the daemons do see it")
                #expect(try cluster.linksUp(on: cluster.two) == 4)
            }
        }

        @Test("16: neither hastens nor delays a takeover", arguments: [hour, -hour])
        func takeover(step: Int64) throws {
            let (cluster, clocks) = try makeCluster()
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            let cut = LabClock.now
            try one.powerCut()
            for part: Int64 in 1...3 {
                try lab.observe(for: .milliseconds(400))
                try clocks[1].step(to: part * step)
            }
            try cluster.wait(until: two, sees: one, in: .unknown)
            try cluster.wait(for: .startReady, on: two)
            try clocks[1].step(to: -step)
            try cluster.wait(for: .started, on: two)
            let silence = try #require(
                lab.watch.time(of: .unknown, "web", about: one, on: two, since: cut))
            let starting = try #require(
                lab.watch.time(of: .starting, "web", about: two, on: two, since: cut))
            #expect((1.4...2.6).contains((silence - cut).inSeconds))
            // Two writes wait for the disk in between; a clock would be an hour off.
            #expect((1.9...4.5).contains((starting - silence).inSeconds))
            cluster.expectSingleRuns()
        }

        private func makeCluster() throws -> (Cluster, [WallClock]) {
            let cluster = try Cluster(started: false)
            let clocks = try cluster.lab.nodes.map { try WallClock(of: $0) }
            for (node, clock) in zip(cluster.lab.nodes, clocks) {
                try cluster.start(node, with: clock.environment)
            }
            try cluster.waitForLinks()
            return (cluster, clocks)
        }
    }
}
