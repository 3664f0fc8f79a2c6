// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing
import WireFormat

@testable import Config

struct DiskSlotTests {
    static func slots(_ offsets: [UInt64]) -> MonitorFile {
        let lines = offsets.enumerated().map { "node\($0 + 1) dio /dev/sdb \($1) 10\n" }
        return monitor(lines.joined()).value
    }

    /// What the manuals recommend, and which layouts take it (specification, 2.3).
    @Test(
        "slots must lie as far apart as the layout is long",
        arguments: [
            ([0, 2], "A"), ([0, 10], "AC"), ([0, 16], "AC"), ([0, 18], "AC"), ([0, 19], "ACD"),
            ([19, 0], "ACD"), ([0, 1], "A"), ([0, 6], "A"), ([0, 7], "AC"), ([0, 0], ""),
            ([5, 5], ""), ([0, 19, 38], "ACD"), ([0, 38, 20], "AC"),
        ])
    func spacing(offsets: [UInt64], fits: String) {
        let file = Self.slots(offsets)
        for layout in [Layout.a, .c, .d] {
            let findings = file.overlaps(layout: layout, file: "monitor") { _ in 1 }
            #expect(findings.isEmpty == fits.contains(layout.rawValue), "\(offsets) \(layout)")
        }
    }

    @Test("an overlap names both lines, the distance and the tunable")
    func text() {
        let findings = Self.slots([0, 2]).overlaps(layout: .d, file: "/c/monitor") { _ in nil }
        #expect(
            findings.map(\.description) == [
                "/c/monitor:2: disk heartbeat offset overlap: the slots of lines 1 and 2 of "
                    + "/dev/sdb lie 2 blocks apart, layout D (EZ_WIRE) needs 19: move one, or set "
                    + "EZ_WIRE=A"
            ])
        let same = Self.slots([7, 7]).overlaps(layout: .a, file: "m") { _ in nil }
        #expect(
            same.map(\.description) == [
                "m:2: disk heartbeat offset overlap: the slots of lines 1 and 2 of /dev/sdb lie 0 "
                    + "blocks apart, layout A (EZ_WIRE) needs 1: move one"
            ])
    }

    @Test("two names of one disk are one disk, two disks are two")
    func devices() {
        let file = monitor(
            "node1 dio /dev/mapper/a 0 10\nnode2 disk /dev/dm-3 0 10\nnode1 dio /dev/sdb 0 10\n"
        ).value
        let same = ["/dev/mapper/a": UInt64(3), "/dev/dm-3": 3]
        #expect(file.overlaps(layout: .a, file: "m") { same[$0] }.map(\.line) == [2])
        #expect(file.overlaps(layout: .a, file: "m") { _ in nil }.isEmpty)
    }

    @Test("64-bit offsets are compared as such")
    func large() {
        let file = Self.slots([18_014_398_509_480_000, 18_014_398_509_480_018])
        #expect(file.overlaps(layout: .d, file: "m") { _ in nil }.count == 1)
        #expect(file.overlaps(layout: .c, file: "m") { _ in nil }.isEmpty)
    }

    @Test("a slot may carry what lies between the two closest slots of its disk")
    func room() {
        let file = monitor(
            """
            node1 dio /dev/sdb 0 10
            node2 dio /dev/sdb 40 10
            node3 disk /dev/sdb 60 10
            node1 dio /dev/sdc 0 10
            node1 net eth0 239.1.1.1 1234 10
            """
        ).value
        let rooms = file.lines.map { file.slotRoom(of: $0) { _ in nil } }
        #expect(rooms == [20 * 512, 20 * 512, 20 * 512, nil, nil])
    }
}
