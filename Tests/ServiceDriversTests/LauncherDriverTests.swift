// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

/// The launcher directory, on recorded answers (opensvc.md 4.4).
struct LauncherDriverTests {
    private static let directory = "/etc/opensvc/p26.opensvc.com.d"

    /// A `.d` that links to a directory with these entries, all of them root's and executable.
    private func bench(_ names: [String], nodes: [String] = ["node1", "node2"]) -> Workbench {
        var bench = Workbench()
        bench.service.service.nodes = nodes
        bench.host.change { state in
            state.entries[Self.directory] = .link(target: "/svc1/app/init.d")
            state.probes = [(.list(directory: Self.directory), .names(names))]
            for name in names {
                let path = "\(Self.directory)/\(name)"
                state.probes.append((.status(path: path), .file(Self.file())))
                for word in ["start", "stop", "status"] {
                    state.results["\(path) \(word)"] = [CommandResult(.exited(0))]
                }
            }
        }
        return bench
    }

    private static func file(mode: UInt32 = 0o100755, owner: UInt32 = 0) -> ProbedFile {
        ProbedFile(mode: mode, owner: owner, group: 0, deviceMajor: 0, deviceMinor: 0)
    }

    private func work(_ bench: inout Workbench, _ availability: Status? = .up) -> Work {
        bench.work(bench.add("app", .launchers), availability: availability)
    }

    @Test("start logs the tutorial's two lines, and stop its own")
    func tutorial() async throws {
        var bench = bench(["C10weblauncher", "K90weblauncher", "S10weblauncher", "weblauncher"])
        bench.host.change { state in
            state.results["\(Self.directory)/S10weblauncher start"] = [
                CommandResult(.exited(0), duration: .microseconds(7657))
            ]
            state.results["\(Self.directory)/K90weblauncher stop"] = [
                CommandResult(.exited(0), duration: .microseconds(4676))
            ]
        }
        let work = work(&bench)
        #expect(try await LauncherDriver().start(work))
        try await LauncherDriver().stop(work)
        let name = "INFO P26.OPENSVC.COM.APP "
        let logs = "logs in /var/tmp/opensvc/svc_p26.opensvc.com_"
        #expect(
            bench.recorder.lines == [
                name + "spawn: /etc/opensvc/p26.opensvc.com.d/S10weblauncher start",
                name + "start done in 0:00:00.007657 - ret 0 - \(logs)S10weblauncher.log",
                name + "spawn: /etc/opensvc/p26.opensvc.com.d/K90weblauncher stop",
                name + "stop done in 0:00:00.004676 - ret 0 - \(logs)K90weblauncher.log",
            ])
    }

    @Test("launchers of one letter run one by one, in the order of their names")
    func order() async throws {
        var bench = bench(["C10a", "K10a", "S10b", "S20a", "web"])
        _ = try await LauncherDriver().start(work(&bench))
        let paths = ["S10b", "S20a"].map { "\(Self.directory)/\($0) start" }
        #expect(bench.host.lines == paths)
    }

    @Test("a launcher survives us, reads nothing, writes its own log and knows the service")
    func command() async throws {
        var bench = bench(["S10web"])
        bench.service.resources.append(
            ResourceConfiguration(
                rid: "ip#0", common: CommonKeywords(),
                driver: .ip(
                    IPKeywords(name: "p26.opensvc.com", device: "eth0", netmask: "27"))))
        bench.service.resources.append(
            ResourceConfiguration(
                rid: "ip#1", common: CommonKeywords(),
                driver: .ip(IPKeywords(name: "nowhere", device: "eth1"))))
        bench.service.resources.append(
            ResourceConfiguration(
                rid: "ip#2", common: CommonKeywords(),
                driver: .ip(IPKeywords(name: "10.1.2.3", device: "eth0"))))
        bench.host.change { state in
            state.probes.append((.resolve(name: "p26.opensvc.com"), .addresses(["37.59.71.26"])))
            let lines = """
                2: eth0@if5: <BROADCAST,UP> mtu 1500 qdisc pfifo_fast state UP
                    inet6 fe80::1/64 scope link
                    inet 10.1.0.1/16 brd 10.1.255.255 scope global eth0

                """
            state.results["ip addr"] = [CommandResult(.exited(0), output: lines)]
        }
        _ = try await LauncherDriver().start(work(&bench))
        let command = try #require(bench.host.commands.last)
        #expect(command.isDetached && command.input == nil && !command.appendsOutput)
        #expect(command.outputFile == "/var/tmp/opensvc/svc_p26.opensvc.com_S10web.log")
        #expect(
            command.environment == [
                "OPENSVC_SVCNAME": "p26.opensvc.com", "OPENSVC_ACTION": "start",
                "OPENSVC_IP0": "p26.opensvc.com eth0 37.59.71.26 255.255.255.224",
                "OPENSVC_IP1": "nowhere eth1 unknown unknown",
                "OPENSVC_IP2": "10.1.2.3 eth0 10.1.2.3 255.255.0.0",
                "OPENSVC_IPNAME": "10.1.2.3", "OPENSVC_IPDEV": "eth0",
                "OPENSVC_IPADDR": "10.1.2.3", "OPENSVC_MASK": "255.255.0.0",
            ])
    }

    @Test("what is not root's is given to root, what is not executable made so")
    func rights() async throws {
        var bench = bench(["S10web"])
        let path = "\(Self.directory)/S10web"
        bench.host.change { state in
            state.programs = ["chmod": "/bin/chmod", "chown": "/bin/chown"]
            state.probes.removeLast()
            state.probes.append((.status(path: path), .file(Self.file(mode: 0o100644, owner: 7))))
            state.results["chown 0:0 \(path)"] = [CommandResult(.exited(0))]
            state.results["chmod +x \(path)"] = [CommandResult(.exited(0))]
        }
        _ = try await LauncherDriver().start(work(&bench))
        let told = bench.recorder.lines.filter { $0.hasPrefix("INFO") }.map { $0.dropFirst(25) }
        #expect(
            told.prefix(3) == [
                "set \(path) ownership to uid 0 gid 0", "chmod +x \(path)",
                "spawn: \(path) start",
            ])
        #expect(
            bench.host.lines == ["chown 0:0 \(path)", "chmod +x \(path)", "\(path) start"])
    }

    @Test("what cannot be executed counts as ret 1 and fails nothing; nor does another exit code")
    func failures() async throws {
        var bench = bench(["S1", "S2", "S3"])
        bench.host.change { state in
            state.results["\(Self.directory)/S1 start"] = [
                CommandResult(.refused("Exec format error"))
            ]
            state.results["\(Self.directory)/S2 start"] = [
                CommandResult(.exited(3), duration: .seconds(3723))
            ]
            state.results["\(Self.directory)/S3 start"] = [CommandResult(.signalled(9))]
        }
        #expect(try await LauncherDriver().start(work(&bench)))
        let lines = bench.recorder.lines
        #expect(
            lines[1]
                == "ERROR P26.OPENSVC.COM.APP \(Self.directory)/S1 execution error"
                + " (Exec format error)")
        #expect(lines[2].contains("start done in 0:00:00 - ret 1 - logs in "))
        #expect(lines[4].contains("start done in 1:02:03 - ret 3 - logs in "))
        #expect(lines[6].contains(" - ret -9 - "))
    }

    @Test(
        "a missing directory fails a start and not a stop; one that is no link fails both",
        arguments: [
            (nil, "is not present"), (LocalEntry.link(target: "/svc1/app"), "is not present"),
            (.directory, "is not a link"), (.regular, "is not a link"),
        ])
    func absence(entry: LocalEntry?, text: String) async throws {
        var bench = Workbench()
        bench.host.change { $0.entries[Self.directory] = entry }
        let work = work(&bench)
        await #expect(throws: StepFailure()) { try await LauncherDriver().start(work) }
        let name = "P26.OPENSVC.COM.APP \(Self.directory)"
        #expect(bench.recorder.lines == ["ERROR \(name) \(text)"])
        guard text == "is not present" else {
            await #expect(throws: StepFailure()) { try await LauncherDriver().stop(work) }
            return
        }
        try await LauncherDriver().stop(work)
        #expect(
            bench.recorder.lines.last == "INFO \(name) is not present, perhaps already stopped")
    }

    @Test("a directory that hangs is an error for actions and a warning for the status")
    func hang() async throws {
        var bench = Workbench()
        bench.host.change { state in
            state.entries[Self.directory] = .link(target: "/svc1/app")
            state.probes = [(.list(directory: Self.directory), nil)]
        }
        let work = work(&bench)
        let text = "\(Self.directory) is not responding"
        await #expect(throws: StepFailure()) { try await LauncherDriver().start(work) }
        #expect(bench.recorder.lines == ["ERROR P26.OPENSVC.COM.APP \(text)"])
        let found = await LauncherDriver().evaluate(work)
        #expect(found == Evaluation(.warn, [StatusNote(.warn, text)]))
    }

    @Test("a launcher that hangs is not run")
    func hangingLauncher() async throws {
        var bench = bench(["S10web"])
        bench.host.change { $0.probes[1].1 = nil }
        _ = try await LauncherDriver().start(work(&bench))
        #expect(bench.host.lines == [])
        #expect(bench.recorder.lines.first?.hasSuffix("S10web is not responding") == true)
    }

    @Test(
        "without ip, disk and fs up, the status of a service with several nodes is n/a, without a word",
        arguments: [Status.down, .warn, .notApplicable, .undefined, .standbyUp, .standbyDown])
    func notUp(availability: Status) async {
        var bench = bench(["C10web"])
        let found = await LauncherDriver().evaluate(work(&bench, availability))
        #expect(found == Evaluation(.notApplicable))
        #expect(bench.host.lines == [])
        var single = self.bench(["C10web"], nodes: ["node1"])
        let alone = await LauncherDriver().evaluate(work(&single, availability))
        #expect(alone == Evaluation(.up))
    }

    @Test("no checkup scripts, or no directory: n/a, and why")
    func nothingToAsk() async {
        var bench = bench(["S10web", "web"])
        let found = await LauncherDriver().evaluate(work(&bench))
        #expect(found == Evaluation(.notApplicable, [StatusNote(.info, "no checkup scripts")]))
        var none = Workbench()
        let missing = await LauncherDriver().evaluate(work(&none))
        let text = "\(Self.directory) does not exist"
        #expect(missing == Evaluation(.notApplicable, [StatusNote(.info, text)]))
    }

    @Test(
        "checks that agree are up or down; those that do not are a warning that names who failed",
        arguments: [
            ([0, 0], Status.up, nil), ([1, 3], .down, nil),
            ([0, 1], .warn, "/etc/opensvc/p26.opensvc.com.d/C2 returned errors"),
            ([2, 0], .warn, "/etc/opensvc/p26.opensvc.com.d/C1 returned errors"),
        ] as [([Int32], Status, String?)])
    func checks(codes: [Int32], status: Status, note: String?) async {
        var bench = bench(["C1", "C2"])
        bench.host.change { state in
            for (index, code) in codes.enumerated() {
                state.results["\(Self.directory)/C\(index + 1) status"] = [
                    CommandResult(.exited(code))
                ]
            }
        }
        let found = await LauncherDriver().evaluate(work(&bench))
        #expect(found == Evaluation(status, note.map { [StatusNote(.warn, $0)] } ?? []))
        #expect(bench.recorder.lines == [])
    }

    @Test("a check that hangs is a warning, never a failed application")
    func hangingCheck() async {
        var bench = bench(["C1"])
        bench.host.change { state in
            state.results["\(Self.directory)/C1 status"] = [CommandResult(.timedOut)]
        }
        let found = await LauncherDriver().evaluate(work(&bench))
        #expect(found.status == .warn)
        #expect(found.notes.first?.text.hasSuffix("execution timeout (30 seconds)") == true)
    }
}

/// Durations as the tutorial prints them.
struct ElapsedTextTests {
    @Test(
        "hours, minutes, seconds and microseconds, these only if there are any",
        arguments: [
            (.microseconds(7657), "0:00:00.007657"), (.zero, "0:00:00"),
            (.nanoseconds(999), "0:00:00"), (.seconds(59), "0:00:59"),
            (.seconds(36_061) + .microseconds(120_000), "10:01:01.120000"),
        ] as [(Duration, String)])
    func text(duration: Duration, text: String) { #expect(elapsedText(duration) == text) }
}
