// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

/// `type = fence_agent`, on recorded answers (decision 11).
struct FenceAgentDriverTests {
    private static let keywords = FenceAgentKeywords(
        agent: "fence_x", target: "node2", options: ["ip=10.0.0.9", "plug=2"])

    private func bench(_ ends: [CommandResult], secrets: String? = nil) -> Workbench {
        let bench = Workbench()
        bench.host.change { state in
            state.programs = ["fence_x": "/usr/sbin/fence_x"]
            state.results["fence_x"] = ends
            if let secrets { StonithDriverTests.protected(&state, secrets) }
        }
        return bench
    }

    private func work(_ bench: Workbench) -> Work {
        var bench = bench
        return bench.work(bench.add("stonith#1", .fenceAgent(Self.keywords)))
    }

    @Test("options and secrets go to stdin; off has to succeed, and status to say off")
    func succeeds() async throws {
        let bench = bench(
            [
                CommandResult(.exited(0), output: "Success: Powered OFF\n"),
                CommandResult(.exited(2)),
            ],
            secrets: "[node2]\nusername = admin\npassword = s3cret\n")
        try await FenceAgentDriver(Self.keywords).fence(work(bench))
        let options = "ip=10.0.0.9\nplug=2\nusername=admin\npassword=s3cret\n"
        #expect(
            bench.host.commands.map(\.input) == [
                options + "action=off\n", options + "action=status\n",
            ])
        #expect(bench.host.commands.map(\.words) == [["fence_x"], ["fence_x"]])
        #expect(
            bench.recorder.lines.map { $0.dropFirst("INFO P26.OPENSVC.COM.STONITH#1 ".count) } == [
                "fence_x off node2", "fence_x: Success: Powered OFF", "fence_x status node2",
                "fence_x: node2 is off",
            ])
    }

    @Test(
        "anything but 0 and then 2 has not fenced, and says so",
        arguments: [
            ([.exited(1)], "fence_x off node2 failed: exit code 1"),
            ([.exited(2)], "fence_x off node2 failed: exit code 2"),
            ([.timedOut], "fence_x off node2 failed: no end within 120 seconds"),
            ([.signalled(15)], "fence_x off node2 failed: ended by signal 15"),
            ([.refused("Exec format error")], "fence_x off node2 failed: Exec format error"),
            ([.exited(0), .exited(0)], "fence_x status node2 failed: it is on"),
            ([.exited(0), .exited(1)], "fence_x status node2 failed: exit code 1"),
            ([.exited(0), .timedOut], "fence_x status node2 failed: no end within 120 seconds"),
        ] as [([CommandResult.End], String)])
    func fails(ends: [CommandResult.End], text: String) async {
        let bench = bench(ends.map { CommandResult($0) })
        let work = work(bench)
        await #expect(throws: StepFailure()) {
            try await FenceAgentDriver(Self.keywords).fence(work)
        }
        #expect(bench.recorder.lines.last == "ERROR P26.OPENSVC.COM.STONITH#1 \(text)")
    }

    @Test("an agent that is not installed has not fenced")
    func missing() async {
        let bench = Workbench()
        let work = work(bench)
        await #expect(throws: StepFailure()) {
            try await FenceAgentDriver(Self.keywords).fence(work)
        }
        #expect(
            bench.recorder.lines == [
                "ERROR P26.OPENSVC.COM.STONITH#1"
                    + " fence_x does not exist or not in path or is not executable"
            ])
    }

    @Test("an agent that repeats its secrets has them crossed out")
    func masked() async throws {
        let bench = bench(
            [
                CommandResult(.exited(0), error: "login admin/s3cret4 (s3cret) ok\n"),
                CommandResult(.exited(2)),
            ], secrets: "[node2]\npassword = s3cret\npasswd_old = s3cret4\n")
        try await FenceAgentDriver(Self.keywords).fence(work(bench))
        #expect(bench.recorder.lines[1].hasSuffix("fence_x: login admin/xxxx (xxxx) ok"))
    }
}
