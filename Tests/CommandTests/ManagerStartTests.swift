// SPDX-License-Identifier: Apache-2.0

import Board
import Foundation
import Glibc
import Platform
import Testing

/// nmond, its guard and its writer as real processes of one node.
@Suite(.serialized) struct ManagerStartTests {
    private let tree: CommandTree

    init() throws {
        tree = try CommandTree()
        for name in ["nmond", "ezguard", "ezwriter", "ezjournal", "heartc"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(tree.bin)/\(name)",
                withDestinationPath: "\(CommandTree.products)/heartbeat")
        }
        try tree.write(
            "node9 net nosuch0 239.131.50.10 1235 10\n", to: tree.conf + "/monitor")
    }

    /// Waits for something that a daemon does by itself; false after a minute.
    private func soon(_ condition: () -> Bool) -> Bool {
        let deadline = timeSinceBoot() + .seconds(60)
        while timeSinceBoot() < deadline {
            if condition() { return true }
            usleep(10_000)
        }
        return condition()
    }

    private func holder(_ name: String) -> Int32? { lockHolder("\(tree.proc)/\(name).key") }

    private func stop() {
        // A guard that is about to start would look for an nmond in a tree that is gone.
        if holder("nmond") != nil { _ = soon { holder("guard") != nil } }
        for name in ["guard", "nmond", "journal", "239.131.50.10-1235-nosuch0"] {
            if let pid = holder(name) { sendSignal(SIGTERM, to: pid) }
        }
        _ = soon { holder("guard") == nil && holder("nmond") == nil }
    }

    @Test("what waiting cannot heal is refused before going to the background, and nothing runs")
    func refusals() throws {
        try tree.write("# no link\n", to: tree.conf + "/monitor")
        #expect(try tree("nmond").error.contains("conf/monitor: no link"))
        try tree.write(
            "\(tree.node) dio /dev/sdx 0 9\nnode9 dio /dev/sdx 0 9\n", to: tree.conf + "/monitor")
        let overlap = try tree("nmond")
        #expect(overlap.error.contains("lines 1 and 2") && overlap.error.contains("EZ_WIRE"))
        #expect(overlap.exit == 255 && overlap.output.isEmpty)
        try FileManager.default.removeItem(atPath: tree.conf + "/monitor")
        #expect(try tree("nmond").error.contains("conf/monitor: No such file"))
        #expect(try tree("nmond", "-l", "8").exit == 1)
        #expect(holder("nmond") == nil)
    }

    @Test("a second nmond is refused with the first one's pid, and the first goes on")
    func second() throws {
        defer { stop() }
        #expect(try tree("nmond") == .init(output: "", error: "", exit: 0))
        let first = try #require(holder("nmond"))
        let outcome = try tree("nmond")
        #expect(outcome.exit == 255)
        #expect(
            outcome.error.contains("unable to lock key file: nmond runs already, process \(first)"))
        #expect(holder("nmond") == first)
    }

    @Test("nmond killed is brought back; told to end it stays away, and so does its guard")
    func guarded() throws {
        defer { stop() }
        #expect(try tree("nmond").exit == 0)
        let first = try #require(holder("nmond"))
        #expect(soon { holder("guard") != nil })
        sendSignal(SIGKILL, to: first)
        #expect(soon { holder("nmond").map { $0 != first } ?? false })
        sendSignal(SIGTERM, to: try #require(holder("nmond")))
        #expect(soon { holder("guard") == nil })
        #expect(holder("nmond") == nil)
    }

    @Test("a guard that was killed is started again, and so is a writer")
    func guardKilled() throws {
        defer { stop() }
        #expect(try tree("nmond").exit == 0)
        #expect(soon { holder("guard") != nil })
        let first = try #require(holder("guard"))
        sendSignal(SIGKILL, to: first)
        #expect(soon { holder("guard").map { $0 != first } ?? false })
    }

    @Test("a link of the monitor file that nobody started is started after five seconds")
    func missingLink() throws {
        defer { stop() }
        #expect(try tree("nmond").exit == 0)
        #expect(soon { holder("239.131.50.10-1235-nosuch0") != nil })
    }

    @Test("a configured service without a state gets FROZEN_STOP here; others are left alone")
    func firstState() throws {
        defer { stop() }
        try tree.write(
            "svc1\t/bin/true\t\(tree.node)\tnode9\t/bin/true\n"
                + "svc2\t/bin/true\tnode8\tnode9\t/bin/true\n", to: tree.conf + "/services")
        #expect(try tree("nmond").exit == 0)
        #expect(try tree.read(tree.stateFiles.path("svc1", tree.node)) == "6\n")
        #expect(fileStamp("\(tree.stateFiles.directory)/svc2") == nil)
    }

    @Test("1,000 services with the longest names are taken over by an nmond that knew one")
    func manyServices() throws {
        defer { stop() }
        let names = (0..<1000).map { String(repeating: "x", count: 60) + "\(1000 + $0)".suffix(3) }
        func text(_ names: [String]) -> String {
            names.map { "\($0)\t/bin/true\t\(tree.node)\tnode9\t/bin/true\n" }.joined()
        }
        let links = "\(tree.node) net nosuch0 239.131.50.10 1234 60\n"
        try tree.write(
            links + "node9 net nosuch0 239.131.50.10 1235 60\n", to: tree.conf + "/monitor")
        try tree.write(text([names[0]]), to: tree.conf + "/services")
        #expect(try tree.run("nmond", [], ["EZ_WIRE": "D"]).exit == 0)
        let first = try #require(holder("nmond"))
        try tree.write(text(names), to: tree.conf + "/services")
        let run = try RunDirectory(
            stateDirectory: tree.stateFiles.directory, below: tree.run, create: false)
        let page = try ManagerPage(reading: run)
        #expect(soon { page.read()?.heartbeat.services.map(\.name) == names })
        #expect(page.read()?.services.count == 1000)
        #expect(holder("nmond") == first)
        stop()
        // Started with all of them, too.
        #expect(
            try tree.run("nmond", [], ["EZ_WIRE": "D"]) == .init(output: "", error: "", exit: 0))
        #expect(soon { page.read()?.heartbeat.services.count == 1000 })
    }

    @Test(
        "more services than a link's beats can carry are refused in one line that names the limit")
    func tooManyServices() throws {
        func text(_ count: Int) -> String {
            (1...count).map { "svc\($0)\t/bin/true\t\(tree.node)\tnode9\t/bin/true\n" }.joined()
        }
        try tree.write(text(1000), to: tree.conf + "/services")
        try tree.write(
            "node9 dio /dev/nosuch 0 10\n\(tree.node) dio /dev/nosuch 20 10\n",
            to: tree.conf + "/monitor")
        let narrow = try tree.run("nmond", [], ["EZ_WIRE": "D"])
        #expect(
            narrow.error == "nmond: \(tree.conf)/services:129: 1000 services, the layout holds 128 "
                + "and there is no room for more, on the link of line 2 of \(tree.conf)/monitor\n")
        let without = try tree.run("nmond", [], ["EZ_WIRE": "D", "EZ_TRAILER": "off"])
        #expect(
            without.error == "nmond: \(tree.conf)/services:129: service svc129 does not fit layout "
                + "D (EZ_WIRE): node \(tree.node) has more services than 128\n")
        #expect(narrow.exit == 255 && without.exit == 255 && holder("nmond") == nil)
    }

    @Test("a sender says once what its beats have no room for")
    func cutBeats() throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(tree.bin)/heartd_dio",
            withDestinationPath: "\(CommandTree.products)/heartbeat")
        try tree.write(
            "\(tree.node) dio /dev/nosuch 0 10\nnode9 dio /dev/nosuch 1 10\n",
            to: tree.conf + "/monitor")
        let log = tree.root + "/log.txt"
        #expect(
            try tree.run("heartd_dio", ["/dev/nosuch", "0"], ["EZ_LOG_FILE": log]).exit == 0)
        let keys = try directoryEntries(tree.proc).filter { $0.hasSuffix(".key") }
        let sender = try #require(keys.compactMap { lockHolder("\(tree.proc)/\($0)") }.first)
        defer { sendSignal(SIGKILL, to: sender) }
        let said = try tree.read(log).split(separator: "\n").filter { $0.contains("room for") }
        #expect(
            said.count == 1
                && said[0].hasSuffix(
                    "room for 512 bytes a beat: without a trailer, as OpenHA's beats are")
        )
    }

    @Test("a service added while nmond runs is taken over, also after the file was unreadable")
    func reload() throws {
        defer { stop() }
        #expect(try tree("nmond").exit == 0)
        let first = holder("nmond")
        let file = tree.conf + "/services"
        func line(_ name: String) -> String {
            "\(name)\t/bin/true\t\(tree.node)\tnode9\t/bin/true\n"
        }
        func isKnown(_ name: String) -> Bool {
            fileStamp(tree.stateFiles.path(name, tree.node)) != nil
        }
        try tree.write(line("svc1"), to: file)
        #expect(soon { isKnown("svc1") })
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(
            atPath: file, withIntermediateDirectories: false)
        usleep(300_000)
        try FileManager.default.removeItem(atPath: file)
        try tree.write(line("svc1") + line("svc2"), to: file)
        #expect(soon { isKnown("svc2") })
        #expect(holder("nmond") == first)
    }
}
