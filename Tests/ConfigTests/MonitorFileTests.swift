// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing

@testable import Config

struct MonitorFileTests {
    @Test("the tutorial's monitor file gives the arguments that ps shows")
    func tutorial() {
        let parsed = monitor(
            """
            node1 net eth0 239.131.50.10 1234 10
            node1\tdio\t/dev/mapper/14f50\t0\t10
            node2 unicast eth0 10.0.0.1 ezha-beat 0.5
            node2 raw /dev/sdb 4194304 2
            """)
        // The last line's type is accepted, but means nothing to others.
        #expect(
            printed(parsed) == [
                "monitor:4: type raw: C programs and OpenSVC clients know it as disk only"
            ])
        let lines = parsed.value.lines
        #expect(lines.map(\.kind) == [.net, .dio, .unicast, .disk])
        #expect(
            lines.map { $0.receiverArguments.joined(separator: " ") } == [
                "eth0 239.131.50.10 1234 10", "/dev/mapper/14f50 0 10",
                "eth0 10.0.0.1 ezha-beat 0.5",
                "/dev/sdb 4194304 2",
            ])
        #expect(lines.map(\.senderArguments.last) == ["1234", "0", "ezha-beat", "4194304"])
        #expect(
            lines.map(\.keyName) == [
                "239.131.50.10-1234-eth0", ".dev.mapper.14f50.0", "10.0.0.1-ezha-beat-eth0",
                ".dev.sdb.4194304",
            ])
        #expect(lines.map(\.offset) == [nil, 0, nil, 4_194_304])
        #expect(
            lines.map(\.timeout) == [.seconds(10), .seconds(10), .milliseconds(500), .seconds(2)])
        #expect(
            lines.map(\.interval) == [
                .seconds(1), .seconds(1), .milliseconds(125), .milliseconds(500),
            ])
        #expect(lines[3].columns.joined(separator: " ") == "node2 disk /dev/sdb 4194304 2")
    }

    /// Worked out with an independent CRC32C; "123456789" is the check value of the polynomial.
    @Test("a link's number is the CRC32C of its sender's line")
    func linkID() throws {
        let lines = monitor(
            "node1 net eth0 239.131.50.10 1234 10\nnode2 raw /dev/sdb 2 10\n"
        ).value.lines
        #expect(lines.map(\.linkID) == [0x66EA_47A1, 0x45F6_F8D9])
    }

    @Test(
        "a line that no daemon could use is reported and left out",
        arguments: [
            ("node2", "only 1 column"),
            ("node2 net", "only 2 columns of 6: NODE net INTERFACE ADDRESS PORT TIMEOUT"),
            ("node2 net eth0 239.1.1.1 1234", "only 5 columns of 6"),
            ("node2 dio /dev/sdb 0", "only 4 columns of 5: NODE dio DEVICE OFFSET TIMEOUT"),
            ("node2 NET eth0 239.1.1.1 1234 10", "unknown type of link NET"),
            ("node2 serial /dev/ttyS0 0 10", "unknown type of link serial"),
            ("node2 net eth0 10.0.0.1 1234 10", "10.0.0.1 is no multicast address"),
            ("node2 unicast eth0 239.1.1.1 1234 10", "239.1.1.1 is a multicast address"),
            ("node2 net eth0 239.1.1.010 1234 10", "239.1.1.010 is not an IPv4 address"),
            ("node2 net eth0 239.1.1.256 1234 10", "not an IPv4 address"),
            ("node2 net eth0 239.1.1 1234 10", "not an IPv4 address"),
            ("node2 net eth0 239.1.1.1. 1234 10", "not an IPv4 address"),
            ("node2 net a-name-too-long-1 239.1.1.1 1234 10", "cannot be a network interface"),
            ("node2 net ../x 239.1.1.1 1234 10", "cannot be a network interface"),
            ("node2 net eth0 239.1.1.1 0 10", "port 0 is neither"),
            ("node2 net eth0 239.1.1.1 65536 10", "port 65536 is neither"),
            ("node2 net eth0 239.1.1.1 -5 10", "port -5 is neither"),
            ("node2 net eth0 239.1.1.1 0x4d2 10", "port 0x4d2 is neither"),
            ("node2 net eth0 239.1.1.1 a/b 10", "port a/b is neither"),
            ("node2 dio /dev/sdb -1 10", "offset -1 is not a number"),
            ("node2 dio /dev/sdb +1 10", "offset +1 is not a number"),
            ("node2 dio /dev/sdb 1k 10", "offset 1k is not a number"),
            ("node2 dio /dev/sdb 18446744073709551616 10", "is not a number"),
            ("node2 dio /dev/sdb 18014398509481984 10", "lies beyond any disk"),
            ("node2 dio sdb 0 10", "device sdb is not an absolute path"),
            ("node2 dio /dev/sdb 0 0", "timeout 0 is not from 0.1"),
            ("node2 dio /dev/sdb 0 0.09", "timeout 0.09 is not from 0.1"),
            ("node2 dio /dev/sdb 0 -3", "timeout -3 is not a number"),
            ("node2 dio /dev/sdb 0 ten", "timeout ten is not a number"),
            ("node2 dio /dev/sdb 0 1.", "timeout 1. is not a number"),
            ("node2 dio /dev/sdb 0 1.5.5", "timeout 1.5.5 is not a number"),
            ("node2 dio /dev/sdb 0 99999999999", "timeout 99999999999 is not a number"),
            ("node/2 dio /dev/sdb 0 10", "node/2 cannot be a node's name"),
        ])
    func refused(line: String, reason: String) {
        let parsed = monitor("node1 net eth0 239.1.1.9 1234 10\n\(line)\nnode3 dio /dev/sdc 0 10\n")
        #expect(parsed.value.lines.map(\.node) == ["node1", "node3"])
        #expect(parsed.findings.count == 1)
        #expect(printed(parsed).first?.hasPrefix("monitor:2: ") == true)
        #expect(printed(parsed).first?.contains(reason) == true, "\(printed(parsed))")
    }

    @Test("two lines that would share a lock are one too many")
    func sharedLock() {
        let parsed = monitor(
            "node1 net eth0 239.1.1.1 1234 10\nnode2 net eth0 239.1.1.1 1234 10\n")
        #expect(parsed.value.lines.count == 1)
        #expect(
            printed(parsed) == [
                "monitor:2: address, port and interface are those of line 1, they would share the "
                    + "lock 239.1.1.1-1234-eth0.key: ignored"
            ])
    }

    @Test("a port with a leading zero is decimal")
    func port() {
        #expect(Port("010") == .number(10))
        #expect(Port("65535") == .number(65535))
        #expect(Port("ezha_beat") == .name("ezha_beat"))
    }

    @Test("an empty monitor file is reported, with or without bad lines")
    func empty() {
        #expect(printed(monitor("")) == ["monitor: no link: no peer can be heard"])
        #expect(printed(monitor("# none\n")) == ["monitor: no link: no peer can be heard"])
        #expect(printed(monitor("x\n")).count == 2)
    }

    @Test("types that no link has are told apart from the rest")
    func unknownTypes() {
        let text =
            "node1 serial /dev/ttyS0\n# node1 x\nnode1 raw /d 0 1\nnode1\nnode1 NET a b c d\n"
        #expect(MonitorFile.unknownTypes(in: bytes(text)) == ["serial", "NET"])
    }

    @Test("words after the timeout, a shared group and a 17th peer link are warnings")
    func warnings() {
        let extra = monitor("node1 dio /dev/sdb 0 10 # ours\n")
        #expect(extra.value.lines.count == 1)
        #expect(extra.findings.map(\.isWarning) == [true])
        let group = monitor("node1 net eth0 239.1.1.1 1 9\nnode2 net eth1 239.1.1.1 1 9\n")
        #expect(group.value.lines.count == 2)
        #expect(printed(group) == ["monitor:2: group and port are those of line 1 too"])
        let slots = (0..<17).map { "node1 dio /dev/sdb \($0) 9\n" }.joined()
        let many = monitor(slots + "node2 dio /dev/sdc 0 9\n")
        #expect(many.value.lines.count == 18)
        #expect(
            printed(many) == ["monitor:17: 17 links for node node2 to hear, a C program holds 16"])
    }
}
