// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

@Suite("hb -a and -r") struct LinkEditTests {
    static let net = ["-n", "node1", "-t", "net", "-i", "lo", "-d", "239.131.0.10", "-p", "1234"]

    @Test("a link is appended with TABs between its columns, its type in small letters")
    func addition() throws {
        let tree = try CommandTree()
        try tree.write("# links", to: tree.conf + "/monitor")
        let words = Self.net.map { $0 == "net" ? "NET" : $0 }
        let added = try tree.run("hb", ["-a"] + words + ["-T", "10"])
        #expect(added == .init(output: "Add heartbeat done.\n", error: "", exit: 0))
        #expect(
            try tree.read(tree.conf + "/monitor")
                == "# links\nnode1\tnet\tlo\t239.131.0.10\t1234\t10\n")
        let fhs = try CommandTree(.fhs)
        #expect(
            try fhs.run("hb", ["-a"] + Self.net + ["-T", "10"])
                == .init(output: "heartbeat added.\n", error: "", exit: 0))
    }

    @Test("a disk link needs no port, and its slot must not lie in another one's")
    func disk() throws {
        let tree = try CommandTree(.fhs)
        let disk = tree.root + "/disk"
        try tree.write("", to: disk)
        let words = ["-a", "-t", "dio", "-i", disk, "-T", "10"]
        #expect(try tree.run("hb", words + ["-n", "node1", "-d", "0"]).exit == 0)
        let refused = try tree.run("hb", words + ["-n", "node2", "-d", "2"])
        #expect(refused.exit == 255)
        #expect(refused.error.hasPrefix("Error: disk heartbeat offset overlap"))
        #expect(refused.error.contains("\nheartbeat add failed.\nUsage: openha hb [options]\n"))
        #expect(try tree.run("hb", words + ["-n", "node2", "-d", "64"]).exit == 0)
        #expect(
            try tree.read(tree.conf + "/monitor")
                == "node1\tdio\t\(disk)\t0\t10\nnode2\tdio\t\(disk)\t64\t10\n")
    }

    /// What is changed about a good call (nil: left out), what stands on stdout, the first lines on
    /// stderr, and the second text of the FHS command.
    static let refusals: [(String, String?, String, String, String)] = [
        (
            "-n", "node3", "", "Node node3 not found in EZ_NODES configuration file.\n",
            "node validation error."
        ),
        (
            "-t", "ring", "", "Type ring not valid (must be disk, dio, unicast or net).\n",
            "type validation error."
        ),
        ("-p", nil, "", "Need interface address and port.\n", "interface validation error."),
        (
            "-i", "nosuch0", "",
            "set_mcast_if failed : No such device\nBad interface name ?\n",
            "interface validation error."
        ),
        ("-d", "10.0.0.1", "BAD Multicast address.\n", "", "interface validation error."),
        ("-d", "224.0.0.9", "BAD Multicast address.\n", "", "interface validation error."),
        (
            "-p", "1025", "",
            "BAD port number: 1025. Must be between 1025 and 65535.\nBAD port value.\n",
            "interface validation error."
        ),
        ("-t", "dio", "", "Need interface and address.\n", "interface validation error."),
        (
            "-T", "1", "", "BAD timeout value. Must be between 2 and 120 seconds.\n",
            "timeout validation error."
        ),
        (
            "-T", nil, "", "BAD timeout value. Must be between 2 and 120 seconds.\n",
            "timeout validation error."
        ),
    ]

    @Test("a refused hb -a says why, ends with 255 and changes nothing", arguments: refusals)
    func refused(option: String, value: String?, output: String, error: String, second: String)
        throws
    {
        var words = Self.net + ["-T", "10"]
        let index = try #require(words.firstIndex(of: option))
        words.replaceSubrange(index...index + 1, with: value.map { [option, $0] } ?? [])
        let tree = try CommandTree(.fhs)
        let refused = try tree.run("hb", ["-a"] + words)
        #expect(refused.output == output)
        #expect(refused.error.hasPrefix("\(error)\(second)\nUsage: openha hb [options]\n"))
        #expect(refused.exit == 255)
        #expect(try tree.read(tree.conf + "/monitor") == "")
    }

    @Test("the same link twice is refused, whatever its timeout")
    func twice() throws {
        let tree = try CommandTree()
        #expect(try tree.run("hb", ["-a"] + Self.net + ["-T", "10"]).exit == 0)
        #expect(
            try tree.run("hb", ["-a"] + Self.net + ["-T", "20"])
                == .init(
                    output: "",
                    error: "Error: HeartBeat link already defined.\nAdd heartbeat failed.\n",
                    exit: 255))
    }

    @Test("-r takes out exactly the matching line")
    func removal() throws {
        let tree = try CommandTree(.fhs)
        let head = "# our links\nnode1 net lo 239.131.0.10   4321 10\n"
        let tail = "node2 dio /dev/mapper/a-name-longer-than-fifteen 0 10\r\nbroken line"
        try tree.write(
            head + "node1 net lo 239.131.0.10 1234 10\n" + tail, to: tree.conf + "/monitor")
        let removed = try tree.run("hb", ["-r"] + Self.net)
        #expect(removed == .init(output: "heartbeat removed.\n", error: "", exit: 0))
        #expect(try tree.read(tree.conf + "/monitor") == head + tail)
        #expect(
            try tree.run("hb", ["-r"] + Self.net)
                == .init(
                    output: "", error: "Heartbeat not found.\nheartbeat remove failed.\n", exit: 255
                )
        )
        #expect(fileStamp(tree.conf + "/monitor.tmp") == nil)
    }

    @Test(
        "not exactly one of -s -a -r is refused with the usage",
        arguments: [[], ["-s", "-a"], ["-a", "-r"], ["-n", "node1"], ["--json"]])
    func modes(arguments: [String]) throws {
        let refused = try CommandTree().run("hb", arguments)
        #expect(refused.output == "")
        #expect(
            refused.error.hasPrefix("Incompatible options.\nUsage: hb [options] [target] ...\n"))
        #expect(refused.error.hasSuffix("timeout   = timeout before declaring the node down\n"))
        #expect(refused.exit == 255)
    }

    @Test("an option without its value is refused, where C crashed")
    func missingValue() throws {
        let refused = try CommandTree(.fhs)("hb", "-a", "-n")
        #expect(refused.error.hasPrefix("Usage: openha hb [options]\n"))
        #expect(refused.error.contains("\nWhere: \n"))
        #expect(
            refused.error.hasSuffix(
                "before declaring the node down\n\nhb: Missing value for '-n'\n"))
        #expect(refused.exit == 255)
    }
}
