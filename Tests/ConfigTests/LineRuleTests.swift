// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

/// Specification 2.1, row by row.
struct LineRuleTests {
    static let svc = "svc1 /s/svc1 node1 node2 /bin/true"

    @Test(
        "a services line means the same however it is spaced and ended",
        arguments: [
            "\(svc)\n", svc, "\(svc)\r\n", "\(svc)  \t \n", "  \t\(svc)\n",
            "svc1\t/s/svc1\t \tnode1  node2\t/bin/true\n", "\n\n\(svc)\n\n", "   \n\(svc)\n",
            "# all services\n  # indented\n#\n\(svc)\n",
        ])
    func spacing(text: String) throws {
        let parsed = services(text)
        #expect(printed(parsed) == [])
        let service = try #require(parsed.value.services.first)
        #expect(parsed.value.services.count == 1)
        #expect(service.name == "svc1" && service.script == "/s/svc1")
        #expect(service.primary == "node1" && service.secondary == "node2")
        #expect(service.checkScript == "/bin/true")
    }

    @Test(
        "a bad line is reported with its number and the rest still counts",
        arguments: [
            ("svc2 /s/x node1 node2\n", "only 4 columns of 5"),
            ("svc2\n", "only 1 columns of 5"),
            ("svc2 /s/x node1\0 node2 /bin/true\n", "NUL byte"),
            ("# comment with a \0\n", "NUL byte"),
            ("svc2 /s/x node1 node2 /bin/\u{1B}true\n", "control character"),
            ("svc2 /s/x node1 node2 /bin/true\rsvc3\n", "control character"),
            ("svc2 /s/\(String(repeating: "x", count: 260)) node1 node2 /t\n", "the limit is 254"),
            ("svc2 /s/\(String(repeating: "x", count: 130)) node1 node2 /t\n", "longer than 127"),
            ("\(String(repeating: "x", count: 64)) /s node1 node2 /t\n", "longer than 63"),
            ("svc2 /s \(String(repeating: "x", count: 128)) node2 /t\n", "cannot be a node's name"),
            ("svc2 /s ../etc node2 /t\n", "../etc cannot be a node's name"),
            ("svc2 /s node1 node1 /t\n", "must differ"),
            ("../up /s node1 node2 /t\n", "service name ../up"),
            (".. /s node1 node2 /t\n", "service name .."), (". /s node1 node2 /t\n", "name ."),
            ("-r /s node1 node2 /t\n", "service name -r"),
            ("a/b /s node1 node2 /t\n", "service name a/b"),
            ("svc#2 /s node1 node2 /t\n", "service name svc#2"),
            ("svc1 /other node1 node2 /t\n", "is defined in line 1 already"),
        ])
    func badLines(bad: String, reason: String) {
        let parsed = services("\(Self.svc)\n\(bad)svc9 /s/svc9 node2 node1 /bin/true\n")
        #expect(parsed.value.services.map(\.name) == ["svc1", "svc9"])
        #expect(parsed.value.services.map(\.lineNumber) == [1, 3])
        #expect(parsed.value.services.first?.script == "/s/svc1", "the first of two wins")
        #expect(parsed.findings.count == 1)
        #expect(printed(parsed).first?.hasPrefix("services:2: ") == true)
        #expect(printed(parsed).first?.contains(reason) == true, "\(printed(parsed))")
        #expect(parsed.findings.first?.isWarning == false)
    }

    @Test("bytes that are no text are refused, in a comment they do not matter")
    func notUTF8() {
        let bad: [UInt8] = bytes("svc2 /s/") + [0xFF] + bytes(" node1 node2 /t\n")
        let comment: [UInt8] = bytes("# Z") + [0xFC] + bytes("rich\n")
        let parsed = ServicesFile.parse(comment + bad + bytes(Self.svc), file: "f")
        #expect(parsed.value.services.count == 1)
        #expect(printed(parsed) == ["f:2: is not UTF-8: ignored"])
    }

    @Test("no text means no services, and that is fine")
    func emptyServices() {
        #expect(services("").value.services.isEmpty)
        #expect(services("").findings.isEmpty)
    }

    @Test("a line of exactly 254 characters is read")
    func longest() {
        let path = "/" + String(repeating: "p", count: 126)
        let head = "svc1 \(path) node1 node2 /"
        let line = head + String(repeating: "t", count: 254 - head.utf8.count)
        #expect(line.utf8.count == 254)
        #expect(services(line).value.services.count == 1)
        #expect(services(line + " ").value.services.isEmpty)
    }

    @Test("what works but will surprise somebody is a warning")
    func warnings() {
        let parsed = services("svc1 s/svc1 Node1 node2 /bin/true -v\nsvc2 /s Node1 node2 /t\n")
        #expect(parsed.value.services.count == 2)
        #expect(parsed.findings.allSatisfy { $0.isWarning })
        #expect(
            printed(parsed) == [
                "services:1: words after column 5: ignored",
                "services:1: s/svc1 is not an absolute path",
                "services:1: node name Node1 has capitals: OpenSVC clients look for it in small "
                    + "letters",
            ])
    }

    @Test("names are compared with case in services, without it in nodes")
    func letterCase() {
        #expect(services("svc1 /s node1 Node1 /t\n").value.services.first?.role(of: "NODE1") == nil)
        let nodes = NodesFile.parse(
            bytes("# both\n node1 \r\nNode2 # ours\n\nx/y\n"), file: "nodes")
        #expect(nodes.value.names == ["node1", "Node2"])
        #expect(nodes.value.contains("NODE1") && nodes.value.contains("node2"))
        #expect(!nodes.value.contains("node3") && !nodes.value.contains(""))
        #expect(printed(nodes).last == "nodes:5: x/y cannot be a node's name: ignored")
    }
}
