// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What keeps an action from beginning, in the words of opensvc.md 2.5.
struct SvcmgrGateTests {
    let tree: ServiceTree

    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1", "[DEFAULT]\nnodes = \(tree.node)\n")
        try tree.launcher("S10app", of: "svc1", "echo $1 >>\(tree.root)/calls")
        try tree.launcher("K10app", of: "svc1", "echo $1 >>\(tree.root)/calls")
    }

    private var calls: String { tree.text(tree.root + "/calls") }

    /// What the console shows, times taken away.
    private func lines(_ outcome: ServiceTree.Outcome) -> [String] {
        outcome.error.split(separator: "\n").map { String($0.dropFirst(9)) }
    }

    @Test("a frozen service refuses to move until it is thawed, or with --force")
    func frozen() throws {
        #expect(try tree.svcmgr("-s", "svc1", "frozen").exit == 0)
        #expect(try tree.svcmgr("-s", "svc1", "freeze") == .init(output: "", error: "", exit: 0))
        #expect(try tree.svcmgr("-s", "svc1", "frozen").exit == 1)
        let status = try tree.svcmgr("-s", "svc1", "print", "status").output
        #expect(status.contains("overall                   n/a      frozen\n"))
        let refused = try tree.svcmgr("-s", "svc1", "start")
        #expect(refused.exit == 1 && calls.isEmpty)
        #expect(
            lines(refused) == [
                "INFO    SVC1         Abort action 'start' for frozen service."
                    + " Use --force to override."
            ])
        #expect(try tree.svcmgr("-s", "svc1", "--force", "start").exit == 0)
        #expect(calls == "start\n")
        #expect(try tree.svcmgr("-s", "svc1", "thaw").exit == 0)
        #expect(try tree.svcmgr("-s", "svc1", "stop").exit == 0)
        #expect(calls == "start\nstop\n")
    }

    @Test("a frozen node freezes all its services")
    func frozenNode() throws {
        #expect(try tree.nodemgr("frozen").exit == 0)
        #expect(try tree.nodemgr("freeze") == .init(output: "", error: "", exit: 0))
        #expect(try tree.nodemgr("frozen").exit == 1)
        #expect(try tree.svcmgr("-s", "svc1", "start").exit == 1)
        #expect(try tree.nodemgr("thaw").exit == 0)
        #expect(try tree.svcmgr("-s", "svc1", "start").exit == 0)
        #expect(calls == "start\n")
    }

    static let net =
        "this service is managed by a clusterware, thus direct service manipulation is disabled."
        + " the --cluster option circumvent this safety net."

    @Test("a service with a heartbeat is moved by the heartbeat alone")
    func safetyNet() throws {
        try tree.write("[hb#0]\ntype = OpenHA\n", to: tree.etc + "/svc1.conf")
        for action in ["start", "stop", "restart", "switch", "startapp"] {
            let refused = try tree.svcmgr("-s", "svc1", action)
            #expect(refused.exit == 1)
            #expect(lines(refused) == ["INFO    SVC1         " + SvcmgrGateTests.net])
        }
        #expect(calls.isEmpty)
        try tree.link(tree.etc + "/svc1.cluster", to: tree.bin + "/svcmgr")
        #expect(try tree.call("svc1.cluster", "start").exit == 0)
        #expect(calls == "start\n")
        // Maintenance of a part.
        #expect(try tree.svcmgr("-s", "svc1", "--rid", "app", "stop").exit == 0)
        #expect(calls == "start\nstop\n")
    }

    @Test("with its heartbeat disabled the clusterware's calls do nothing, and that is fine")
    func maintenance() throws {
        try tree.write("[hb#0]\ntype = OpenHA\ndisable = true\n", to: tree.etc + "/svc1.conf")
        let outcome = try tree.svcmgr("-s", "svc1", "--cluster", "start")
        #expect(outcome.exit == 0 && calls.isEmpty)
        #expect(outcome.error.contains("this state is interpreted as a maintenance mode."))
    }

    @Test("a selection that fits nothing does nothing, and that is fine")
    func selection() throws {
        for option in [["--rid", "fs#7"], ["--tags", "blue"], ["--subsets", "s1"]] {
            let outcome = try tree.run(tree.etc + "/svc1", option + ["start"])
            #expect(outcome.exit == 0 && calls.isEmpty)
            #expect(
                lines(outcome) == [
                    "INFO    SVC1         no resource match the given --rid, --subset and --tags"
                        + " specifiers"
                ])
        }
    }

    @Test("a test service does not run on a production node")
    func environment() throws {
        try tree.write("[node]\nenv = PRD\n", to: tree.etc + "/node.conf")
        try tree.write("[DEFAULT]\nenv = TST\n", to: tree.etc + "/svc1.conf")
        let outcome = try tree.svcmgr("-s", "svc1", "start")
        #expect(outcome.exit == 1 && calls.isEmpty)
        let said = outcome.error.split(separator: "\n")
        #expect(said.first == "svc1: not allowed to run on this node (svc env=TST node env=PRD)")
        #expect(
            said.dropFirst().map { $0.dropFirst(9) }
                == ["ERROR   SVC1         Abort action for non PRD service on PRD node"])
        let why = "svc1: not allowed to run on this node (svc env=TST node env=PRD)\n"
        #expect(
            try tree.svcmgr("-s", "svc1", "validate", "config")
                == .init(output: "", error: why, exit: 1))
    }

    @Test("--dry-run names the steps in their order and takes none of them")
    func dryRun() throws {
        try tree.write(
            """
            [fs#1]
            type = ext4
            dev = /dev/none
            mnt = /b
            [fs#0]
            type = ext4
            dev = /dev/none
            mnt = /a
            [ip#0]
            ipname = 127.0.0.7
            ipdev = lo
            [app#1]
            script = S10app
            start = 1
            disable = true
            """, to: tree.etc + "/svc1.conf")
        let start = try tree.svcmgr("-s", "svc1", "start", "--dry-run")
        #expect(start.exit == 0 && calls.isEmpty)
        #expect(
            lines(start) == [
                "INFO    SVC1.IP#0    start 127.0.0.7@lo",
                "INFO    SVC1.FS#0    start /dev/none@/a",
                "INFO    SVC1.FS#1    start /dev/none@/b",
                "INFO    SVC1.APP     start app",
            ])
        let commands = try tree.svcmgr(
            "-s", "svc1", "start", "--dry-run", "--debug", "--rid", "fs#0")
        #expect(
            lines(commands) == [
                "INFO    SVC1.FS#0    start /dev/none@/a",
                "DEBUG   SVC1.FS#0    e2fsck -p /dev/none",
                "DEBUG   SVC1.FS#0    mount -t ext4 /dev/none /a",
            ])
        let stop = try tree.svcmgr("-s", "svc1", "--dry-run", "stop", "--rid", "fs")
        #expect(
            lines(stop) == [
                "INFO    SVC1.FS#1    stop /dev/none@/b", "INFO    SVC1.FS#0    stop /dev/none@/a",
            ])
    }
}
