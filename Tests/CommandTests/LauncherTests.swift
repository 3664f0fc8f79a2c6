// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Foundation
import Glibc
import Platform
import Testing

/// The launcher with real daemons (specification, 8.10).
@Suite(.serialized)
struct LauncherTests {
    let tree: InstalledTree
    init() throws { tree = try InstalledTree() }

    var link: String { "127.0.0.1-\(tree.port)-lo" }
    var peerLink: String { "127.0.0.9-\(tree.port + 1)-lo" }

    func start() throws {
        #expect(try tree.launcher("start").exit == 0)
        let keys = Set([link, peerLink, "nmond", "guard", "journal"])
        #expect(tree.eventually { Set(tree.daemons.keys) == keys })
    }

    @Test(
        "anything but its four verbs is answered by the usage", arguments: ["", "status", "Start"])
    func usage(verb: String) throws {
        let answer = try tree.launcher(verb)
        #expect(answer.output == "Usage: \(tree.root)/ezha {start|stop|kill|restart}\n")
        #expect(answer.exit == 1)
    }

    @Test(
        "without nodes or monitor nothing is started, and it says why",
        arguments: ["nodes", "monitor"])
    func missing(file: String) throws {
        try FileManager.default.removeItem(atPath: "\(tree.root)/conf/\(file)")
        let answer = try tree.launcher("start")
        #expect(answer.exit == 1)
        #expect(answer.output.contains("\(tree.root)/conf/\(file): No such file"))
        #expect(tree.daemons.isEmpty)
    }

    @Test("start runs what ps must show, and starting again changes nothing")
    func startTwice() throws {
        try start()
        let lines = [
            "heartc_unicast lo 127.0.0.9 \(tree.port + 1) 60",
            "heartd_unicast lo 127.0.0.1 \(tree.port)", "nmond",
        ]
        let shown = tree.processes(from: tree.bin)
        #expect(shown.filter { !$0.hasPrefix("ez") } == lines)
        try tree.states.write(.started, "svc1", tree.node, sync: false)
        let before = tree.daemons
        #expect(try tree.launcher("start").exit == 0)
        #expect(tree.daemons == before)
        #expect(tree.state == .started)
    }

    @Test("stop ends everything, and what was started is stopped first", arguments: [2, 7])
    func stop(digit: UInt8) throws {
        try start()
        try tree.states.write(ServiceState(rawValue: digit)!, "svc1", tree.node, sync: false)
        #expect(try tree.launcher("stop").exit == 0)
        #expect(tree.state == .stopped)
        #expect(tree.calls == "stop\n")
        #expect(tree.daemons.isEmpty)
        #expect(tree.processes(from: tree.bin) == [])
        #expect(try tree.launcher("stop").exit == 0)
        #expect(tree.calls == "stop\n")
    }

    @Test("kill leaves services and states alone", arguments: [0, 2, 4, 6, 7])
    func kill(digit: UInt8) throws {
        try start()
        let state = ServiceState(rawValue: digit)!
        try tree.states.write(state, "svc1", tree.node, sync: false)
        let answer = try tree.launcher("kill")
        #expect(answer.output == "Stopping EZ-HA daemons\n" && answer.exit == 0)
        #expect(tree.state == state)
        #expect(tree.calls == "")
        #expect(tree.processes(from: tree.bin) == [])
    }

    @Test("restart replaces every process, and no state changes", arguments: [0, 2, 3, 7])
    func restart(digit: UInt8) throws {
        try start()
        let state = ServiceState(rawValue: digit)!
        try tree.states.write(state, "svc1", tree.node, sync: false)
        let before = tree.daemons
        #expect(try tree.launcher("restart").exit == 0)
        #expect(tree.eventually { tree.daemons.keys == before.keys })
        #expect(Set(tree.daemons.values).isDisjoint(with: before.values))
        if state != .starting { #expect(tree.state == state) }
        #expect(tree.calls == "")
    }

    @Test("a frozen process is killed in the end, and a process of somebody else never")
    func frozenProcess() throws {
        try start()
        let other = try InstalledTree()
        #expect(try other.launcher("start").exit == 0)
        let theirs = other.daemons
        _ = Glibc.kill(try #require(tree.daemons[link]), SIGSTOP)
        #expect(try tree.launcher("stop").exit == 0)
        #expect(tree.daemons.isEmpty)
        #expect(theirs.allSatisfy { other.daemons[$0.key] == $0.value })
        #expect(try other.launcher("kill").exit == 0)
    }

    @Test("it may be called through links of any name, absolute and relative")
    func links() throws {
        let manager = FileManager.default
        let rc = tree.root + "/rc3.d"
        try manager.createDirectory(atPath: rc, withIntermediateDirectories: true)
        try manager.createSymbolicLink(
            atPath: rc + "/S99cluster", withDestinationPath: tree.root + "/ezha")
        try manager.createSymbolicLink(
            atPath: rc + "/K01cluster", withDestinationPath: "../ezha.init")
        #expect(try tree.launcher("start", by: "rc3.d/S99cluster").exit == 0)
        #expect(tree.daemons["nmond"] != nil)
        #expect(try tree.launcher("stop", by: "rc3.d/K01cluster").exit == 0)
        #expect(tree.daemons.isEmpty)
    }

    @Test(
        "programs kept elsewhere are found by EZ_BIN, and by PATH alone",
        arguments: ["EZ_BIN", "PATH"])
    func programsElsewhere(variable: String) throws {
        let elsewhere = tree.root + "-programs"
        try FileManager.default.moveItem(atPath: tree.bin, toPath: elsewhere)
        defer { try? FileManager.default.removeItem(atPath: elsewhere) }
        let value = variable == "PATH" ? "\(elsewhere):/usr/bin:/bin" : elsewhere
        #expect(try tree.launcher("start", adding: [variable: value]).exit == 0)
        #expect(tree.processes(from: elsewhere).contains("nmond"))
        #expect(
            tree.processes(from: elsewhere).contains("heartd_unicast lo 127.0.0.1 \(tree.port)"))
        #expect(try tree.launcher("stop", adding: [variable: value]).exit == 0)
        #expect(tree.daemons.isEmpty)
    }

    @Test("a bad line of the monitor file is told, and the other links start")
    func badLine() throws {
        let good = try readFile(tree.root + "/conf/monitor")
        try tree.write(
            String(decoding: good, as: UTF8.self) + "\(tree.node) serial /dev/ttyS0 0 10\n",
            to: "conf/monitor")
        let answer = try tree.launcher("start")
        #expect(answer.output.contains("Oooops. What is serial? Ignoring.\n"))
        #expect(answer.output.contains("\(tree.root)/conf/monitor:3: unknown type of link serial"))
        #expect(tree.daemons[link] != nil && tree.daemons[peerLink] != nil)
        #expect(try tree.launcher("kill").exit == 0)
    }
}
