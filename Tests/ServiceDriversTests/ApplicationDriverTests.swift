// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

/// `app#N` sections, on recorded answers (opensvc.md 4.4).
struct ApplicationDriverTests {
    private static let script = "/srv/app/run.sh"

    private func bench(owner: UInt32 = 1000) -> Workbench {
        let bench = Workbench()
        bench.host.change { state in
            let file = ProbedFile(
                mode: 0o100755, owner: owner, group: 50, deviceMajor: 0, deviceMinor: 0)
            state.probes = [(.status(path: Self.script), .file(file))]
            state.results["getent passwd 1000"] = [
                CommandResult(
                    .exited(0), output: "web:x:1000:1001:The Web,,,:/home/web:/bin/sh\n")
            ]
        }
        return bench
    }

    private func driver(_ change: (inout ApplicationKeywords) -> Void = { _ in })
        -> ApplicationDriver
    {
        var keywords = ApplicationKeywords(script: Self.script)
        (keywords.start, keywords.stop, keywords.check) = (10, 20, 30)
        change(&keywords)
        return ApplicationDriver(keywords)
    }

    private func answer(_ bench: Workbench, _ word: String, _ end: CommandResult.End) {
        bench.host.change { $0.results["\(Self.script) \(word)"] = [CommandResult(end)] }
    }

    private func work(_ bench: inout Workbench, _ availability: Status? = nil) -> Work {
        let keywords = ApplicationKeywords(script: Self.script)
        return bench.work(bench.add("app#1", .application(keywords)), availability: availability)
    }

    @Test("it runs as the owner of its file, in a directory anyone may enter")
    func owner() async throws {
        var bench = bench()
        answer(bench, "status", .exited(1))
        answer(bench, "start", .exited(0))
        #expect(try await driver().start(work(&bench)))
        let name = "INFO P26.OPENSVC.COM.APP#1"
        #expect(
            bench.recorder.lines == [
                "\(name) exec /srv/app/run.sh start as user web",
                "\(name) start done in 0:00:00 - ret 0 - logs in"
                    + " /var/tmp/opensvc/svc_p26.opensvc.com_run.sh.log",
            ])
        let command = try #require(bench.host.commands.last)
        #expect(
            command.user == Command.User(id: 1000, group: 1001, name: "web", home: "/home/web"))
        #expect(command.directory == "/var/tmp/opensvc")
        #expect(command.environment["HOME"] == "/home/web")
        #expect(command.environment["USER"] == "web" && command.environment["LOGNAME"] == "web")
        #expect(command.environment["OPENSVC_SVCNAME"] == "p26.opensvc.com")
    }

    @Test("an owner without a name stands for itself")
    func nameless() async throws {
        var bench = bench(owner: 4711)
        bench.host.change { state in
            state.results["getent passwd 4711"] = [CommandResult(.exited(2))]
        }
        answer(bench, "start", .exited(0))
        _ = try await driver { $0.check = nil }.start(work(&bench))
        #expect(bench.recorder.lines.first?.hasSuffix("as user 4711") == true)
    }

    @Test("what is up is not started, what is down not stopped")
    func idempotent() async throws {
        var bench = bench()
        answer(bench, "status", .exited(0))
        let work = work(&bench)
        #expect(try await !driver().start(work))
        answer(bench, "status", .exited(1))
        try await driver().stop(work)
        #expect(
            bench.recorder.lines.map { $0.dropFirst(27) } == [
                "run.sh is already started", "run.sh is already stopped",
            ])
    }

    @Test("without an order for an action it is not run for it")
    func notForThis() async throws {
        var bench = bench()
        let driver = driver { ($0.start, $0.stop) = (nil, nil) }
        let work = work(&bench)
        #expect(try await !driver.start(work))
        try await driver.stop(work)
        #expect(bench.host.lines == [] && bench.recorder.lines == [])
    }

    @Test("another exit code fails the action, and its line is an error")
    func failure() async throws {
        var bench = bench()
        answer(bench, "start", .exited(4))
        let driver = driver { $0.check = nil }
        let work = work(&bench)
        await #expect(throws: StepFailure()) { try await driver.start(work) }
        #expect(bench.recorder.lines.last?.hasPrefix("ERROR P26.OPENSVC.COM.APP#1 start") == true)
        #expect(bench.recorder.lines.last?.contains(" - ret 4 - ") == true)
    }

    @Test("its timeout is an error that says how long it was")
    func timeout() async throws {
        var bench = bench()
        answer(bench, "start", .timedOut)
        let driver = driver { ($0.check, $0.timeout) = (nil, .seconds(7)) }
        let work = work(&bench)
        await #expect(throws: StepFailure()) { try await driver.start(work) }
        #expect(bench.host.commands.last?.timeout == .seconds(7))
        #expect(
            bench.recorder.lines.last
                == "ERROR P26.OPENSVC.COM.APP#1 execution timeout (7 seconds)")
    }

    @Test(
        "its check says 0 for up, 1 for down, and anything else is a warning",
        arguments: [
            (.exited(0), Evaluation(.up)), (.exited(1), Evaluation(.down)),
            (
                .exited(5),
                Evaluation(.warn, [StatusNote(.warn, "check reports errors (5)")])
            ),
            (
                .timedOut,
                Evaluation(.warn, [StatusNote(.warn, "execution timeout (30 seconds)")])
            ),
        ] as [(CommandResult.End, Evaluation)])
    func status(end: CommandResult.End, evaluation: Evaluation) async {
        var bench = bench()
        answer(bench, "status", end)
        #expect(await driver().evaluate(work(&bench, .up)) == evaluation)
    }

    @Test("without a check, or with a service that is not up, it is n/a, and why")
    func notEvaluated() async {
        var bench = bench()
        let unset = await driver { $0.check = nil }.evaluate(work(&bench, .up))
        #expect(unset == Evaluation(.notApplicable, [StatusNote(.info, "check is not set")]))
        let text = "not evaluated (instance not up)"
        let down = await driver().evaluate(work(&bench, .down))
        #expect(down == Evaluation(.notApplicable, [StatusNote(.info, text)]))
    }

    @Test("a script that is not there fails a start and not a stop")
    func missing() async throws {
        var bench = Workbench()
        let driver = driver { $0.check = nil }
        let work = work(&bench)
        await #expect(throws: StepFailure()) { try await driver.start(work) }
        try await driver.stop(work)
        let name = "P26.OPENSVC.COM.APP#1 /srv/app/run.sh is not present"
        #expect(
            bench.recorder.lines == ["ERROR \(name)", "INFO \(name), perhaps already stopped"])
    }

    @Test("a base name is one of the launcher directory")
    func baseName() async throws {
        var bench = Workbench()
        var keywords = ApplicationKeywords(script: "web")
        keywords.stop = 1
        try await ApplicationDriver(keywords).stop(work(&bench))
        #expect(
            bench.host.probed == [.status(path: "/etc/opensvc/p26.opensvc.com.d/web")])
    }
}
