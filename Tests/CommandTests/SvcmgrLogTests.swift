// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// Where records go, and what happens when they cannot (opensvc.md 5).
struct SvcmgrLogTests {
    let tree: ServiceTree

    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1", "[DEFAULT]\nnodes = \(tree.node)\n")
        try tree.launcher("S10app", of: "svc1", "exit 0")
    }

    private var file: String { tree.log + "/svc1.log" }

    @Test("the console has the time, the padded level and name; the file has date and milliseconds")
    func formats() throws {
        let outcome = try tree.svcmgr("-s", "svc1", "start")
        let console = outcome.error.split(separator: "\n")
        let spawn = "spawn: \(tree.etc)/svc1.d/S10app start"
        #expect(
            console.first?.wholeMatch(of: /\d\d:\d\d:\d\d INFO    SVC1\.APP     (.*)/)?.1
                ?? "" == spawn)
        let lines = tree.text(file).split(separator: "\n")
        let stamp = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - SVC1\.APP - INFO - (.*)/
        #expect(lines.first?.wholeMatch(of: stamp)?.1 ?? "" == spawn)
        #expect(lines.count == console.count)
    }

    @Test("at 5 MiB a new file begins, and five old ones are kept")
    func rotation() throws {
        let full = String(repeating: "x", count: 5 << 20)
        try tree.svcmgr("-s", "svc1", "print", "status")
        for number in 0..<7 {
            try tree.write("\(number)" + full, to: file)
            try tree.svcmgr("-s", "svc1", "start")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: tree.log).sorted()
        #expect(names == ["svc1.log"] + (1...5).map { "svc1.log.\($0)" })
        #expect(tree.text(file + ".1").hasPrefix("6x") && tree.text(file + ".5").hasPrefix("2x"))
        #expect(tree.text(file).contains("start done in"))
    }

    @Test("a log directory that cannot be written fails no action")
    func unwritable() throws {
        try FileManager.default.createDirectory(
            atPath: tree.root + "/var", withIntermediateDirectories: true)
        try tree.write("", to: tree.root + "/var/log")
        let outcome = try tree.svcmgr("-s", "svc1", "start")
        #expect(outcome.exit == 0 && outcome.error.contains("start done in"))
    }

    @Test("a full log device fails no action")
    func full() throws {
        try FileManager.default.createDirectory(
            atPath: tree.log, withIntermediateDirectories: true)
        try tree.link(file, to: "/dev/full")
        #expect(try tree.svcmgr("-s", "svc1", "start").exit == 0)
    }

    @Test("without a system log nothing is said twice, and nothing is missing")
    func noSystemLog() throws {
        try tree.write("[syslog]\nfacility = none\n", to: tree.etc + "/node.conf")
        let outcome = try tree.svcmgr("-s", "svc1", "start")
        #expect(outcome.exit == 0 && outcome.output.isEmpty)
        #expect(outcome.error.split(separator: "\n").count == 2)
    }

    @Test("--debug shows more, --cron only what went wrong")
    func levels() throws {
        #expect(try tree.svcmgr("-s", "svc1", "start", "--cron").error.isEmpty)
        try FileManager.default.removeItem(atPath: tree.etc + "/svc1.d")
        let error = try tree.svcmgr("-s", "svc1", "start", "--cron").error
        #expect(error.contains(" ERROR   ") && !error.contains(" INFO "))
    }

    @Test("colours mark level and name when they are asked for")
    func colors() throws {
        let error = try tree.svcmgr("-s", "svc1", "start", "--color", "yes").error
        #expect(
            error.contains(
                " \u{1B}[094mINFO\u{1B}[000m    \u{1B}[001mSVC1.APP\u{1B}[000m     spawn: "))
    }

    @Test("logs prints the log where there is no terminal")
    func logs() throws {
        #expect(try tree.svcmgr("-s", "svc1", "logs").exit == 1)
        try tree.svcmgr("-s", "svc1", "start")
        #expect(try tree.svcmgr("-s", "svc1", "logs").output == tree.text(file))
    }
}
