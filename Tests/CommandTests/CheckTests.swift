// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

@Suite("service --check") struct CheckTests {
    /// A configuration with which nothing is wrong, on this machine.
    private func goodTree() throws -> CommandTree {
        let tree = try CommandTree()
        try tree.write("\(tree.node)\nother\n", to: tree.conf + "/nodes")
        try tree.write(
            "\(tree.node) net lo 239.131.50.10 1234 10\nother net lo 239.131.50.10 4321 10\n",
            to: tree.conf + "/monitor")
        try tree.addService("web", on: tree.node, or: "other")
        return tree
    }

    private func add(_ text: String, to file: String, in tree: CommandTree) throws {
        try tree.write(try tree.read("\(tree.conf)/\(file)") + text, to: "\(tree.conf)/\(file)")
    }

    @Test("a good configuration ends with a friendly line and 0")
    func good() throws {
        let tree = try goodTree()
        let checked = try tree("service", "--check")
        #expect(
            checked.output
                .hasSuffix("All is well on \(tree.node): 2 link(s), 1 service(s), layout A.\n"))
        #expect(checked.exit == 0)
    }

    @Test(
        "every error is named with its file and line",
        arguments: [
            ("services", "broken line\n", "services:2: "),
            ("services", "db /no/script node1 node2 /bin/true\n", ""),
            ("monitor", "node1 ring eth0 1 2 3\n", "monitor:3: "),
            ("monitor", "other dio /dev/null 0 10\nother dio /dev/null 0 10\n", "monitor:4: "),
            ("nodes", "../up\n", "nodes:3: "),
        ])
    func errors(file: String, text: String, place: String) throws {
        let tree = try goodTree()
        try add(
            text.replacingOccurrences(of: "node1 node2", with: "\(tree.node) other"), to: file,
            in: tree)
        let checked = try tree("service", "--check")
        #expect(checked.exit == 1)
        #expect(checked.output.contains("\(tree.conf)/\(place)"))
        #expect(checked.output.hasSuffix("fix the errors first.\n"))
    }

    @Test("a script that is missing, or not executable, is an error")
    func scripts() throws {
        let tree = try goodTree()
        try add("a /no/script \(tree.node) other /bin/true\n", to: "services", in: tree)
        try add("b /etc/passwd \(tree.node) other /bin/true\n", to: "services", in: tree)
        let checked = try tree("service", "--check")
        let file = tree.conf + "/services"
        #expect(
            checked.output.contains("\(file):2: script /no/script: No such file or directory\n"))
        #expect(checked.output.contains("\(file):3: script /etc/passwd is not executable\n"))
        #expect(checked.exit == 1)
    }

    @Test("a script that everyone may write is a warning, which does not fail the check")
    func writable() throws {
        let tree = try goodTree()
        let script = try tree.script("open.sh", mode: 0o777)
        try add("a \(script) \(tree.node) other /bin/true\n", to: "services", in: tree)
        let checked = try tree("service", "--check")
        #expect(
            checked.output.contains(
                "\(tree.conf)/services:2: warning: \(script) may be written by everyone\n"))
        #expect(checked.exit == 0)
    }

    @Test("a service beyond what the layout carries is an error that names it")
    func capacity() throws {
        let tree = try goodTree()
        for number in 1...16 { try tree.addService("s\(number)", on: tree.node, or: "other") }
        let checked = try tree("service", "--check")
        #expect(checked.output.contains("\(tree.conf)/services:17: service s16 does not fit"))
        #expect(checked.exit == 1)
    }

    @Test("a tunable that makes no sense is named")
    func tunable() throws {
        let checked = try goodTree()("service", "--check", adding: ["EZ_WIRE": "Q"])
        #expect(checked.output.contains("EZ_WIRE"))
        #expect(checked.exit == 1)
    }

    @Test("missing files are errors, not crashes")
    func missing() throws {
        let tree = try CommandTree()
        for file in ["monitor", "nodes", "services"] { try remove("\(tree.conf)/\(file)") }
        let checked = try tree("service", "--check")
        for file in ["monitor", "nodes", "services"] {
            #expect(checked.output.contains("\(tree.conf)/\(file): No such file or directory\n"))
        }
        #expect(checked.exit == 1)
    }
}
