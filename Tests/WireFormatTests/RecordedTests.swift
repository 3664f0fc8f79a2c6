// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing

@testable import WireFormat

@Suite("What the C programs sent") struct RecordedTests {
    @Test("all vectors are there, unchanged", arguments: Recorded.all)
    func unchanged(_ vector: Recorded) {
        #expect(vector.bytes.count == vector.facts.size)
        #expect(SHA256.hex(of: vector.bytes) == vector.facts.sha256)
    }

    @Test("there are 65 of them, five of layout B's disks cut short twice")
    func count() {
        #expect(Recorded.all.count == 65)
        #expect(Recorded.cut.count == 10)
    }

    @Test("decodes to the recorded facts", arguments: Recorded.whole)
    func decodes(_ vector: Recorded) throws {
        #expect(try vector.bytes.decoded(expecting: vector.layout) == vector.heartbeat)
        #expect(try vector.bytes.decoded() == vector.heartbeat)
    }

    @Test("its layout is found out without being told", arguments: Recorded.whole)
    func captured(_ vector: Recorded) throws {
        let beat = try vector.bytes.captured()
        #expect(beat.layout == vector.layout)
        #expect(beat.heartbeat == vector.heartbeat)
    }

    @Test("the same facts encode to the same bytes", arguments: Recorded.encodable)
    func encodes(_ vector: Recorded) throws {
        let frame = try Frame(vector.heartbeat, layout: vector.layout, room: 65507)
        #expect(frame.bytes == Array(vector.bytes.prefix(vector.layout.size)))
        #expect(!frame.hasTrailer && frame.cut == .nothing)
    }

    @Test("a receiver of that layout takes it", arguments: Recorded.encodable)
    func accepted(_ vector: Recorded) throws {
        let header = try vector.bytes.inspected(vector.layout, isSlot: vector.isSlot)
        #expect(header.layout == vector.layout && header.trailer == nil)
        #expect(header.elapsed == vector.facts.elapsed && header.pid == vector.facts.pid)
        #expect(header.length == vector.layout.size)
    }

    @Test(
        "a receiver of another layout knows that the peer lives, and no more",
        arguments: Recorded.encodable)
    func otherLayout(_ vector: Recorded) {
        for layout in Layout.allCases where layout != vector.layout && layout != .b {
            // A slot is read as far as both layouts reach; what was written last lies in front.
            var bytes = vector.bytes
            if vector.isSlot { bytes += [UInt8](repeating: 0, count: 9728 - bytes.count) }
            #expect(throws: DropReason.otherLayout) {
                try bytes.inspected(layout, isSlot: vector.isSlot)
            }
            let other = FrameHeader.otherLayout(
                in: bytes.span.bytes, ours: layout, isSlot: vector.isSlot)
            #expect(other?.layout == vector.layout && other?.elapsed == vector.facts.elapsed)
        }
    }

    @Test("a slot that C once filled with one layout and now with another is the newer one")
    func overwritten() throws {
        for old in Recorded.encodable where old.isSlot {
            for new in Recorded.encodable where new.isSlot && new.layout.size < old.layout.size {
                let bytes = new.bytes + old.bytes.dropFirst(new.bytes.count)
                #expect(throws: DropReason.otherLayout, "\(new.name) over \(old.name)") {
                    try bytes.inspected(old.layout, isSlot: true)
                }
                let header = try bytes.inspected(new.layout, isSlot: true)
                #expect(header.elapsed == new.facts.elapsed, "\(new.name) over \(old.name)")
            }
        }
    }

    @Test(
        "the first block of layout B, all it ever wrote to a disk, is no beat",
        arguments: Recorded.cut)
    func firstBlockOfB(_ vector: Recorded) {
        #expect(throws: CaptureError.self) { try vector.bytes.captured() }
        for layout in [Layout.c, .d] {
            #expect(throws: DropReason.tooShort) { try vector.bytes.decoded(expecting: layout) }
        }
    }

    @Test(
        "the specification's own vectors",
        arguments: [
            (Layout.a, "f1ec385aa6cd687df78312e31035b67fedd2f1a96e4fab2695e33b9e34a48ed4"),
            (.c, "d07dcc3dceba4be625c5d2cd83b24531345d1cd31b25ad6e2a5bae6fcbed07a9"),
            (.d, "442538897e53c08397b81de1614e22d8464d0d4255436df77269c2d4f476c127"),
        ])
    func specification(layout: Layout, digest: String) throws {
        #expect(SHA256.hex(of: try Frame(specified, layout: layout, room: 65507).bytes) == digest)
    }

    @Test("the specification's vector of layout B, put together by hand, is decoded")
    func specificationOfB() throws {
        var bytes = [UInt8](repeating: 0, count: 2856)
        for (offset, run) in [
            (0, Array("node1".utf8)), (128, [1]), (136, Array("1234".utf8)),
            (141, Array("239.131.50.10".utf8)), (156, Array("p26.opensvc.com".utf8)),
            (2204, [0x32]), (2844, [0x09, 0x01, 0x0a, 0x09]), (2848, [0x00, 0xf1, 0x53, 0x65]),
            (2852, [0x92, 0x10]),
        ] { bytes.replaceSubrange(offset..<offset + run.count, with: run) }
        #expect(
            SHA256.hex(of: bytes)
                == "9be76a0a623b2541ca00a900df034361e115fb56250e53e77a12e63e14c0c1d1")
        #expect(try bytes.captured() == CapturedBeat(layout: .b, heartbeat: specified))
    }
}

/// The facts of the specification's vectors.
private let specified = Heartbeat(
    node: "node1", port: "1234", address: "239.131.50.10",
    services: [ServiceEntry(name: "p26.opensvc.com", state: .started)],
    hostID: 0x090a_0109, elapsed: 1_700_000_000, pid: 4242)
