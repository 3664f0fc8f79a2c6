// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing

@testable import WireFormat

private func crowded(services: Int, echoes: Int, nameLength: Int = 15) -> Heartbeat {
    let entries = (0..<services).map { index in
        let number = String(index)
        let name = String(repeating: "n", count: nameLength - number.count) + number
        let run = LastRun(onSender: true, number: UInt32(index))
        return ServiceEntry(name: name, state: .started, note: ServiceNote(lastRun: run))
    }
    let echo = LinkEcho(link: 1, boot: 2, publication: 3)
    let trailer = Trailer(
        boot: exampleBoot, publication: 1, echoes: [LinkEcho](repeating: echo, count: echoes))
    return Heartbeat(node: "node1", services: entries, elapsed: 1, pid: 1, trailer: trailer)
}

@Suite("Room for a trailer") struct RoomTests {
    @Test("16 services and 8 echoes fit between the tutorial's offsets 0 and 2")
    func tutorialSlots() throws {
        let beat = crowded(services: 16, echoes: 8)
        let frame = try Frame(beat, layout: .a, room: 1024)
        #expect(frame.cut == .nothing)
        #expect(frame.bytes.count == 504 + 60 + (4 + 8 * 16) + (4 + 16 * 8) + 4)
        #expect(try frame.bytes.decoded(expecting: .a) == beat)
        let wide = try Frame(crowded(services: 128, echoes: 8), layout: .d, room: 65507)
        #expect(wide.cut == .nothing && wide.bytes.count == 10_608)
    }

    @Test(
        "1000 services with the longest names and 8 echoes fit a datagram of every layout",
        arguments: [Layout.a, .c, .d])
    func thousand(layout: Layout) throws {
        // Layout C has names of 15: with 63 all of them would be beyond it.
        let length = layout == .c ? 61 : 63
        var beat = crowded(services: 1000, echoes: 8, nameLength: length)
        let frame = try Frame(beat, layout: layout, room: 65507)
        #expect(frame.bytes.count <= 65507)
        #expect(layout != .d || frame.bytes.count == 65_392)
        let decoded = try frame.bytes.decoded(expecting: layout)
        for index in beat.services.indices where frame.cut != .nothing {
            beat.services[index].note = nil
        }
        #expect(decoded == beat && decoded.trailer?.echoes.count == 8)
    }

    @Test(
        "short, it loses notes first, then echoes, then itself",
        arguments: [
            (836, TrailerCut.nothing), (832, .nothing), (831, .notes), (700, .notes),
            (699, .notesAndEchoes),
            (568, .notesAndEchoes), (567, .trailer), (504, .trailer),
        ])
    func degrades(room: Int, cut: TrailerCut) throws {
        let frame = try Frame(crowded(services: 16, echoes: 8), layout: .a, room: room)
        #expect(frame.cut == cut && frame.bytes.count <= room)
        #expect(frame.hasTrailer == (cut != .trailer))
        let decoded = try frame.bytes.decoded(expecting: .a)
        #expect(decoded.services.count == 16)
        #expect((decoded.services[3].note != nil) == (cut == .nothing))
        #expect(decoded.trailer?.echoes.isEmpty != (cut == .nothing || cut == .notes))
    }

    @Test("a service is never dropped silently")
    func refused() throws {
        let many = crowded(services: 17, echoes: 0)
        #expect(throws: EncodeError.tooManyServices(17, limit: 16)) {
            try Frame(many, layout: .a, room: 512)
        }
        var plain = many
        plain.trailer = nil
        #expect(throws: EncodeError.tooManyServices(17, limit: 16)) {
            try Frame(plain, layout: .a, room: 65507)
        }
        #expect(try Frame(many, layout: .a, room: 600).cut == .notes)
        let name = String(repeating: "x", count: 16)
        let long = Heartbeat(node: "n", services: [ServiceEntry(name: name, state: .started)])
        #expect(throws: EncodeError.serviceNameTooLong(name, limit: 15)) {
            try Frame(long, layout: .c, room: 65507)
        }
        #expect(try Frame(long, layout: .d, room: 9384).bytes.decoded().services == long.services)
    }

    @Test(
        "no total is as long as another layout's structure",
        arguments: [
            (Layout.a, 2856), (.a, 3240), (.a, 9384), (.c, 9384),
        ])
    func padded(layout: Layout, size: Int) throws {
        // The structure full, then one service in the trailer with a name that fills it up.
        var beat = crowded(services: layout.capacity, echoes: 0, nameLength: 15)
        for index in beat.services.indices { beat.services[index].note = nil }
        let length = size - layout.size - 64 - 4 - 1
        beat.services.append(
            ServiceEntry(name: String(repeating: "x", count: length), state: .started))
        let frame = try Frame(beat, layout: layout, room: 65507)
        #expect(frame.bytes.count == size + 4)
        #expect(try frame.bytes.inspected(layout).length == size + 4)
        #expect(try frame.bytes.decoded(expecting: layout) == beat)
        beat.services[layout.capacity].name.removeLast()
        #expect(try Frame(beat, layout: layout, room: 65507).bytes.count == size - 1)
    }

    @Test("what no field can hold is refused, with its name")
    func unfit() {
        let long = String(repeating: "n", count: 128)
        let entry = { ServiceEntry(name: $0, number: 99) }
        let wide = String(repeating: "w", count: 64)
        let table: [(Heartbeat, Layout, EncodeError)] = [
            (Heartbeat(node: "n"), .b, .layoutIsDecodeOnly(.b)),
            (Heartbeat(node: long), .d, .nodeNameTooLong(long)),
            (Heartbeat(node: "n", port: "123456"), .d, .unfitText("123456")),
            (Heartbeat(node: "n", address: "1234.1234.1234.1"), .a, .unfitText("1234.1234.1234.1")),
            (Heartbeat(node: "n", services: [entry("")]), .a, .unfitService("")),
            (Heartbeat(node: "n", services: [entry("a\u{0}b")]), .a, .unfitService("a\u{0}b")),
            (Heartbeat(node: "n", services: [entry(wide)]), .d, .unfitService(wide)),
        ]
        for (beat, layout, error) in table {
            #expect(throws: error) { try Frame(beat, layout: layout, room: 65507) }
            #expect(!error.description.isEmpty)
        }
        #expect(throws: EncodeError.noRoom(503, needed: 504)) {
            try Frame(Heartbeat(node: "n"), layout: .a, room: 503)
        }
    }
}
