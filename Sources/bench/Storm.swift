// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusterLab
import HostileBeats
import Platform
import WireFormat

/// Random and mutated beats: through the decoder, and at a live receiver.
struct Storm: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hostile datagrams at the decoder and at a live heartc (root).",
        discussion: """
            At heartc half of them are beats of the peer with some bits or the length changed, half are noise. \
            Fails if a program crashes or a state changes.
            """)

    @Option(help: "How many datagrams, each way.") var count = 10_000_000
    @Option(help: "Decides everything.") var seed: UInt64 = 1
    @Flag(help: "Only the decoder, no cluster.") var decoderOnly = false
    @Flag(help: "Only the live receiver.") var receiverOnly = false

    mutating func run() throws {
        if !receiverOnly { try storm(decoder: count) }
        if !decoderOnly { try storm(receiver: count) }
    }

    private func storm(decoder count: Int) throws {
        var examination = Examination(node: "node1")
        for bytes in HostileBeats(seed: seed, node: "node1").prefix(count) {
            if let broken = examination.brokenPromise(for: bytes) {
                throw LabError.failed("seed \(seed), beat \(examination.examined): \(broken)")
            }
        }
        line(
            "decoder: no crash, no contradiction", Double(count), "beats",
            "\(examination.accepted) well-formed")
    }

    private func storm(receiver count: Int) throws {
        var setup = ClusterSetup()
        setup.links = [.net()]
        let lab = try Lab()
        defer { lab.shutDown() }
        try lab.configure(setup)
        for node in lab.nodes { _ = try node.launcher("start") }
        let (node1, node2) = (lab.node(1), lab.node(2))
        try lab.wait(upTo: .seconds(20), for: "both links up") {
            try lab.nodes.allSatisfy { try $0.linksUp() == 2 }
        }
        _ = try node1.service("-A", "web", "unfreeze")
        try lab.wait(upTo: .seconds(20), for: "STARTED to be known on node2") {
            node2.state("web", of: node1) == .started
        }
        let receivers = try node2.processes("heartc")
        let known = lab.watch.changes.count
        let own = Programs.built + "/bench"
        let sent = try node1.run(
            own, "send", "--count", "\(count)", "--seed", "\(seed)", within: .seconds(3600))
        guard sent.succeeded else { throw LabError.failed("sending: \(sent.errors)") }
        try lab.observe(for: .seconds(2))
        guard try node2.processes("heartc") == receivers else {
            throw LabError.failed("heartc crashed and was restarted")
        }
        guard lab.watch.changes.count == known else {
            throw LabError.failed("a state changed: \(lab.watch.summary)")
        }
        line(
            "live heartc: no crash, no state change", Double(count), "datagrams",
            "in \(Int(sent.elapsed.nanoseconds / 1e9)) s")
    }
}

/// Sends the noise; run on a node by `storm`.
struct Send: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends hostile datagrams to a multicast group.", shouldDisplay: false)

    @Option var count: Int
    @Option var seed: UInt64
    @Option var group = "239.131.50.10"
    @Option var port: UInt16 = 1234
    @Option var interface = "eth0"

    mutating func run() throws {
        let socket = try UDPSocket(
            multicastSenderTo: parseIPv4(group)!, port: port, interface: interface)
        var noise = Noise(seed: seed)
        for number in 0..<count {
            noise.datagram(like: number).withUnsafeBytes { _ = socket.send($0) }
        }
    }
}

/// Datagrams that no honest peer sends.
///
/// None of them is a whole beat of the old kind: those carry no checksum, and where no trailer is
/// expected they would be taken at their word.
struct Noise {
    private var generator: SplitMix
    private let beats: [[UInt8]]

    init(seed: UInt64) {
        generator = SplitMix(state: seed)
        beats = [Layout.a, .c, .d].map {
            try! Frame(Codec.sample(services: 3), layout: $0, room: 65_507).bytes
        }
    }

    mutating func datagram(like number: Int) -> [UInt8] {
        if number % 2 == 0 {
            let length = Int.random(in: 0...1500, using: &generator)
            return (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        var bytes = beats[Int.random(in: 0..<beats.count, using: &generator)]
        for _ in 0...Int.random(in: 0...4, using: &generator) {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        }
        if Bool.random(using: &generator) {
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
        }
        return bytes
    }
}

/// The splitmix64 generator: small, fast, and the same everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
