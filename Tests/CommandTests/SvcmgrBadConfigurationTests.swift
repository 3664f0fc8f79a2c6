// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Files that cannot be used: one clear line, exit code 1, and nothing is changed.
struct SvcmgrBadConfigurationTests {
    let tree: ServiceTree

    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1")
        try tree.launcher("S10app", of: "svc1", "touch \(tree.root)/started")
    }

    @Test(
        "a service whose file cannot be used does nothing but say why",
        arguments: [
            ("[DEFAULT]\nenv = NOPE\n", "NOPE"), ("nodes = a\n", "svc1.conf:1: "),
            ("[DEFAULT]\nrollback = perhaps\n", "Invalid value for boolean conversion: perhaps"),
            ("[ip#0]\nipname = {nothing.here}\nipdev = lo\n", "reference evaluation failed"),
            ("[DEFAULT]\nlock_timeout = soon\n", "soon"), ("[DEFAULT\n", "svc1.conf:1: "),
        ])
    func unusable(text: String, why: String) throws {
        try tree.write(text, to: tree.etc + "/svc1.conf")
        for action in [["start"], ["stop"], ["print", "status"], ["status"]] {
            let outcome = try tree.run(tree.etc + "/svc1", action)
            #expect(outcome.exit == 1 && outcome.output.isEmpty, "\(outcome)")
            let lines = outcome.error.split(separator: "\n")
            #expect(lines.count == 1, "\(outcome.error)")
            #expect(lines.first?.hasPrefix("svc1: ") == true && outcome.error.contains(why))
        }
        #expect(!tree.exists(tree.root + "/started"))
        #expect(tree.text(tree.etc + "/svc1.conf") == text)
    }

    @Test("the others of a list go on")
    func others() throws {
        try tree.write("[DEFAULT\n", to: tree.etc + "/svc1.conf")
        try tree.addService("svc2")
        let outcome = try tree.svcmgr("print", "status")
        #expect(outcome.exit == 1 && outcome.output.hasPrefix("svc2\noverall"))
        let json = try tree.svcmgr("json", "status")
        #expect(json.exit == 1 && json.output.contains("\"svc2\": {"))
    }

    @Test("a resource without what it needs is left out, loudly")
    func leftOut() throws {
        try tree.write("[fs#0]\ntype = ext4\nmnt = /x\n", to: tree.etc + "/svc1.conf")
        let status = try tree.svcmgr("-s", "svc1", "print", "status")
        #expect(status.error.contains("dev must be set in section fs#0"))
        #expect(!status.output.contains("fs#0"))
        let start = try tree.svcmgr("-s", "svc1", "start")
        #expect(start.exit == 1 && !tree.exists(tree.root + "/started"))
        #expect(start.error.contains("start refused: fs#0 cannot be used as configured."))
    }

    @Test("a program that is missing is named")
    func missingProgram() throws {
        try tree.write("[vg#0]\nvgname = vg0\n", to: tree.etc + "/svc1.conf")
        let outcome = try tree.run(
            tree.etc + "/svc1", ["start"], ["PATH": tree.root + "/stand-ins"])
        #expect(outcome.exit == 1 || outcome.error.contains("does not exist or not in path"))
    }

    @Test("a node.conf that cannot be read keeps nothing from starting")
    func nodeFile() throws {
        try tree.write("no section\n", to: tree.etc + "/node.conf")
        #expect(try tree.svcmgr("-s", "svc1", "start").exit == 0)
    }
}
