// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WireFormat

/// One vector: bytes that a C program sent or wrote, and the facts about them.
struct Recorded: CustomTestStringConvertible, Sendable {
    struct Service: Decodable, Equatable, Sendable {
        var name: String
        var state: Int32?
    }

    struct Facts: Decodable, Sendable {
        var layout: String
        var transport: String
        var nodename: String
        var port: String?
        var addr: String?
        var pid: Int32?
        var hostid: UInt32?
        var elapsed: UInt32?
        var up: Int32
        var services: [Service]
        var servicesOnWire: [Service]?
        var size: Int
        var sha256: String

        enum CodingKeys: String, CodingKey {
            case layout, transport, nodename, port, addr, pid, hostid, elapsed, up, services
            case servicesOnWire = "services_on_wire"
            case size, sha256
        }
    }

    var name: String
    var facts: Facts
    var bytes: [UInt8]

    var testDescription: String { name }
    var layout: Layout { Layout(rawValue: facts.layout)! }
    var isSlot: Bool { facts.transport == "dio" || facts.transport == "raw" }

    /// The heartbeat that the facts describe; only for vectors that hold a whole structure.
    var heartbeat: Heartbeat {
        Heartbeat(
            node: facts.nodename, up: facts.up, port: facts.port!, address: facts.addr!,
            services: facts.servicesOnWire!.map {
                ServiceEntry(name: $0.name, number: $0.state!)
            }, hostID: facts.hostid!, elapsed: facts.elapsed!, pid: facts.pid!)
    }

    /// All vectors; those of layout B's disks hold only the first block.
    static let all: [Recorded] = {
        let folder = Bundle.module.resourceURL!.appendingPathComponent("Vectors")
        return Layout.allCases.flatMap { layout in
            let names = try! FileManager.default.contentsOfDirectory(
                atPath: folder.appendingPathComponent(layout.rawValue).path)
            return names.filter { $0.hasSuffix(".json") }.sorted().map { file in
                let url = folder.appendingPathComponent(layout.rawValue + "/" + file)
                let binary = url.deletingPathExtension().appendingPathExtension("bin")
                return Recorded(
                    name: layout.rawValue + "/" + binary.lastPathComponent,
                    facts: try! JSONDecoder().decode(Facts.self, from: Data(contentsOf: url)),
                    bytes: [UInt8](try! Data(contentsOf: binary)))
            }
        }
    }()

    static let whole = all.filter { $0.bytes.count >= $0.layout.size }
    static let cut = all.filter { $0.bytes.count < $0.layout.size }
    static let encodable = whole.filter { $0.layout != .b }
}

extension [UInt8] {
    func decoded(expecting layout: Layout? = nil) throws(DropReason) -> Heartbeat {
        try Heartbeat(decoding: span.bytes, expecting: layout)
    }

    func captured() throws(CaptureError) -> CapturedBeat { try CapturedBeat(span.bytes) }

    /// As the receiver on node2 looks at a beat of node1.
    func inspected(
        _ layout: Layout, peer: String = "node1", own: String = "node2", isSlot: Bool = false
    ) throws(DropReason) -> FrameHeader {
        try FrameHeader(
            inspecting: span.bytes, layout: layout, peer: Array(peer.utf8), own: Array(own.utf8),
            isSlot: isSlot)
    }

    /// Lower-case hexadecimal.
    var hex: String { map { String(format: "%02x", $0) }.joined() }
}
