// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

/// The heartbeat as a resource, on recorded answers (opensvc.md 4.6).
struct OpenHADriverTests {
    static let monitor = """
        # the tutorial's
        node1 net eth0 239.131.50.10 1234 10
        node1 dio /dev/mapper/14f5 0 10
        node2 net eth0 239.131.50.10 4321 10
        node2 dio /dev/mapper/14f5 2 10

        """
    private static let arguments = [
        "heartd eth0 239.131.50.10 1234", "heartd_dio /dev/mapper/14f5 0",
        "heartc eth0 239.131.50.10 4321 10", "heartc_dio /dev/mapper/14f5 2 10", "nmond",
    ]
    private static let ps = "ps -ef -ww"

    static func processes(_ bin: String = "/usr/local/cluster/bin", without missing: Int? = nil)
        -> String
    {
        let lines = arguments.enumerated().filter { $0.offset != missing }.map {
            "root      22963       1  0 10:29 ?        00:00:00 \(bin)/\($0.element)"
        }
        return (["UID          PID    PPID  C STIME TTY          TIME CMD"] + lines)
            .joined(separator: "\n") + "\n"
    }

    /// A node with the heartbeat in the classic tree, all of it running.
    static func bench(state: String? = "2\n", peer: String? = nil) -> Workbench {
        let bench = Workbench()
        let root = "/usr/local/cluster"
        bench.host.change { host in
            host.programs = ["ps": "/bin/ps"]
            for path in [root, root + "/bin", root + "/bin/.", root + "/conf/."] {
                host.entries[path] = .directory
            }
            host.entries[root + "/bin/nmond"] = .regular
            host.entries[root + "/bin/service"] = .regular
            host.files[root + "/conf/monitor"] = monitor
            host.files[root + "/services/p26.opensvc.com/STATE.node1"] = state
            host.files[root + "/services/p26.opensvc.com/STATE.node2"] = peer
            host.results[ps] = [CommandResult(.exited(0), output: processes())]
            for suffix in [".cluster", ".stonith"] {
                host.entries["/etc/opensvc/p26.opensvc.com" + suffix] =
                    .link(target: "/usr/bin/svcmgr")
            }
        }
        return bench
    }

    private let driver = OpenHADriver(name: "p26.opensvc.com")

    private func work(_ bench: inout Workbench) -> Work {
        bench.work(bench.add("hb#0", .openHA(name: "p26.opensvc.com")))
    }

    private func evaluate(_ bench: Workbench) async -> Evaluation {
        var bench = bench
        return await driver.evaluate(work(&bench))
    }

    private func warn(_ text: String) -> Evaluation {
        Evaluation(.warn, [StatusNote(.warn, text)])
    }

    @Test(
        "each state of the heartbeat has its status",
        arguments: [
            ("0\n", Evaluation(.down)), ("2\n", Evaluation(.up)), ("2", Evaluation(.up)),
        ]
            + [
                ("1", "stopping"), ("3", "starting"), ("4", "start_failed"), ("5", "stop_failed"),
                ("6", "frozen_stop"), ("7", "start_ready"), ("9", "force_stop"),
            ].map { state, name in
                (
                    state,
                    Evaluation(.warn, [StatusNote(.warn, "cluster service status is \(name)")])
                )
            }
            + ["8", "x", "", " 2"].map { state in
                let text = "unable to determine cluster service state"
                return (state, Evaluation(.warn, [StatusNote(.warn, text)]))
            })
    func states(state: String, evaluation: Evaluation) async {
        #expect(await evaluate(Self.bench(state: state)) == evaluation)
    }

    @Test("without a state file nothing can be told")
    func noState() async {
        let found = await evaluate(Self.bench(state: nil))
        #expect(found == warn("unable to determine cluster service state"))
    }

    @Test("without the tree, the monitor file or any one of the daemons: not running")
    func notRunning() async {
        let text = "open-ha daemons are not running"
        #expect(await evaluate(Workbench()) == warn(text))
        let empty = Self.bench()
        empty.host.change { $0.files["/usr/local/cluster/conf/monitor"] = nil }
        #expect(await evaluate(empty) == warn(text))
        for missing in 0...4 {
            let bench = Self.bench()
            let output = Self.processes(without: missing)
            bench.host.change {
                $0.results[Self.ps] = [CommandResult(.exited(0), output: output)]
            }
            #expect(await evaluate(bench) == warn(text), "\(missing)")
        }
    }

    @Test("a tree without the command: not installed")
    func notInstalled() async {
        let bench = Self.bench()
        bench.host.change { $0.entries["/usr/local/cluster/bin/service"] = nil }
        #expect(await evaluate(bench) == warn("open-ha is not installed"))
    }

    @Test("a ps that hangs is a warning of its own")
    func hang() async {
        let bench = Self.bench()
        bench.host.change { $0.results[Self.ps] = [CommandResult(.timedOut)] }
        #expect(await evaluate(bench) == warn("ps is not responding"))
    }

    @Test("in the FHS layout, and by the environment, the files are elsewhere")
    func places() {
        let fhs = RecordedHost { $0.entries["/usr/lib/openha/bin/nmond"] = .regular }
        let places = OpenHAPlaces(fhs)
        #expect(places.bin == "/usr/lib/openha/bin")
        #expect(places.monitorFile == "/etc/openha/monitor")
        #expect(places.stateFile("s", node: "n") == "/var/lib/openha/services/s/STATE.n")
        #expect(places.variables == [:])

        let usual = OpenHAPlaces(RecordedHost())
        #expect(usual.bin == "/usr/local/cluster/bin")
        #expect(usual.monitorFile == "/usr/local/cluster/conf/monitor")

        let given = RecordedHost { state in
            state.variables = ["EZ": "/opt/c", "EZ_VAR": "/opt/c", "EZ_MONITOR": "/opt/m"]
            state.entries["/opt/c/bin/."] = .directory
        }
        let there = OpenHAPlaces(given)
        #expect(there.bin == "/opt/c/bin" && there.monitorFile == "/opt/m")
        #expect(there.stateFile("s", node: "n") == "/opt/c/services/s/STATE.n")
        #expect(there.variables["EZ_MONITOR"] == "/opt/m")
        #expect(there.variables["EZ_SERVICES"] == "/opt/c/conf/services")

        let apart = RecordedHost { state in
            state.variables = ["EZ_VAR": "/v", "EZ_BIN": "/b", "EZ_MONITOR": "/m"]
        }
        #expect(OpenHAPlaces(apart).stateFile("s", node: "n") == "/v/services/s/STATE.n")
        #expect(OpenHAPlaces(apart).bin == "/b")
    }

    @Test("freezestop calls the heartbeat in the background, with the environment it needs")
    func freezeStop() async throws {
        var bench = Self.bench()
        let words = "/usr/local/cluster/bin/service -A p26.opensvc.com freeze-stop"
        bench.host.change { state in
            state.programs["setsid"] = "/usr/bin/setsid"
            state.results["setsid --fork \(words)"] = [CommandResult(.exited(0))]
        }
        try await driver.freezeStop(work(&bench))
        #expect(bench.recorder.lines == ["INFO P26.OPENSVC.COM.HB#0 \(words)"])
        let command = try #require(bench.host.commands.last)
        #expect(command.environment["EZ"] == "/usr/local/cluster")
        #expect(command.environment["EZ_LOG"] == "/usr/local/cluster/log")
        #expect(command.isDetached && command.appendsOutput)

        var none = Workbench()
        let work = work(&none)
        await #expect(throws: StepFailure()) { try await driver.freezeStop(work) }
        #expect(none.recorder.lines.last?.hasPrefix("ERROR") == true)
    }
}

/// Whether the peer is to be fenced (decision 12).
struct WantsFencingTests {
    private let driver = OpenHADriver(name: "p26.opensvc.com")
    private static let file = "/usr/local/cluster/services/p26.opensvc.com/STATE.node2"

    private func work(_ bench: Workbench) -> Work {
        var bench = bench
        return bench.work(bench.add("hb#0", .openHA(name: "p26.opensvc.com")))
    }

    @Test("only a peer that the heartbeat itself says is unknown is fenced", arguments: 0...9)
    func states(code: Int) async throws {
        let bench = OpenHADriverTests.bench(peer: "\(code)\n")
        #expect(try await driver.wantsFencing(work(bench)) == (code == 8))
        #expect(bench.host.pauses == [])
    }

    @Test(
        "a state that cannot be read is looked at again for 3 s; then nothing is fenced or started")
    func unreadable() async throws {
        let bench = OpenHADriverTests.bench()
        let text = "cannot tell the peer's state (\(Self.file) is unreadable): start refused"
        let work = work(bench)
        await #expect(throws: StepFailure(text)) { try await driver.wantsFencing(work) }
        #expect(bench.host.pauses.reduce(.zero, +) == .seconds(3))
    }

    @Test("a daemon that is back within that time is enough")
    func respawn() async throws {
        let bench = OpenHADriverTests.bench(peer: "8\n")
        bench.host.change { state in
            let missing = OpenHADriverTests.processes(without: 4)
            state.results["ps -ef -ww"] = [
                CommandResult(.exited(0), output: missing),
                CommandResult(.exited(0), output: OpenHADriverTests.processes()),
            ]
        }
        #expect(try await driver.wantsFencing(work(bench)))
        #expect(bench.host.pauses == [.milliseconds(500)])
    }

    @Test("a daemon that stays away, another text in the file, a third node: refused")
    func refusals() async throws {
        let noDaemon = OpenHADriverTests.bench(peer: "8\n")
        noDaemon.host.change { state in
            let missing = OpenHADriverTests.processes(without: 4)
            state.results["ps -ef -ww"] = [CommandResult(.exited(0), output: missing)]
        }
        let odd = OpenHADriverTests.bench(peer: "x\n")
        var third = OpenHADriverTests.bench(peer: "8\n")
        third.service.service.nodes = ["node1", "node2", "node3"]
        let silent = OpenHADriverTests.bench(peer: "8\n")
        silent.host.change { $0.results["ps -ef -ww"] = [CommandResult(.timedOut)] }
        for (bench, why) in [
            (noDaemon, "/usr/local/cluster/bin/nmond is not running"),
            (odd, "\(Self.file) holds no state"), (third, "HA cluster must have 2 nodes"),
            (silent, "ps is not responding"),
        ] {
            let work = work(bench)
            let text = "cannot tell the peer's state (\(why)): start refused"
            await #expect(throws: StepFailure(text)) { try await driver.wantsFencing(work) }
        }
    }

    @Test("a service of one node has no peer to fence")
    func alone() async throws {
        var bench = OpenHADriverTests.bench()
        bench.service.service.nodes = ["node1"]
        #expect(try await !driver.wantsFencing(work(bench)))
    }
}
