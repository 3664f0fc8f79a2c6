// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What the scheduler runs, and what says when it did (opensvc.md 6 and 8).
struct SvcmgrScheduleTests {
    let tree: ServiceTree

    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1", "[DEFAULT]\nstatus_schedule = @5\npush_schedule = @0\n")
    }

    /// The columns of a task.
    private func row(_ task: String, _ text: String) -> [String] {
        let line = text.split(separator: "\n").first { $0.hasPrefix(task + " ") } ?? ""
        return line.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    @Test("schedulers runs what is due, once, and leaves the time of it")
    func schedulers() throws {
        let before = try tree.svcmgr("-s", "svc1", "print", "schedule").output
        #expect(
            row("push_service_status", before) == [
                "push_service_status", "-", "DEFAULT.status_schedule", "@5",
            ])
        #expect(try tree.nodemgr("schedulers") == .init(output: "", error: "", exit: 0))
        let status = tree.state + "/svc1/status.json"
        #expect(tree.exists(status))
        let after = try tree.svcmgr("-s", "svc1", "print", "schedule").output
        let stamp = row("push_service_status", after).dropFirst().first ?? ""
        #expect(stamp.wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/) != nil)
        #expect(row("push_config", after)[1] == "-")
        // Not due again for five minutes.
        try FileManager.default.removeItem(atPath: status)
        #expect(try tree.nodemgr("schedulers").exit == 0)
        #expect(!tree.exists(status))
    }

    @Test("a schedule that nobody understands is told, and the others run")
    func malformed() throws {
        try tree.addService("svc2")
        try tree.write("[DEFAULT]\nstatus_schedule = soon\n", to: tree.etc + "/svc1.conf")
        let outcome = try tree.nodemgr("schedulers")
        #expect(outcome.exit == 1 && outcome.error.contains("soon"))
        #expect(tree.exists(tree.state + "/svc2/status.json"))
    }

    @Test("the node's tasks are listed with what node.conf says of them")
    func node() throws {
        try tree.write("[checks]\nschedule = @30\n", to: tree.etc + "/node.conf")
        let table = try tree.nodemgr("print", "schedule").output
        #expect(row("checks", table) == ["checks", "-", "checks.schedule", "@30"])
        #expect(row("reboot", table) == ["reboot", "-", "reboot.schedule", "-"])
    }

    @Test("a switch that cannot reach the other node stops nothing")
    func unreachable() throws {
        try tree.launcher("K10app", of: "svc1", "touch \(tree.root)/stopped")
        try tree.write(
            "[DEFAULT]\nnodes = \(tree.node) nowhere.invalid\n", to: tree.etc + "/svc1.conf")
        let outcome = try tree.svcmgr("-s", "svc1", "switch", "--to", "nowhere.invalid")
        #expect(outcome.exit == 1 && !tree.exists(tree.root + "/stopped"))
        #expect(outcome.error.hasSuffix("is not reached by ssh: nothing is changed\n"))
        let other = try tree.svcmgr("-s", "svc1", "switch", "--to", "node9")
        #expect(other.exit == 1 && other.error.contains("node9 is no other node of this service"))
    }

    @Test("toc without a monitor action says so")
    func toc() throws {
        let outcome = try tree.svcmgr("-s", "svc1", "toc")
        #expect(outcome.exit == 0)
        #expect(
            outcome.error.hasSuffix(
                "Would TOC but no (or unknown) resource monitor action set.\n"))
    }
}
