// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation
import Testing

extension ClusterTests {
    /// What arrives on a link is input, not truth.
    @Suite("A link", .serialized) struct LinkFaultTests {
        @Test("15: counts tens of thousands of hostile datagrams a second and is moved by none")
        func hostileDatagrams() throws {
            var plan = Lab.Plan()
            plan.nodes = 3
            let cluster = try Cluster(plan) { $0.links = [.net()] }
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            let stranger = lab.node(3)
            try stranger.shell("ip route add 239.0.0.0/8 dev eth0")
            let datagrams = HostileDatagrams(in: lab)
            try datagrams.write()
            let before = try droppedBeats(cluster)
            let sending = try stranger.command(["bash", "-c", datagrams.script]).start()
            let flood = try stranger.command(
                datagrams.flood(rate: 100_000, seconds: 4)
            ).start()
            try cluster.expectQuiet(for: .seconds(5))
            let result = try flood.wait()
            let flooded = Int(result.output.filter(\.isNumber)) ?? 0
            print("   figure: hostile datagrams in 4 s, of 400000 wanted: \(flooded)")
            #expect(flooded > 50_000, "\(result)")
            let dropped = try droppedBeats(cluster) - before
            print("   figure: counted as dropped by one listener of two: \(dropped)")
            #expect(dropped > 20_000, "dropped beats are counted")
            let link = try cluster.listener("net", on: two)
            #expect(Set(link.drops.keys).isSuperset(of: ["tooShort", "foreignNode", "ownNode"]))
            #expect(
                cluster.logged("peer on", "down !", on: two) == 1,
                "only the one of node3, which never beats: \(link), \(cluster.log(of: two))")
            #expect(
                try two.shell("ls -A /usr/local/cluster/services/*")
                    == "STATE.node1\nSTATE.node2")
            #expect(try cluster.linksUp(on: two) == 2)
            // Nor do they keep a dead node alive.
            let cut = LabClock.now
            try one.powerCut()
            try cluster.wait(until: two, sees: one, in: .unknown, within: .seconds(5))
            report("power cut to UNKNOWN amid hostile datagrams", LabClock.now - cut)
            try cluster.wait(for: .started, on: two)
            sending.kill()
            cluster.expectSingleRuns()
        }

        @Test("14: does not stay up by a slot that cannot be read")
        func unreadableSlot() throws {
            let cluster = try Cluster { $0.links = [.dio] }
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            guard lab.disk.isBlockDevice else { return }
            try cluster.run()
            try cluster.act("freeze-stop", on: one)
            try cluster.wait(for: .started, on: two)
            try cluster.act("unfreeze", on: one)
            try cluster.wait(until: two, sees: one, in: .stopped)
            // node2's slot is the later one: behind the end, once its writer is gone.
            try two.powerCut()
            try lab.disk.loseContent(from: 2)
            try cluster.wait(until: one, sees: two, in: .unknown, within: .seconds(4))
            try cluster.wait(for: .started, on: one)
            cluster.expectSingleRuns()
            // It heals by itself.
            try lab.disk.restoreContent(bytes: lab.plan.diskBytes)
            try two.boot()
            try cluster.start(two)
            try cluster.waitForLinks()
        }

        @Test("14: on a disk that hangs goes down and holds nobody up")
        func hangingDisk() throws {
            var plan = Lab.Plan()
            plan.disk = .freezable
            let cluster = try Cluster(plan)
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            try lab.disk.hang()
            try cluster.expectQuiet(for: .seconds(5), "the network link is good")
            let asked = LabClock.now
            #expect(try two.hb("-s").output.contains("DOWN"))
            #expect((LabClock.now - asked).inSeconds < 1)
            // An operator's work goes on as ever.
            try cluster.act("freeze-stop", on: one)
            try cluster.wait(for: .started, on: two)
            try lab.disk.resume()
            try cluster.waitForLinks()
            cluster.expectSingleRuns()
        }

        @Test("14: that is slower than another one does not put an older state back")
        func olderState() throws {
            let cluster = try Cluster()
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            // A slot as it was while node1 ran the service...
            try lab.observe(for: .milliseconds(1200))
            let old = try lab.disk.read(block: 0, count: 1024)
            try one.signal("STOP", "heartd_dio")
            try cluster.act("freeze-stop", on: one)
            try cluster.wait(until: two, sees: one, in: .frozenStop)
            try cluster.wait(for: .started, on: two)
            let mark = LabClock.now
            // ...and is again, when the network has told better long ago.
            for _ in 1...8 {
                try lab.disk.write(old, block: 0)
                try lab.observe(for: .milliseconds(250))
            }
            try one.signal("CONT", "heartd_dio")
            try lab.observe(for: .seconds(2))
            let relapses = lab.watch.changes.filter {
                $0.time > mark && $0.about == "node1" && $0.state != .frozenStop
            }
            #expect(relapses == [])
            cluster.expectSingleRuns()
        }

        @Test("03: that loses a beat in five moves nothing")
        func loss() throws {
            // Ten beats in a row will not be lost by chance; four (timeout 2 s) now and then are.
            let cluster = try Cluster {
                $0.links = [.net()]
                $0.timeout = "10"
            }
            try cluster.run()
            for node in cluster.lab.nodes {
                try cluster.lab.networks[0].lose(0.2, .outgoing, of: node)
            }
            try cluster.expectQuiet(for: .seconds(10))
        }

        private func droppedBeats(_ cluster: Cluster) throws -> UInt64 {
            try cluster.links(of: cluster.two).filter { $0.role == "listener" }.reduce(0) {
                $0 + $1.badEntries + $1.drops.values.reduce(0, +)
            }
        }
    }
}

/// What a stranger on the network may send: the wrong size, the wrong names, the wrong states.
private struct HostileDatagrams {
    private let directory: String

    init(in lab: Lab) { directory = lab.directory + "/shared/hostile" }

    func write() throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        var good = LegacyFrame()
        good.node = "node1"
        good.port = "1234"
        good.address = "239.131.50.10"
        good.elapsed = UInt32(Date().timeIntervalSince1970)
        good.pid = 4242
        good.services = [("web", 0)]
        let bytes = good.encoded(as: .a)
        var random = SystemRandomNumberGenerator()
        func noise(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in .random(in: 0...255, using: &random) }
        }
        func altered(_ change: (inout LegacyFrame) -> Void) -> [UInt8] {
            var frame = good
            change(&frame)
            return frame.encoded(as: .a)
        }
        let all: [[UInt8]] = [
            [0], Array(bytes.dropLast()), bytes + [0], noise(504), noise(60000), noise(2856),
            Array(repeating: 0, count: 504), Array(repeating: 255, count: 504),
            Array(repeating: 0, count: 9384), Array(bytes[..<40]),
            altered { $0.node = "stranger" }, altered { $0.node = "node2" },
            altered { $0.node = "../node1" }, altered { $0.node = "" },
            altered { $0.services = [("../../conf", 2)] }, altered { $0.services = [("web", 99)] },
            altered { $0.services = [("..", 0), ("/etc/passwd", 3)] },
        ]
        try FileManager.default.createDirectory(
            atPath: directory + ".short", withIntermediateDirectories: true)
        for (index, datagram) in all.enumerated() {
            try Data(datagram).write(to: URL(fileURLWithPath: "\(directory)/\(index)"))
            if datagram.count < 1000 {
                let path = "\(directory).short/\(index)"
                try Data(datagram).write(to: URL(fileURLWithPath: path))
            }
        }
    }

    /// Sends the short ones as fast as that.
    func flood(rate: Int, seconds: Int) -> [String] {
        [
            Programs.built + "/lab", "flood", directory + ".short", "--group", "239.131.50.10",
            "--port", "1234", "4321", "--rate", "\(rate)", "--seconds", "\(seconds)",
        ]
    }

    /// Sends all of them to both groups' ports, over and over.
    var script: String {
        """
        while :; do
            for port in 1234 4321; do
                for f in \(directory)/*; do cat $f >/dev/udp/239.131.50.10/$port; done
            done
            sleep 0.1
        done
        """
    }
}
