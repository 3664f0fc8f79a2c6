// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

// One at a time: five Python programs that begin together would hold up every other test's clock.
@Suite(
    "fence_dummy, a real fence agent that needs no hardware", .serialized, .ownProcess,
    .enabled(
        if: SystemHost().find("fence_dummy") != nil, "the package fence-agents is not installed"))
struct RealFenceAgentTests {
    /// Fences with these options, `FILE` in them the status file; what that file holds afterwards.
    private func fence(
        _ options: [String], before: String = "on", secrets: String? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> (isFenced: Bool, after: String?, lines: [String]) {
        var result: (Bool, String?, [String]) = (false, nil, [])
        try await TemporaryDirectory.with { root in
            let file = root + "/status"
            var bench = Workbench()
            let host = SystemHost(ourselves: [BuiltPrograms.svcmgr])
            bench.realHost = host
            bench.directories = Directories(root: root)
            try replaceFile(file, with: Array(before.utf8), sync: false)
            if let secrets {
                try makeDirectory(bench.directories.etc)
                let path = bench.directories.etc + "/auth.conf"
                try replaceFile(path, with: Array(secrets.utf8), sync: false)
                chmod(path, 0o600)
            }
            let keywords = FenceAgentKeywords(
                agent: "fence_dummy", target: "node2",
                options: options.map { $0.replacing("FILE", with: file) })
            let work = bench.work(bench.add("stonith#1", .fenceAgent(keywords)))
            let driver = FenceAgentDriver(keywords, timeout: timeout)
            let isFenced = (try? await driver.fence(work)) != nil
            result = (isFenced, host.read(file), bench.recorder.lines)
        }
        return result
    }

    @Test("a node that is on is off afterwards, and known to be")
    func off() async throws {
        let result = try await fence(["status_file=FILE"])
        #expect(result.isFenced && result.after == "off", "\(result.lines)")
        #expect(result.lines.last?.hasSuffix("fence_dummy: node2 is off") == true)
    }

    @Test("one that is off already stays so")
    func alreadyOff() async throws {
        let result = try await fence(["status_file=FILE"], before: "off")
        #expect(result.isFenced && result.after == "off", "\(result.lines)")
    }

    @Test("an agent that fails has not fenced, and its error is logged")
    func fails() async throws {
        let result = try await fence(["type=fail", "power_timeout=1"])
        #expect(!result.isFenced && result.after == "on")
        #expect(result.lines.last?.contains("fence_dummy off node2 failed: ") == true)
    }

    @Test("an agent that takes too long has not fenced")
    func hangs() async throws {
        let result = try await fence(
            ["status_file=FILE", "delay=600"], timeout: .seconds(2))
        #expect(!result.isFenced && result.after == "on")
        #expect(result.lines.last?.hasSuffix("no end within 2 seconds") == true)
    }

    @Test("secrets reach the agent, and no line of the log, even when it is told to say all")
    func secrets() async throws {
        let result = try await fence(
            ["status_file=FILE", "verbose=1"], secrets: "[node2]\npassword = hush-hush\n")
        #expect(result.isFenced, "\(result.lines)")
        #expect(!result.lines.contains { $0.contains("hush-hush") })
    }
}
