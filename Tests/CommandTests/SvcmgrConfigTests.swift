// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Files that are wrong, as the commands take them.
struct SvcmgrConfigTests {
    let tree: ServiceTree
    private var file: String { tree.etc + "/svc1.conf" }

    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1", "[DEFAULT]\n")
        try tree.link(tree.etc + "/svc1.stonith", to: tree.bin + "/svcmgr")
    }

    @Test(
        "an unusable file is one line and exit 1, whatever the action, and nothing is done",
        arguments: [
            ("[DEFAULT]\njunk\n", "this line is neither a [section], a comment nor"),
            ("[fs#0]\noptional = maybe\n", "svc1: Invalid value for boolean conversion: maybe\n"),
            ("[vg#0]\nvgname = {nope}\n", "svc1: {nope}: reference evaluation failed: "),
            ("[hb#0]\ntype = linuxha\n", "type 'linuxha' of section [hb#0] is not supported\n"),
        ])
    func unusable(text: String, reason: String) throws {
        try tree.write(text, to: file)
        try tree.launcher("S10app", of: "svc1", "touch \(tree.root)/started")
        for words in [["start"], ["print", "status"], ["stop"]] {
            let outcome = try tree.run(tree.etc + "/svc1", words)
            #expect(outcome.exit == 1 && outcome.output.isEmpty, "\(words)")
            #expect(outcome.error.contains(reason) && outcome.error.hasPrefix("svc1: "))
            #expect(outcome.error.split(separator: "\n").count == 1)
        }
        #expect(try tree.run(tree.etc + "/svc1.stonith", ["start"]).exit == 1)
        #expect(!tree.exists(tree.root + "/started"))
        #expect(tree.text(file) == text)
    }

    @Test("a missing keyword is an ERROR, and only --force starts the others without that resource")
    func leftOut() throws {
        try tree.write("[DEFAULT]\n[vg#0]\n", to: file)
        try tree.launcher("S10app", of: "svc1", "touch \(tree.root)/started")
        let refused = try tree.svcmgr("-s", "svc1", "start")
        #expect(refused.exit == 1 && !tree.exists(tree.root + "/started"))
        let outcome = try tree.svcmgr("-s", "svc1", "start", "--force")
        #expect(outcome.exit == 0 && tree.exists(tree.root + "/started"))
        #expect(outcome.error.contains("ERROR   SVC1         vgname must be set in section vg#0\n"))
    }

    @Test("a heartbeat that its keywords leave out cannot be asked: the fence fails")
    func blind() throws {
        try tree.write("[hb#0]\n[stonith#0]\ntype = callout\ncmd = /bin/true\n", to: file)
        let outcome = try tree.run(tree.etc + "/svc1.stonith", ["start"])
        #expect(outcome.exit == 1)
        #expect(
            outcome.error.contains(
                "cannot tell the peer's state (hb#0 is incomplete): start refused"))
    }

    @Test("a heartbeat that lacks its type still keeps everybody else from moving the service")
    func untyped() throws {
        try tree.write("[hb#0]\n", to: file)
        try tree.launcher("S10app", of: "svc1", "touch \(tree.root)/started")
        let outcome = try tree.svcmgr("-s", "svc1", "start")
        #expect(outcome.exit == 1 && !tree.exists(tree.root + "/started"))
        #expect(outcome.error.contains(SvcmgrGateTests.net))
    }

    @Test("an empty variable in the place of a name means no service, and delete wants a name")
    func unnamed() throws {
        try tree.launcher("K10app", of: "svc1", "touch \(tree.root)/stopped")
        let hint = """
            No service specified. Try:
             svcmgr -s <svcname>[,<svcname>]
             svcmgr --status <status>[,<status>]
             <svcname>

            """
        for words in [["-s", "", "stop"], ["-s", ",", "delete"], ["delete"]] {
            let outcome = try tree.run("\(tree.bin)/svcmgr", words)
            #expect(outcome == .init(output: "", error: hint, exit: 1), "\(words)")
        }
        #expect(!tree.exists(tree.root + "/stopped") && tree.exists(file))
    }

    @Test("a rehearsal of what cannot be rehearsed is refused, and nothing happens")
    func rehearsal() throws {
        for words in [["freeze"], ["toc"], ["delete"], ["set", "--param", "a", "--value", "b"]] {
            let outcome = try tree.run(tree.etc + "/svc1", words + ["--dry-run"])
            #expect(outcome.exit == 1 && outcome.error.contains("has no --dry-run"), "\(words)")
        }
        #expect(try tree.svcmgr("-s", "svc1", "frozen").exit == 0)
        #expect(tree.text(file) == "[DEFAULT]\n")
    }

    @Test("update adds sections, and changes nothing when one of them cannot be used")
    func update() throws {
        let section = #"{"rtype": "app", "script": "/bin/true", "start": 10}"#
        let outcome = try tree.svcmgr("-s", "svc1", "update", "--resource", section)
        #expect(outcome == .init(output: "", error: "", exit: 0))
        let text = "[DEFAULT]\n\n[app#0]\nscript = /bin/true\nstart = 10\n"
        #expect(tree.text(file) == text)
        let bad = #"{"rid": "fs#0", "optional": "maybe"}"#
        let refused = try tree.svcmgr("-s", "svc1", "update", "--resource", bad)
        #expect(refused.exit == 1 && refused.error.hasSuffix(": nothing is changed\n"))
        #expect(tree.text(file) == text)
    }

    @Test("what cannot be read of node.conf is said, and its defaults hold")
    func node() throws {
        try tree.write("[node]\nmaintenance_grace_period = x\n", to: tree.etc + "/node.conf")
        let outcome = try tree.svcmgr("-s", "svc1", "print", "status")
        #expect(outcome.exit == 0 && outcome.output.hasPrefix("svc1\n"))
        #expect(
            outcome.error == "\(tree.etc)/node.conf:2: maintenance_grace_period in section [node]: "
                + "Invalid value for integer conversion: x\n")
    }

    @Test("a service is created, edited, validated, listed and deleted")
    func life() throws {
        #expect(try tree.svcmgr("-s", "svc2", "create") == .init(output: "", error: "", exit: 0))
        let set = try tree.svcmgr(
            "-s", "svc2", "set", "--param", "app#1.script", "--value", "/bin/true")
        #expect(set == .init(output: "", error: "", exit: 0))
        #expect(
            try tree.svcmgr("-s", "svc2", "get", "--param", "app#1.script")
                == .init(output: "/bin/true\n", error: "", exit: 0))
        #expect(try tree.svcmgr("-s", "svc2", "validate", "config").exit == 0)
        #expect(try tree.svcmgr("-s", "svc2", "delete", "--rid", "app#1").exit == 0)
        #expect(try tree.svcmgr("ls").output == "svc1\nsvc2\n")
        #expect(try tree.svcmgr("-s", "svc2", "delete").exit == 0)
        #expect(try tree.svcmgr("ls").output == "svc1\n")
        let names = try FileManager.default.contentsOfDirectory(atPath: tree.etc)
        #expect(names.filter { $0.hasPrefix("svc2") } == [])
    }
}
