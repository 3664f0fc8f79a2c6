// SPDX-License-Identifier: Apache-2.0

import Board
import Foundation
import Glibc
import Platform
import Testing

/// The eight link programs as somebody starts them by hand.
@Suite(.serialized) struct LinkStartTests {
    private let tree: CommandTree

    init() throws {
        tree = try CommandTree()
        for name in programs {
            try FileManager.default.createSymbolicLink(
                atPath: "\(tree.bin)/\(name)",
                withDestinationPath: "\(CommandTree.products)/heartbeat")
        }
    }

    private let programs = [
        "heartd", "heartd_unicast", "heartd_raw", "heartd_dio",
        "heartc", "heartc_unicast", "heartc_raw", "heartc_dio",
    ]

    private func monitor(_ lines: String...) throws {
        try tree.write(lines.map { $0 + "\n" }.joined(), to: tree.conf + "/monitor")
    }

    private var ownLine: String { "\(tree.node) net nosuch0 239.131.50.10 1234 10" }

    @Test(
        "a wrong number of arguments is answered by C's usage on stderr and 255",
        arguments: [
            ("heartd", "Usage: heartd interface address port\n"),
            ("heartd_unicast", "Usage: heartd_unicast interface address port\n"),
            ("heartd_raw", "Usage: heartd_raw [raw device] address \n"),
            ("heartd_dio", "Usage: heartd_dio [device] offset \n"),
            (
                "heartc",
                "Usage: heartc interface address port timeout \n"
                    + "Where adress is the address to send\n"
                    + "and port the port number or service name to\nsend to.\n"
            ),
            ("heartc_raw", "Usage: heartc_raw [raw device] address timeout \n"),
            ("heartc_dio", "Usage: heartc_dio [device] offset timeout \n"),
        ])
    func usage(program: String, text: String) throws {
        let outcome = try tree(program, "one")
        #expect(outcome == .init(output: "", error: text, exit: 255))
    }

    @Test(
        "arguments that waiting cannot heal are refused with a reason, and nothing runs",
        arguments: [
            (["heartd", "eth0", "239.131.50.10", "0"], "port 0 "),
            (["heartd", "eth0", "239.131.50.10", "65536"], "port 65536 "),
            (["heartd", "eth0", "239.131.50.10", "no-such-service"], "no-such-service"),
            (["heartd", "eth0", "239.131.50", "1234"], "239.131.50 is not an IPv4 address"),
            (["heartd", "eth0", "10.0.0.1", "1234"], "10.0.0.1 is no multicast address"),
            (["heartd_unicast", "eth0", "239.1.1.1", "1234"], "239.1.1.1 is a multicast address"),
            (["heartc", "eth0", "239.131.50.10", "1234", "0"], "timeout 0 "),
            (["heartc", "eth0", "239.131.50.10", "1234", "x"], "timeout x "),
            (["heartd_dio", "/dev/sdz", "-1"], "offset -1 "),
            (["heartd_dio", "sdz", "0"], "sdz is not an absolute path"),
            (["heartc_raw", "/dev/sdz", "0", "0.01"], "timeout 0.01 "),
        ])
    func refusedArguments(call: [String], reason: String) throws {
        try monitor(ownLine)
        let outcome = try tree.run(call[0], Array(call.dropFirst()))
        #expect(outcome.exit == 255)
        #expect(outcome.output == "")
        #expect(outcome.error.hasPrefix("\(call[0]): "), "\(outcome.error)")
        #expect(outcome.error.contains(reason), "\(outcome.error)")
    }

    @Test("a link that the monitor file does not have is refused, naming file and arguments")
    func unknownLink() throws {
        try monitor(ownLine, "node9 net nosuch0 239.131.50.10 1235 10")
        let sender = try tree("heartd", "eth0", "239.131.50.10", "1234")
        #expect(sender.exit == 255)
        #expect(sender.error.contains("\(tree.conf)/monitor: no line of \(tree.node)"))
        #expect(sender.error.contains("net eth0 239.131.50.10 1234"))
        // A receiver hears other nodes only.
        let receiver = try tree("heartc", "nosuch0", "239.131.50.10", "1234", "10")
        #expect(receiver.exit == 255)
        #expect(receiver.error.contains("a node other than \(tree.node)"))
    }

    @Test("slots that overlap are refused, naming both lines and the tunable")
    func overlap() throws {
        let disk = "\(tree.root)/disk"
        try tree.write(String(repeating: "\0", count: 65_536), to: disk)
        try monitor("\(tree.node) dio \(disk) 0 10", "node9 dio \(disk) 2 10")
        let outcome = try tree.run("heartd_dio", [disk, "0"], ["EZ_WIRE": "D"])
        #expect(outcome.exit == 255)
        #expect(outcome.error.contains("lines 1 and 2"), "\(outcome.error)")
        #expect(outcome.error.contains("EZ_WIRE"))
    }

    @Test("without a monitor file nothing starts")
    func noMonitor() throws {
        try FileManager.default.removeItem(atPath: tree.conf + "/monitor")
        let outcome = try tree("heartd", "eth0", "239.131.50.10", "1234")
        #expect(outcome.exit == 255)
        #expect(outcome.error.contains("\(tree.conf)/monitor"))
    }

    @Test("a missing interface is told, and waited for; a second sender is refused; TERM ends it")
    func missingInterface() throws {
        try monitor(ownLine)
        let arguments = ["nosuch0", "239.131.50.10", "1234"]
        let started = try tree.run("heartd", arguments)
        let key = "\(tree.proc)/239.131.50.10-1234-nosuch0.key"
        let pid = try #require(lockHolder(key))
        defer { sendSignal(SIGKILL, to: pid) }
        #expect(started.exit == 0)
        #expect(started.error.contains("nosuch0: "), "\(started.error)")

        let second = try tree.run("heartd", arguments)
        #expect(second.exit == 255)
        #expect(second.error.contains("process \(pid)"), "\(second.error)")
        #expect(lockHolder(key) == pid)

        let ended = try #require(watchProcess(pid))
        defer { close(ended) }
        sendSignal(SIGTERM, to: pid)
        var poll = pollfd(fd: ended, events: Int16(POLLIN), revents: 0)
        #expect(Glibc.poll(&poll, 1, 60_000) == 1, "still there a minute after TERM")
    }

    @Test("a disk that is missing is told and waited for, at either end")
    func missingDisk() throws {
        try monitor(
            "\(tree.node) dio \(tree.root)/no/disk 0 10", "node9 dio \(tree.root)/no/disk 2 10")
        for (program, offset) in [("heartd_dio", "0"), ("heartc_dio", "2")] {
            let timeout = program == "heartc_dio" ? ["10"] : []
            let outcome = try tree.run(program, ["\(tree.root)/no/disk", offset] + timeout)
            let key = "\(tree.root)/no/disk".replacing("/", with: ".") + ".\(offset).key"
            let pid = try #require(lockHolder("\(tree.proc)/\(key)"))
            #expect(sendSignal(SIGKILL, to: pid))
            #expect(outcome.exit == 0)
            #expect(outcome.error.contains("No such file or directory"), "\(outcome.error)")
        }
    }

    @Test("the binary under no name of its own says which names there are")
    func unknownName() throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(tree.bin)/heartx", withDestinationPath: "\(CommandTree.products)/heartbeat")
        let outcome = try tree("heartx")
        #expect(outcome.exit == 255)
        #expect(outcome.error.contains("nmond, heartd, heartd_unicast"))
    }
}
