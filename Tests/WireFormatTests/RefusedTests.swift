// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing

@testable import WireFormat

/// One way to spoil a good beat, and the reason for which it must be dropped; nil: it counts.
struct Spoiled: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var reason: DropReason?
    var isSlot = false
    var hasTrailer = false
    var spoil: @Sendable (inout [UInt8]) -> Void

    init(
        _ description: String, _ reason: DropReason?, isSlot: Bool = false, trailer: Bool = false,
        _ spoil: @escaping @Sendable (inout [UInt8]) -> Void
    ) {
        testDescription = description
        self.reason = reason
        self.isSlot = isSlot
        hasTrailer = trailer
        self.spoil = spoil
    }

    static let table: [Spoiled] = [
        Spoiled("nothing spoiled", nil) { _ in },
        Spoiled("no bytes", .tooShort) { $0 = [] },
        Spoiled("one byte", .tooShort) { $0 = [0x6E] },
        Spoiled("one byte short", .tooShort) { $0.removeLast() },
        Spoiled("one byte long", .wrongLength) { $0.append(0) },
        Spoiled("as long as any datagram", .wrongLength) {
            $0 += [UInt8](repeating: 1, count: 65003)
        },
        Spoiled("half a magic behind", .wrongLength) { $0 += TrailerFormat.magic.prefix(7) },
        Spoiled("only a magic behind", .badTrailer) { $0 += TrailerFormat.magic },
        Spoiled("no node", .emptyNode) { $0[0] = 0 },
        Spoiled("zeros in a datagram", .emptyNode) { $0 = [UInt8](repeating: 0, count: 504) },
        Spoiled("a node without end", .unterminatedName) {
            for index in 0..<128 { $0[index] = 0x78 }
        },
        Spoiled("another node", .foreignNode) { $0[4] = 0x33 },
        Spoiled("a longer node", .foreignNode) { $0[5] = 0x31 },
        Spoiled("a shorter node", .foreignNode) { $0[4] = 0 },
        Spoiled("ourselves", .ownNode) { $0[4] = 0x32 },
        Spoiled("another layout's junk of that length, of another node", .tooShort) {
            $0 = [UInt8](repeating: 0x61, count: 400)
        },
        Spoiled("B's length without B's content", .wrongLength) {
            $0 += [UInt8](repeating: 0x61, count: 2856 - 504)
        },
        Spoiled("a first name without end", .unterminatedName) {
            for index in 156..<172 { $0[index] = 0x61 }
        },
        Spoiled("a second name without end", .unterminatedName) {
            for index in 172..<188 { $0[index] = 0x61 }
        },
        Spoiled("a name without end behind an empty one", nil) {
            for index in 204..<220 { $0[index] = 0x61 }
        },
        Spoiled("state 99, which drops its entry only", nil) { $0[412] = 99 },
        Spoiled("a name that climbs, which drops its entry only", nil) {
            $0[156] = 0x2E
            $0[157] = 0x2E
            $0[158] = 0x2F
        },
        Spoiled("up 7", nil) { $0[128] = 7 },
        Spoiled("a slot never written", .blank, isSlot: true) {
            $0 = [UInt8](repeating: 0, count: 1024)
        },
        Spoiled("a slot without a node", .emptyNode, isSlot: true) { $0[0] = 0 },
        Spoiled("a slot with anything behind", nil, isSlot: true) {
            $0 += [UInt8](repeating: 0xA5, count: 520)
        },
        Spoiled("a slot read too short", .tooShort, isSlot: true) { $0.removeLast(20) },
        Spoiled("a good trailer", nil, trailer: true) { _ in },
        Spoiled("a byte behind the trailer", .badTrailer, trailer: true) { $0.append(0) },
        Spoiled("a byte behind the trailer in a slot", nil, isSlot: true, trailer: true) {
            $0.append(0)
        },
        Spoiled("a trailer cut short", .badTrailer, trailer: true) { $0.removeLast() },
        Spoiled("a trailer cut short in a slot", .badTrailer, isSlot: true, trailer: true) {
            $0.removeLast()
        },
        Spoiled("a magic that is damaged", .wrongLength, trailer: true) { $0[504] ^= 1 },
        Spoiled("a magic that is damaged in a slot: no trailer", nil, isSlot: true, trailer: true) {
            $0[504] ^= 1
        },
        Spoiled("a wrong checksum", .badTrailer, trailer: true) { $0[$0.count - 1] ^= 1 },
        Spoiled("a state that the checksum does not cover", .badTrailer, trailer: true) {
            $0[412] ^= 1
        },
        Spoiled("version 0", .badTrailer, trailer: true) { $0.reseal { $0[512] = 0 } },
        Spoiled("version 65535", nil, trailer: true) {
            $0.reseal {
                $0[512] = 0xFF
                $0[513] = 0xFF
            }
        },
        Spoiled("a length of 63", .badTrailer, trailer: true) { $0.reseal { $0[516] = 63 } },
        Spoiled("a length of 4 GB", .badTrailer, trailer: true) {
            $0.reseal { for index in 516..<520 { $0[index] = 0xFF } }
        },
        Spoiled("a record that runs over the end", .badTrailer, trailer: true) {
            $0.reseal { $0[566] = 0xFF }
        },
        Spoiled("an echo of 15 bytes", .badTrailer, trailer: true) { $0.appendRecord(1, 15) },
        Spoiled("a note of 7 bytes", .badTrailer, trailer: true) { $0.appendRecord(3, 7) },
        Spoiled("a service without a name", .badTrailer, trailer: true) { $0.appendRecord(2, 1) },
        Spoiled("a service without a state", .badTrailer, trailer: true) {
            $0.appendRecord(2, 3, of: 0x61)
        },
        Spoiled("half a record header", .badTrailer, trailer: true) { $0.appendRecord(0, -2) },
        Spoiled("a record of an unknown type", nil, trailer: true) { $0.appendRecord(77, 5) },
        Spoiled("a second echo record", nil, trailer: true) { $0.appendRecord(1, 16) },
    ]
}

extension [UInt8] {
    /// Damages a trailer and gives it a right checksum again.
    fileprivate mutating func reseal(_ damage: (inout [UInt8]) -> Void) {
        damage(&self)
        removeLast(4)
        let crc = CRC32C.checksum(self)
        append(littleEndian: crc)
    }

    /// Puts one more record behind the others; `length` -2 puts in two bytes, no record.
    fileprivate mutating func appendRecord(_ type: UInt16, _ length: Int, of byte: UInt8 = 0) {
        reseal { bytes in
            bytes.removeLast(4)
            bytes.append(littleEndian: type)
            if length >= 0 {
                bytes.append(littleEndian: UInt16(length))
                bytes += [UInt8](repeating: byte, count: length)
            }
            bytes += [0, 0, 0, 0]
            bytes.set(UInt32(bytes.count - 504), at: 516)
        }
    }
}

@Suite("What a receiver refuses") struct RefusedTests {
    @Test("a spoiled beat is dropped for the right reason", arguments: Spoiled.table)
    func dropped(_ row: Spoiled) throws {
        var beat = Heartbeat(
            node: "node1",
            services: ["web", "db"].map { ServiceEntry(name: $0, state: .started) },
            elapsed: 1_700_000_000, pid: 4242)
        if row.hasTrailer {
            let echo = LinkEcho(link: 1, boot: 2, publication: 3)
            beat.trailer = Trailer(boot: exampleBoot, publication: 4, echoes: [echo])
        }
        var bytes = try Frame(beat, layout: .a, room: 65507).bytes
        row.spoil(&bytes)
        let result = Result { () throws(DropReason) in
            try bytes.inspected(.a, isSlot: row.isSlot)
        }
        switch (result, row.reason) {
        case (.success, nil): break
        case (.failure(let reason), let expected?): #expect(reason == expected)
        case (.success, let expected?): Issue.record("taken, though \(expected)")
        case (.failure(let reason), nil): Issue.record("dropped: \(reason)")
        }
        if row.reason == nil {
            #expect(try bytes.decoded(expecting: .a).node == "node1")
        }
    }

    @Test("a beat of another layout counts as life only with the peer's name")
    func otherLayout() throws {
        for (node, reason) in [
            ("node1", DropReason.otherLayout), ("node2", .ownNode), ("node3", .foreignNode),
        ] {
            let bytes = try Frame(
                Heartbeat(node: node, elapsed: 1, pid: 1), layout: .d, room: 65507
            ).bytes
            #expect(throws: reason) { try bytes.inspected(.a) }
            #expect(throws: reason) { try bytes.inspected(.a, isSlot: true) }
        }
    }

    @Test("entries that are no service or no state are left out and counted")
    func entries() {
        let names = ["web", "..", ".", "-r", "a/b", "", "w b", "#", "é", "db_1.x-Y", "web"]
        var beat = Heartbeat(
            node: "n", services: names.map { ServiceEntry(name: $0, state: .started) })
        for number in [99, -1, 10, 255] as [Int32] {
            beat.services.append(ServiceEntry(name: "s\(number)", number: number))
        }
        let (services, dropped) = beat.validServices
        #expect(services.map(\.name) == ["web", "db_1.x-Y"])
        #expect(dropped == 13)
    }

    @Test("a state byte of layout A that is no digit is never taken for a state")
    func stateBytes() throws {
        for byte in UInt8.min...UInt8.max {
            var bytes = try Frame(
                Heartbeat(node: "node1", services: [ServiceEntry(name: "web", state: .stopped)]),
                layout: .a, room: 504
            ).bytes
            bytes[412] = byte
            let entry = try bytes.decoded(expecting: .a).services[0]
            #expect(entry.state == ServiceState(digit: byte), "byte \(byte)")
            #expect((byte != 0xFF) || entry.number == 255)
            let again = Heartbeat(node: "node1", services: [entry])
            #expect(try Frame(again, layout: .a, room: 504).bytes[412] == byte)
        }
    }

    @Test(
        "garbage given to `hb --decode` gets a reason",
        arguments: [
            [], [1, 2, 3], [UInt8](repeating: 0, count: 512), [UInt8](repeating: 0x61, count: 504),
            [UInt8](repeating: 0xFF, count: 9384), [UInt8](repeating: 0x20, count: 700),
            Array("node1".utf8) + [UInt8](repeating: 0, count: 499) + TrailerFormat.magic,
        ])
    func garbage(_ bytes: [UInt8]) {
        let error = #expect(throws: CaptureError.self) { try bytes.captured() }
        #expect(error?.description.isEmpty == false)
    }
}
