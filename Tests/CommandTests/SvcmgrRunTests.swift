// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// One action under way: its lock, its end by a signal, what it undoes.
struct SvcmgrRunTests {
    let tree: ServiceTree

    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1", "[DEFAULT]\nnodes = \(tree.node)\n")
    }

    private var calls: String { tree.text(tree.root + "/calls") }
    private var lock: String { tree.state + "/lock/svc1" }

    /// A launcher that says when it runs, and goes on until it is told.
    private func slowLauncher() throws {
        try tree.launcher(
            "S10app", of: "svc1",
            """
            trap '' TERM
            echo $$ >\(tree.root)/running
            while [ ! -e \(tree.root)/end ]; do sleep 0.02; done
            """)
    }

    private func isRunning() -> Bool { !tree.text(tree.root + "/running").isEmpty }
    private func letEnd() throws { try tree.write("", to: tree.root + "/end") }

    @Test("a second action waits its time for the first, and then says who is in its way")
    func lockIsHeld() throws {
        try slowLauncher()
        let first = try tree.start("\(tree.etc)/svc1", ["start"])
        #expect(first.eventually(isRunning))
        let pid = first.process.processIdentifier
        #expect(tree.text(lock) == "{\"pid\": \(pid), \"intent\": \"start\"}")
        let second = try tree.svcmgr("-s", "svc1", "stop", "--waitlock", "1")
        #expect(second.exit == 1)
        let text =
            "timed out waiting for lock (timeout 1, delay 1, action stop, lockfile \(lock)):"
            + " holder pid \(pid), holder intent 'start'\n"
        #expect(second.error.hasSuffix(" ERROR   SVC1         " + text), "\(second.error)")
        // What only looks needs no lock.
        #expect(try tree.svcmgr("-s", "svc1", "freeze").exit == 0)
        #expect(try tree.svcmgr("-s", "svc1", "thaw").exit == 0)
        #expect(try tree.svcmgr("-s", "svc1", "print", "status").exit == 0)
        let third = try tree.start("\(tree.etc)/svc1", ["stop"])
        try letEnd()
        #expect(try first.outcome().exit == 0)
        #expect(try third.outcome().exit == 0)
    }

    @Test("the lock of a killed action is free at once")
    func lockIsLeft() throws {
        try slowLauncher()
        let first = try tree.start("\(tree.etc)/svc1", ["start"])
        #expect(first.eventually(isRunning))
        first.signal(SIGKILL)
        #expect(try first.outcome().exit == -SIGKILL)
        try letEnd()
        #expect(try tree.svcmgr("-s", "svc1", "stop", "--waitlock", "0").exit == 0)
    }

    @Test("the action of a copy that is under way already has nothing to do")
    func syncLock() throws {
        try tree.standIn("ssh", "exit 1")
        try tree.write("[DEFAULT]\nnodes = \(tree.node) other\n", to: tree.etc + "/svc1.conf")
        try tree.svcmgr("-s", "svc1", "print", "status")
        let holder = try tree.start(
            "/usr/bin/flock", [lock + ".sync", "sh", "-c", "echo 1 >\(tree.root)/running; cat"],
            [:])
        #expect(holder.eventually(isRunning))
        let held = try tree.start(
            "/usr/bin/flock",
            [lock + ".sync", "sh", "-c", "echo 1 >\(tree.root)/held; sleep 60"])
        #expect(held.eventually { tree.exists(tree.root + "/held") })
        let outcome = try tree.svcmgr("-s", "svc1", "syncnodes", "--force")
        #expect(outcome.exit == 0)
        #expect(
            outcome.error.hasSuffix(" INFO    SVC1         syncnodes action is already running\n"))
        #expect(try tree.svcmgr("-s", "svc1", "syncnodes", "--cron").error.isEmpty)
        held.signal(SIGTERM)
    }

    @Test(
        "a signal ends the action and what it runs, says so and leaves exit code 1",
        arguments: [SIGINT, SIGTERM])
    func interrupted(signal: CInt) throws {
        try slowLauncher()
        try tree.launcher("S20app", of: "svc1", "echo second >>\(tree.root)/calls")
        let action = try tree.start("\(tree.etc)/svc1", ["start"])
        #expect(action.eventually(isRunning))
        let child = Int32(tree.text(tree.root + "/running").dropLast()) ?? 0
        action.signal(signal)
        let outcome = try action.outcome()
        #expect(outcome.exit == 1)
        let last = outcome.error.split(separator: "\n").last.map { String($0.dropFirst(9)) }
        #expect(last == "ERROR   SVC1         interrupted by signal")
        // It had ignored SIGTERM.
        #expect(action.eventually { kill(child, 0) != 0 })
        #expect(calls.isEmpty)
        // And the next one finds its way free.
        try letEnd()
        #expect(try tree.svcmgr("-s", "svc1", "start", "--waitlock", "0").exit == 0)
        #expect(calls == "second\n")
    }

    private func application(_ number: Int, _ text: String) throws -> String {
        let path = "\(tree.root)/app\(number)"
        try tree.write("#!/bin/sh\necho \(number) $1 >>\(tree.root)/calls\n\(text)\n", to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return "[app#\(number)]\nscript = \(path)\nstart = \(number)\nstop = \(9 - number)\n"
            + "check = 1\n"
    }

    /// Up while its file is there.
    private func working(_ number: Int) -> String {
        let file = "\(tree.root)/up\(number)"
        return """
            case $1 in
            start) touch \(file) ;;
            stop) rm -f \(file) ;;
            status) [ -e \(file) ] ;;
            esac
            """
    }

    private func lines(_ outcome: ServiceTree.Outcome) -> [String] {
        outcome.error.split(separator: "\n").map { String($0.dropFirst(9)) }
    }

    @Test("a start that fails half-way takes back what it did")
    func rollback() throws {
        let first = try application(1, working(1))
        let second = try application(2, "exit 1")
        try FileManager.default.removeItem(atPath: tree.etc + "/svc1.d")
        try FileManager.default.removeItem(atPath: tree.etc + "/svc1.dir")
        try tree.write(first + second, to: tree.etc + "/svc1.conf")
        let outcome = try tree.svcmgr("-s", "svc1", "start")
        #expect(outcome.exit == 1)
        let said = lines(outcome).filter { $0.contains(" SVC1         ") }
        #expect(
            said == [
                "ERROR   SVC1         'start' action stopped on execution error",
                "INFO    SVC1         trying to rollback start on app#1",
            ])
        #expect(!tree.exists(tree.root + "/up1"))
        let kept = try tree.svcmgr("-s", "svc1", "start", "--disable-rollback")
        #expect(lines(kept).last?.hasSuffix("as instructed by --disable-rollback") == true)
        #expect(tree.exists(tree.root + "/up1"))
        try tree.write(
            "[DEFAULT]\nrollback = false\n" + first + second, to: tree.etc + "/svc1.conf")
        try FileManager.default.removeItem(atPath: tree.root + "/up1")
        let told = try tree.svcmgr("-s", "svc1", "start")
        #expect(lines(told).last?.hasSuffix("as instructed by DEFAULT.rollback=false") == true)
        try tree.write(
            first + second + "optional = true\n", to: tree.etc + "/svc1.conf")
        let optional = try tree.svcmgr("-s", "svc1", "start")
        #expect(optional.exit == 0)
        #expect(
            lines(optional).last
                == "INFO    SVC1.APP#2   ignore start error on optional resource")
    }

    @Test("a blocking trigger that fails is the end of the action, another is not")
    func triggers() throws {
        let application = try application(1, working(1))
        try tree.write(application + "pre_start = false\n", to: tree.etc + "/svc1.conf")
        #expect(try tree.svcmgr("-s", "svc1", "start").exit == 0)
        #expect(try tree.svcmgr("-s", "svc1", "stop").exit == 0)
        try tree.write(application + "blocking_pre_start = false\n", to: tree.etc + "/svc1.conf")
        let outcome = try tree.svcmgr("-s", "svc1", "start")
        #expect(outcome.exit == 1 && !tree.exists(tree.root + "/up1"))
        #expect(
            lines(outcome).contains(
                "ERROR   SVC1         'start' action stopped on execution error:"
                    + " pre trigger false blocking error"))
    }

    @Test("a standby resource is left up by stop, but not with --force")
    func standby() throws {
        let application = try application(1, working(1)) + "always_on = nodes\n"
        try tree.write(application, to: tree.etc + "/svc1.conf")
        #expect(try tree.svcmgr("-s", "svc1", "start").exit == 0)
        let stop = try tree.svcmgr("-s", "svc1", "stop", "--rid", "app#1")
        #expect(stop.exit == 0 && tree.exists(tree.root + "/up1"))
        #expect(
            lines(stop) == [
                "INFO    SVC1.APP#1   skip 'stop' on standby resource (--force to override)"
            ])
        #expect(try tree.svcmgr("-s", "svc1", "stop", "--force").exit == 0)
        #expect(!tree.exists(tree.root + "/up1"))
    }

    @Test("a service is not started beside one that it must not meet")
    func affinity() throws {
        try tree.addService("svc2", try application(1, working(1)))
        try tree.addService("svc3", "[DEFAULT]\nanti_affinity = svc2\n")
        #expect(try tree.svcmgr("-s", "svc3", "start").exit == 0)
        #expect(try tree.svcmgr("-s", "svc2", "start").exit == 0)
        let refused = try tree.svcmgr("-s", "svc3", "start")
        #expect(refused.exit == 1)
        #expect(
            lines(refused) == [
                "ERROR   SVC3         refuse to start svc3 on the same node as svc2",
                "ERROR   SVC3         'start' action stopped on execution error",
                "INFO    SVC3         skip rollback start: no resource activated",
            ])
        #expect(try tree.svcmgr("-s", "svc3", "start", "--ignore-affinity").exit == 0)
    }

    @Test("boot starts what belongs to this node and nothing else")
    func boot() throws {
        let application = try application(1, working(1))
        try tree.write(application, to: tree.etc + "/svc1.conf")
        #expect(try tree.svcmgr("-s", "svc1", "boot").exit == 0)
        #expect(!tree.exists(tree.root + "/up1"))
        try tree.write(
            "[DEFAULT]\nautostart_node = \(tree.node)\n" + application,
            to: tree.etc + "/svc1.conf")
        #expect(try tree.svcmgr("boot").exit == 0)
        #expect(tree.exists(tree.root + "/up1"))
        #expect(try tree.svcmgr("shutdown").exit == 0)
        #expect(!tree.exists(tree.root + "/up1"))
        try tree.write("[hb#0]\ntype = openha\n", to: tree.etc + "/svc1.conf")
        let outcome = try tree.svcmgr("-s", "svc1", "boot")
        #expect(outcome.exit == 0)
        #expect(outcome.error.contains("no stdby resource needs activation."))
    }
}
