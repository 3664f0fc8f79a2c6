// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

@Suite("launchers and applications that are run for real", .ownProcess)
struct RealApplicationTests {
    /// The tutorial's service below a directory, with launchers in `init.d`.
    private func bench(_ root: String) throws -> Workbench {
        var bench = Workbench()
        bench.realHost = SystemHost(ourselves: [BuiltPrograms.svcmgr])
        bench.directories = Directories(root: root)
        bench.service.service.nodes = ["node1"]
        for path in [bench.directories.etc, bench.directories.temporary, root + "/init.d"] {
            try makeDirectory(path)
        }
        symlink(root + "/init.d", bench.directories.etc + "/p26.opensvc.com.d")
        return bench
    }

    private func put(_ path: String, _ text: String, mode: mode_t = 0o755) throws {
        try replaceFile(path, with: Array(text.utf8), sync: false)
        chmod(path, mode)
    }

    private func number(_ host: SystemHost, _ path: String) -> pid_t? {
        host.read(path).flatMap { pid_t($0.filter(\.isNumber)) }
    }

    @Test("what a launcher leaves in the background lives on in a session of its own")
    func background() async throws {
        try await TemporaryDirectory.with { root in
            var bench = try bench(root)
            let host = try #require(bench.realHost)
            try put(
                root + "/init.d/S10web",
                "#!/bin/sh\necho $1 of $OPENSVC_SVCNAME\nsleep 300 &\necho $! >\(root)/pid\n")
            try put(root + "/init.d/S20data", "no interpreter line\n", mode: 0o644)
            let work = bench.work(bench.add("app", .launchers))
            #expect(try await LauncherDriver().start(work))
            let pid = try #require(number(host, root + "/pid"))
            defer { kill(pid, SIGKILL) }
            #expect(kill(pid, 0) == 0)
            #expect(getsid(pid) != getsid(0))
            let log = bench.directories.temporary + "/svc_p26.opensvc.com_S10web.log"
            #expect(host.read(log) == "start of p26.opensvc.com\n")
            let directory = bench.directories.etc + "/p26.opensvc.com.d"
            let lines = bench.recorder.lines.filter {
                !$0.contains("ownership") && !$0.contains("stays as")
            }
            .map { $0.split(separator: " ").dropFirst(2).joined(separator: " ") }
            #expect(lines.count == 6)
            #expect(lines[0] == "spawn: \(directory)/S10web start")
            #expect(lines[1].hasPrefix("start done in 0:00:0"))
            #expect(lines[1].hasSuffix(" - ret 0 - logs in \(log)"))
            #expect(lines[2] == "chmod +x \(directory)/S20data")
            #expect(lines[3] == "spawn: \(directory)/S20data start")
            #expect(lines[4] == "\(directory)/S20data execution error (Exec format error)")
            #expect(lines[5].contains(" - ret 1 - logs in "))
        }
    }

    @Test("the status is what the checks of the directory say")
    func status() async throws {
        try await TemporaryDirectory.with { root in
            var bench = try bench(root)
            let work = bench.work(bench.add("app", .launchers), availability: .up)
            #expect(
                await LauncherDriver().evaluate(work).notes.map(\.text) == ["no checkup scripts"])
            try put(root + "/init.d/C1", "#!/bin/sh\n[ $1 = status ] && [ -e \(root)/up ]\n")
            #expect(await LauncherDriver().evaluate(work) == Evaluation(.down))
            try put(root + "/up", "")
            #expect(await LauncherDriver().evaluate(work) == Evaluation(.up))
            try put(root + "/init.d/C2", "#!/bin/sh\nexit 3\n")
            let mixed = await LauncherDriver().evaluate(work)
            let path = bench.directories.etc + "/p26.opensvc.com.d/C2"
            #expect(
                mixed == Evaluation(.warn, [StatusNote(.warn, "\(path) returned errors")]))
        }
    }

    @Test("a check that ignores its end delays the status by its limit, and is gone then")
    func hangingCheck() async throws {
        try await TemporaryDirectory.with { root in
            var bench = try bench(root)
            let host = try #require(bench.realHost)
            try put(
                root + "/init.d/C1",
                "#!/bin/sh\ntrap '' TERM\necho $$ >\(root)/pid\nwhile :; do sleep 0.05; done\n")
            let work = bench.work(bench.add("app", .launchers), availability: .up)
            let driver = LauncherDriver(checkTimeout: .seconds(1))
            #expect(await driver.evaluate(work).status == .warn)
            let pid = try #require(number(host, root + "/pid"))
            #expect(await comesTrue { kill(pid, 0) != 0 })
        }
    }

    @Test(
        "an application runs as the owner of its file",
        .enabled(if: geteuid() == 0, "only root can become somebody else"))
    func owner() async throws {
        try await TemporaryDirectory.with { root in
            chmod(root, 0o755)
            var bench = try bench(root)
            chmod(bench.directories.temporary, 0o1777)
            let host = try #require(bench.realHost)
            let script = root + "/run.sh"
            try put(script, "#!/bin/sh\necho $(id -u) $USER $HOME $PWD $1 >out\n")
            chown(script, 65534, 65534)
            var keywords = ApplicationKeywords(script: script)
            keywords.start = 1
            let work = bench.work(bench.add("app#1", .application(keywords)))
            #expect(try await ApplicationDriver(keywords).start(work))
            let told = host.read(bench.directories.temporary + "/out")
            let directory = bench.directories.temporary
            #expect(told == "65534 nobody /nonexistent \(directory) start\n")
            #expect(bench.recorder.lines.first?.hasSuffix("start as user nobody") == true)
        }
    }
}
