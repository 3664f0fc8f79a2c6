// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing

@testable import WireFormat

let exampleBoot = BootIdentity(
    high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210, initStart: 42)

/// What the vectors in `Vectors/trailer` were worked out from.
private func example(_ services: [ServiceEntry], _ change: (inout Trailer) -> Void = { _ in })
    -> Heartbeat
{
    var trailer = Trailer(
        boot: exampleBoot, publication: 86_400_000_000_000, beat: 86_401_000_000_500,
        interval: .milliseconds(250))
    change(&trailer)
    return Heartbeat(
        node: "node1", port: "1234", address: "239.131.50.10", services: services,
        hostID: 0x090a_0109, elapsed: 1_700_000_000, pid: 4242, trailer: trailer)
}

private let everyRecord = example([
    ServiceEntry(
        name: "web", state: .started,
        note: ServiceNote(lastRun: LastRun(onSender: true, number: 9), lastRunAgreed: true)),
    ServiceEntry(
        name: "db-01", state: .stopped,
        note: ServiceNote(lastRun: LastRun(onSender: false, number: 1))),
    ServiceEntry(
        name: "a-service-of-31-characters-or-s", state: .startReady,
        note: ServiceNote(meaning: .gracePeriod)),
]) {
    $0.managerAbsent = true
    $0.echoes = [
        LinkEcho(link: 0xdead_beef, boot: 0x0102_0304, publication: 77),
        LinkEcho(link: 1, boot: 2, publication: 1 << 63 + 5),
    ]
}

private let shortest = example([ServiceEntry(name: "p26.opensvc.com", state: .started)])

@Suite("The trailer") struct TrailerTests {
    @Test("is written and read as docs/wire-format.md has it, byte for byte")
    func goldenBytes() throws {
        for (name, beat) in [("a-every-record", everyRecord), ("a-shortest", shortest)] {
            let bytes = try golden(name)
            #expect(try Frame(beat, layout: .a, room: 65507).bytes == bytes, "\(name)")
            #expect(try bytes.decoded(expecting: .a) == beat, "\(name)")
            #expect(try bytes.captured() == CapturedBeat(layout: .a, heartbeat: beat), "\(name)")
        }
    }

    @Test("from the future is read as far as it is understood")
    func fromTheFuture() throws {
        let expected = example([
            ServiceEntry(name: "web", state: .frozenStop),
            ServiceEntry(name: "mail", state: .frozenStop),
        ]) { $0.echoes = [LinkEcho(link: 5, boot: 6, publication: 7)] }
        let bytes = try golden("a-from-the-future")
        #expect(try bytes.decoded(expecting: .a) == expected)
        #expect(try bytes.inspected(.a).length == bytes.count)
    }

    @Test("a receiver reads its numbers in place")
    func mark() throws {
        let header = try golden("a-every-record").inspected(.a)
        #expect(
            header.trailer
                == TrailerMark(
                    boot: exampleBoot, publication: 86_400_000_000_000, beat: 86_401_000_000_500,
                    interval: .milliseconds(250)))
        #expect(header.length == 668 && header.pid == 4242 && header.elapsed == 1_700_000_000)
    }

    @Test("behind every layout comes back as it went in", arguments: [Layout.a, .c, .d])
    func roundTrip(layout: Layout) throws {
        var beat = everyRecord
        beat.services = (0..<layout.capacity + 40).map { index in
            ServiceEntry(
                name: "svc\(index)", number: Int32(index % 10),
                note: index % 3 == 0 ? ServiceNote(meaning: .frozenStart) : nil)
        }
        let frame = try Frame(beat, layout: layout, room: 65507)
        #expect(frame.hasTrailer && frame.cut == .nothing)
        #expect(try frame.bytes.decoded(expecting: layout) == beat)
        #expect(try frame.bytes.captured().layout == layout)
        let slot = frame.bytes + [UInt8](repeating: 0xA5, count: 300)
        #expect(try slot.inspected(layout, isSlot: true).length == frame.bytes.count)
        #expect(try slot.decoded() == beat)
        for other in Layout.allCases where other != layout && other != .b {
            #expect(throws: DropReason.otherLayout) { try frame.bytes.inspected(other) }
            #expect(throws: DropReason.otherLayout) {
                try (slot + [UInt8](repeating: 0, count: 9728)).inspected(other, isSlot: true)
            }
        }
    }

    @Test("every single bit that is flipped in it, or before it, is noticed")
    func sealed() throws {
        let good = try golden("a-every-record")
        for bit in 0..<good.count * 8 {
            var bytes = good
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: DropReason.self, "bit \(bit)") { try bytes.inspected(.a) }
        }
    }

    @Test("a stamp changes time, beat number and checksum, and nothing that is news")
    func stamped() throws {
        var frame = try Frame(everyRecord, layout: .a, room: 1024)
        let before = try frame.bytes.inspected(.a)
        let address = frame.bytes.withUnsafeBytes { $0.baseAddress }
        frame.stamp(elapsed: 1_700_000_001, beat: 99)
        #expect(frame.bytes.withUnsafeBytes { $0.baseAddress } == address, "it was copied")
        var expected = everyRecord
        expected.elapsed = 1_700_000_001
        expected.trailer?.beat = 99
        #expect(frame.bytes == (try Frame(expected, layout: .a, room: 1024).bytes))
        let after = try frame.bytes.inspected(.a)
        #expect(after.elapsed == 1_700_000_001 && after.trailer?.beat == 99)
        #expect(after.content == before.content)

        var plain = try Frame(Heartbeat(node: "node1"), layout: .d, room: 9384)
        plain.stamp(elapsed: 5, beat: 6)
        #expect(try plain.bytes.decoded().elapsed == 5)
    }

    @Test("a change of anything else is news")
    func news() throws {
        let changes: [(String, (inout Heartbeat) -> Void)] = [
            ("state", { $0.services[0].number = 0 }),
            ("state beyond the layout", { $0.services[2].number = 0 }),
            ("note", { $0.services[0].note?.lastRunAgreed = false }),
            ("echo", { $0.trailer?.echoes[0].publication += 1 }),
            ("publication", { $0.trailer?.publication += 1 }),
            ("boot", { $0.trailer?.boot = BootIdentity(high: 1, low: 2, initStart: 3) }),
            ("flag", { $0.trailer?.managerAbsent = false }),
            (
                "no trailer",
                {
                    $0.services.removeLast(); $0.trailer = nil
                }
            ),
        ]
        let content = try Frame(everyRecord, layout: .a, room: 1024).bytes.inspected(.a).content
        for (what, change) in changes {
            var beat = everyRecord
            change(&beat)
            let header = try Frame(beat, layout: .a, room: 1024).bytes.inspected(.a)
            #expect(header.content != content, "\(what)")
        }
        var process = everyRecord
        process.pid = 4243
        let header = try Frame(process, layout: .a, room: 1024).bytes.inspected(.a)
        #expect(header.content == content, "another process of the same sender is no news")
    }

    @Test("CRC32C gives the sums of RFC 3720, B.4, and of a boot identity worked out by hand")
    func checksums() {
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(Array(0..<32)) == 0x46DD_794E)
        #expect(CRC32C.checksum([UInt8]()) == 0)
        #expect(exampleBoot.checksum == 0x5F46_2FDF)
        var parts = CRC32C()
        parts.update(Array("xx12345".utf8), 2..<7)
        parts.update(Array("6789".utf8), 0..<4)
        #expect(parts.value == 0xE306_9283)
    }
}
