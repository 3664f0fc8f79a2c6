// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusterModel
import WireFormat

/// How long one beat takes in the codec, per layout: median of several rounds.
struct Codec: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Nanoseconds per beat and layout: build, stamp, inspect, decode.")

    @Option(help: "Rounds per line; the median counts.") var rounds = 9

    mutating func run() throws {
        print("codec")
        for layout in [Layout.a, .c, .d] {
            for count in [1, 16, 128] where count <= layout.capacity {
                try measure(layout, services: count)
            }
        }
    }

    private func measure(_ layout: Layout, services: Int) throws {
        let beat = Codec.sample(services: services)
        var frame = try Frame(beat, layout: layout, room: 65_507)
        let bytes = frame.bytes
        let name = "  \(layout.rawValue), \(services) services, \(bytes.count) bytes: "
        let peer = Array("node1".utf8)
        let own = Array("node2".utf8)
        var number: UInt64 = 1
        report(name + "build", times: 200) { _ = try Frame(beat, layout: layout, room: 65_507) }
        report(name + "stamp", times: 2000) {
            number += 1
            frame.stamp(elapsed: UInt32(truncatingIfNeeded: number), beat: number)
        }
        report(name + "inspect", times: 2000) {
            _ = try FrameHeader(
                inspecting: bytes.span.bytes, layout: layout, peer: peer, own: own, isSlot: false)
        }
        report(name + "decode", times: 200) {
            _ = try Heartbeat(decoding: bytes.span.bytes, expecting: layout)
        }
    }

    private func report(_ what: String, times: Int, _ work: () throws -> Void) {
        let clock = ContinuousClock()
        var results: [Double] = []
        for _ in 0..<rounds {
            let took = clock.measure { for _ in 0..<times { try! work() } }
            results.append(took.nanoseconds / Double(times))
        }
        results.sort()
        line(what, results[rounds / 2], "ns", "\(rounds) x \(times) runs")
    }

    /// A beat as nmond of node1 would have it sent, with all that a trailer can carry.
    static func sample(services: Int) -> Heartbeat {
        let entries = (0..<services).map { number in
            ServiceEntry(
                name: "service\(number)", state: ServiceState(rawValue: UInt8(number % 10))!,
                note: ServiceNote(lastRun: LastRun(onSender: true, number: 3)))
        }
        let boot = BootIdentity(
            high: 0x1122_3344_5566_7788, low: 0x99aa_bbcc_ddee_ff00, initStart: 7)
        let echo = LinkEcho(link: 0xdead_beef, boot: boot.checksum, publication: 5)
        return Heartbeat(
            node: "node1", port: "1234", address: "239.131.50.10", services: entries,
            hostID: 0x090a_0109, elapsed: 1_700_000_000, pid: 4242,
            trailer: Trailer(boot: boot, publication: 9, beat: 10, echoes: [echo, echo]))
    }
}
