// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

/// Callouts and boards (opensvc.md 4.7).
struct StonithDriverTests {
    private static let authorization = "/etc/opensvc/auth.conf"

    static func protected(_ state: inout RecordedHost.State, _ text: String, mode: UInt32 = 0o600) {
        let file = ProbedFile(
            mode: 0o100000 | mode, owner: 0, group: 0, deviceMajor: 0, deviceMinor: 0)
        state.probes.append((.status(path: authorization), .file(file)))
        state.files[authorization] = text
    }

    private func bench(_ change: (inout RecordedHost.State) -> Void = { _ in }) -> Workbench {
        let bench = Workbench()
        bench.host.change(change)
        return bench
    }

    private func work(_ bench: Workbench) -> Work {
        var bench = bench
        return bench.work(bench.add("stonith#1", .stonithILO(target: "node2-ilo")))
    }

    @Test("a callout is split like a shell would, and run without one")
    func callout() async throws {
        let bench = bench { state in
            state.programs = ["fence-it": "/usr/sbin/fence-it"]
            state.results["fence-it my node $HOME a\\b"] = [CommandResult(.exited(0))]
        }
        let callout = StonithCallout(command: "fence-it 'my node' $HOME \"a\\b\"")
        try await callout.fence(work(bench))
        #expect(bench.host.commands[0].words == ["fence-it", "my node", "$HOME", "a\\b"])
        #expect(
            bench.recorder.lines == [
                "INFO P26.OPENSVC.COM.STONITH#1 fence-it 'my node' $HOME \"a\\b\""
            ])
        #expect(await callout.evaluate(work(bench)) == Evaluation(.notApplicable))
    }

    @Test("a callout that fails, hangs, is missing or is no command has not fenced")
    func failures() async {
        for end in [CommandResult.End.exited(3), .timedOut, .signalled(9), .refused("no")] {
            let bench = bench { state in
                state.programs = ["x": "/x"]
                state.results["x"] = [CommandResult(end)]
            }
            let work = work(bench)
            await #expect(throws: StepFailure()) {
                try await StonithCallout(command: "x").fence(work)
            }
            #expect(bench.recorder.lines.last?.hasPrefix("ERROR") == true, "\(end)")
        }
        for command in ["x", "'x", ""] {
            let bench = bench()
            let work = work(bench)
            await #expect(throws: StepFailure()) {
                try await StonithCallout(command: command).fence(work)
            }
            #expect(bench.recorder.lines.count == 1, "\(command)")
        }
    }

    @Test("a board is reset through ssh with the key of auth.conf")
    func board() async throws {
        let line =
            ConfigurationSyncTests.shell + " -l admin -i /root/.ssh/ilo node2-ilo power reset"
        let bench = bench { state in
            Self.protected(
                &state, "[node2-ilo]\nusername = admin\nkey = /root/.ssh/ilo\n")
            state.probes.append((.status(path: "/root/.ssh/ilo"), state.probes[0].1))
            state.results[line] = [CommandResult(.exited(0))]
        }
        try await StonithILO(target: "node2-ilo").fence(work(bench))
        #expect(bench.recorder.lines == ["INFO P26.OPENSVC.COM.STONITH#1 \(line)"])
    }

    @Test("no node ends itself, whatever a target without scope says")
    func itself() async {
        let bench = bench()
        let target = bench.host.nodeName.uppercased()
        let work = work(bench)
        await #expect(throws: StepFailure()) {
            try await StonithILO(target: target).fence(work)
        }
        let keywords = FenceAgentKeywords(agent: "fence_x", target: target, options: [])
        await #expect(throws: StepFailure()) {
            try await FenceAgentDriver(keywords).fence(work)
        }
        #expect(bench.host.commands.isEmpty)
        let text = "target \(target) is this node: give each node its own, with target@<node>"
        let line = "ERROR P26.OPENSVC.COM.STONITH#1 \(text)"
        #expect(bench.recorder.lines == [line, line])
    }

    @Test("a password goes to stdin, into no argument and no log")
    func password() async {
        let bench = bench { state in
            Self.protected(&state, "[node2-ilo]\nusername = admin\npassword = s3cret\n")
            state.programs = ["sshpass": "/usr/bin/sshpass"]
        }
        let work = work(bench)
        await #expect(throws: StepFailure()) {
            try await StonithILO(target: "node2-ilo").fence(work)
        }
        #expect(bench.host.commands[0].input == "s3cret\n")
        #expect(bench.host.commands[0].words[0] == "sshpass")
        #expect(!bench.host.lines[0].contains("s3cret"))
        #expect(!bench.host.lines[0].contains("BatchMode"))
        #expect(!bench.recorder.lines.contains { $0.contains("s3cret") })
    }

    @Test(
        "what is missing is said in one line",
        arguments: [
            (nil, "No credentials in node.conf for node2-ilo"),
            ("[other]\nusername = admin\n", "No credentials in node.conf for node2-ilo"),
            ("[node2-ilo]\nkey = /k\n", "No username in node.conf for node2-ilo"),
            (
                "[node2-ilo]\nusername = admin\n",
                "No password nor key in node.conf for node2-ilo"
            ),
            (
                "[node2-ilo]\nusername = admin\nkey = /k\n",
                "key in node.conf for node2-ilo does not exist"
            ),
        ] as [(String?, String)])
    func missing(text: String?, error: String) async {
        let bench = bench { state in if let text { Self.protected(&state, text) } }
        let work = work(bench)
        await #expect(throws: StepFailure()) {
            try await StonithILO(target: "node2-ilo").fence(work)
        }
        #expect(bench.recorder.lines == ["ERROR P26.OPENSVC.COM.STONITH#1 \(error)"])
        #expect(bench.host.lines == [])
    }

    @Test("an auth.conf that others may read is not used", arguments: [0o640, 0o604, 0o644, 0o666])
    func readable(mode: Int) async {
        let bench = bench { state in
            Self.protected(&state, "[node2-ilo]\nusername = a\nkey = /k\n", mode: UInt32(mode))
        }
        let work = work(bench)
        await #expect(throws: StepFailure()) {
            try await StonithILO(target: "node2-ilo").fence(work)
        }
        let path = Self.authorization
        #expect(
            bench.recorder.lines == [
                "ERROR P26.OPENSVC.COM.STONITH#1 \(path) must be readable by root only:"
                    + " chmod 0600 \(path)"
            ])
    }

    @Test(
        "words are split as a POSIX shell would, and nothing is expanded",
        arguments: [
            ("a b\tc", ["a", "b", "c"]), ("a 'b c'd \"e f\"", ["a", "b cd", "e f"]),
            ("a\\ b '' \"\"", ["a b", "", ""]), ("\"a\\\"b\\$c\\d\" '\\x'", ["a\"b$c\\d", "\\x"]),
            ("a;b|c>d *", ["a;b|c>d", "*"]), ("  ", nil), ("", nil), ("a 'b", nil), ("\"a", nil),
            ("a\\", nil),
        ] as [(String, [String]?)])
    func words(text: String, words: [String]?) { #expect(shellWords(text) == words) }
}

/// The end of a node whose monitored resource failed (opensvc.md 4.6.6): written down, never done.
struct KernelTriggerTests {
    @Test(
        "the kernel is told by one letter, and a refusal is said in one line",
        arguments: [(KernelTrigger.reboot, "b"), (.crash, "c")])
    func letters(trigger: KernelTrigger, letter: String) async {
        let host = RecordedHost { state in
            state.results["tee /proc/sysrq-trigger"] = [
                CommandResult(.exited(0)), CommandResult(.exited(1), error: "Permission denied"),
                CommandResult(.timedOut),
            ]
        }
        #expect(await trigger.pull(host) == nil)
        #expect(host.commands[0].input == letter)
        let refused = await trigger.pull(host)
        #expect(refused == "/proc/sysrq-trigger cannot be written: Permission denied")
        #expect(await trigger.pull(host)?.contains("did not end within 5 seconds") == true)
    }
}
