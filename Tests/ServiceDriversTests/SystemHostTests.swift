// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

@testable import ServiceDrivers

@Suite("programs that are run for real", .ownProcess)
struct SystemHostTests {
    let host = SystemHost(ourselves: [BuiltPrograms.svcmgr])

    private func shell(_ script: String, timeout: Duration = .seconds(30)) -> Command {
        Command(["sh", "-c", script], timeout: timeout)
    }

    @Test("output, error and exit code arrive as they are")
    func result() async {
        let result = await host.run(shell("echo one; echo two >&2; exit 7"))
        #expect(result.end == .exited(7))
        #expect(result.output == "one\n" && result.error == "two\n")
        #expect(result.duration > .zero)
    }

    @Test("a program that is not in PATH is missing, by name and by path")
    func missing() async {
        #expect(await host.run(Command(["no-such-program"], timeout: .seconds(9))).end == .missing)
        #expect(await host.run(Command(["/no/such"], timeout: .seconds(9))).end == .missing)
        #expect(await host.run(Command([], timeout: .seconds(9))).end == .missing)
        #expect(host.find("no-such-program") == nil)
        #expect(host.find("sh")?.hasSuffix("/sh") == true)
    }

    @Test("what the kernel cannot execute is refused, with its word for it")
    func notExecutable() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/launcher"
            try replaceFile(path, with: Array("no interpreter line\n".utf8), sync: false)
            let command = Command([path, "start"], timeout: .seconds(30))
            #expect(await host.run(command).end == .missing)  // not executable
            chmod(path, 0o755)
            #expect(await host.run(command).end == .refused("Exec format error"))
        }
    }

    @Test("a signal that ended it is told apart from an exit code")
    func signalled() async {
        #expect(await host.run(shell("kill -9 $$")).end == .signalled(9))
    }

    @Test("its time over, it gets TERM and may say why")
    func timeout() async {
        let script = "trap 'echo ended; exit 3' TERM; echo begun; while :; do sleep 0.05; done"
        // Time enough to say what it does about TERM; what it printed shows that KILL did not come.
        let result = await host.run(shell(script, timeout: .seconds(3)))
        #expect(result.end == .timedOut)
        #expect(result.output == "begun\nended\n")
        #expect(result.duration >= .seconds(3))
    }

    @Test("one that ignores TERM is killed a second later, with all its group")
    func stubborn() async throws {
        try await TemporaryDirectory.with { directory in
            let pids = directory + "/pids"
            let script =
                "trap '' TERM; (while :; do sleep 0.05; done) & echo $! >>\(pids);"
                + " echo $$ >>\(pids); while :; do sleep 0.05; done"
            let result = await host.run(shell(script, timeout: .seconds(3)))
            #expect(result.end == .timedOut)
            #expect(result.duration >= .seconds(4))
            let numbers = (host.read(pids) ?? "").split(separator: "\n").compactMap { Int32($0) }
            #expect(numbers.count == 2)
            for number in numbers {
                #expect(await comesTrue { kill(number, 0) != 0 }, "\(number) still lives")
            }
        }
    }

    @Test("more output than anybody wants is cut, and the program goes on to its end")
    func flood() async {
        let result = await host.run(shell("head -c 3000000 /dev/zero | tr '\\0' x; exit 4"))
        #expect(result.end == .exited(4))
        let left = 3_000_000 - CommandOutput.limit
        #expect(result.output.hasSuffix("x\n[\(left) bytes more were left out]\n"))
        #expect(result.output.utf8.count < CommandOutput.limit + 100)
    }

    @Test("an endless flood ends with its time")
    func endlessFlood() async {
        let result = await host.run(Command(["yes"], timeout: .seconds(3)))
        #expect(result.end == .timedOut)
        #expect(result.output.hasPrefix("y\ny\n"))
    }

    @Test("a child in the background that holds the pipe is not waited for")
    func background() async {
        let result = await host.run(shell("sleep 60 & echo $!; echo done"))
        #expect(result.end == .exited(0), "it would have timed out")
        let lines = result.output.split(separator: "\n")
        #expect(lines.last == "done")
        if let number = lines.first.flatMap({ Int32($0) }) { kill(number, SIGKILL) }
    }

    @Test("input arrives, and a program that does not read it ends as it likes")
    func input() async {
        var command = Command(["cat"], timeout: .seconds(30))
        command.input = "action=off\n"
        #expect(await host.run(command).output == "action=off\n")
        var deaf = shell("exec <&-; sleep 0.2; echo well")
        deaf.input = String(repeating: "x", count: 1 << 20)
        let result = await host.run(deaf)
        #expect(result.end == .exited(0) && result.output == "well\n")
        #expect(await host.run(shell("cat; echo end")).output == "end\n")  // none: /dev/null
    }

    @Test("children have C's language, a full PATH, what was added, and nothing of ours open")
    func surroundings() async {
        let leak = open("/dev/null", O_RDONLY)  // inheritable
        defer { close(leak) }
        var command = shell("echo $LANG; echo $PATH; echo $OPENSVC_SVCNAME; ls -l /proc/self/fd")
        command.environment = ["OPENSVC_SVCNAME": "p26"]
        for path in [false, true] {
            if path { command.words[0] = "/bin/sh" }
            let lines = await host.run(command).output.split(separator: "\n")
            #expect(lines.first == "C")
            let standard = "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin"
            #expect(lines.dropFirst().first?.hasSuffix(standard) == true)
            #expect(lines.dropFirst(2).first == "p26")
            // 0, 1, 2 and the directory that ls reads; total and three lines before.
            #expect(lines.count == 3 + 1 + 4, "\(lines)")
        }
    }

    @Test("a launcher has a session, an output file of its own and a directory, and outlives us")
    func launcher() async throws {
        try await TemporaryDirectory.with { directory in
            let log = directory + "/launcher.log"
            try replaceFile(log, with: Array("old\n".utf8), sync: false)
            let path = directory + "/S10app"
            let script = "pwd; echo err >&2; echo $$ $(ps -o sid= -p $$); sleep 60 &"
            try replaceFile(path, with: Array("#!/bin/sh\n\(script)\n".utf8), sync: false)
            chmod(path, 0o755)
            var command = Command([path, "start"], timeout: .seconds(30))
            command.isDetached = true
            command.outputFile = log
            command.directory = directory
            let result = await host.run(command)
            #expect(result.end == .exited(0) && result.output == "" && result.error == "")
            let lines = (host.read(log) ?? "").split(separator: "\n")
            #expect(lines.prefix(2) == [Substring(directory), "err"])
            let numbers = lines.last?.split(separator: " ").compactMap { Int32($0) } ?? []
            #expect(numbers.count == 2 && numbers[0] == numbers[1])
            if let group = numbers.first { #expect(kill(-group, SIGKILL) == 0) }
            command.appendsOutput = true
            command.words = ["echo", "more"]
            _ = await host.run(command)
            #expect(host.read(log)?.hasSuffix("more\n") == true)
        }
    }

    @Test(
        "started by one who ignores SIGCHLD, we still learn how commands end",
        .enabled(if: SystemHost(ourselves: []).find("ip") != nil, "needs iproute2"))
    func ignoredChildren() async throws {
        try await TemporaryDirectory.with { directory in
            let etc = directory + "/etc/opensvc"
            #expect(await host.probe(.makeDirectory(path: etc)) == .done)
            let text = "[ip#0]\nipname = 127.0.0.1\nipdev = lo\n"
            try replaceFile(etc + "/s.conf", with: Array(text.utf8), sync: false)
            #expect(await host.probe(.makeDirectory(path: directory + "/usr/bin")) == .done)
            symlink(BuiltPrograms.svcmgr, directory + "/usr/bin/svcmgr")
            symlink(directory + "/usr/bin/svcmgr", etc + "/s")
            let program = "\(directory)/usr/bin/svcmgr -s s print status"
            var command = shell("trap '' CHLD; exec \(program)")
            command.environment = ["OSVC_ROOT_PATH": directory]
            let result = await host.run(command)
            let line = result.output.split(separator: "\n").first { $0.contains("ip#0") }
            #expect(line?.contains(".... up ") == true, "\(result)")
        }
    }

    @Test("another user", .enabled(if: getuid() == 0, "needs root"))
    func user() async {
        var command = Command(["id", "-u"], timeout: .seconds(30))
        command.user = Command.User(id: 65534, group: 65534, name: "nobody", home: "/")
        #expect(await host.run(command).output == "65534\n")
    }

    @Test("thirty at once, each with its own answer")
    func many() async {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<30 {
                group.addTask {
                    let result = await host.run(shell("echo \(number); exit \(number)"))
                    return result.end == .exited(Int32(number)) && result.output == "\(number)\n"
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}

@Suite("questions asked in a child", .ownProcess)
struct ProbeTests {
    let host = SystemHost(ourselves: [BuiltPrograms.svcmgr])

    @Test("files, paths, directories and names are answered")
    func answers() async throws {
        try await TemporaryDirectory.with { directory in
            let deep = directory + "/a/b"
            #expect(await host.probe(.makeDirectory(path: deep)) == .done)
            #expect(await host.probe(.makeDirectory(path: deep)) == .done)
            #expect(await host.probe(.writability(directory: deep)) == .done)
            #expect(await host.probe(.list(directory: deep)) == .names([]))
            for name in ["S20b", "C10 x", "S10"] {
                try replaceFile("\(deep)/\(name)", with: [], sync: false)
            }
            #expect(await host.probe(.list(directory: deep)) == .names(["C10 x", "S10", "S20b"]))
            symlink("b", directory + "/a/link")
            #expect(await host.probe(.realPath(directory + "/a/link")) == .path(deep))
            #expect(await host.probe(.realPath(directory + "/none")) == .failed(ENOENT))
        }
        let null = ProbedFile(
            mode: 0o20666, owner: 0, group: 0, deviceMajor: 1, deviceMinor: 3)
        #expect(await host.probe(.status(path: "/dev/null")) == .file(null))
        #expect(await host.probe(.status(path: "/no/such")) == .failed(ENOENT))
        #expect(await host.probe(.resolve(name: "127.0.0.1")) == .addresses(["127.0.0.1"]))
        #expect(await host.probe(.resolve(name: "no such name")) == .failed(ENOENT))
        #expect(await host.probe(.writability(directory: "/proc")) != .done)
    }

    @Test(
        "every question and answer survives its way through a child",
        arguments: [
            Probe.status(path: "/a b"), .realPath("x"), .writability(directory: "/"),
            .list(directory: "/é"), .resolve(name: "n"), .makeDirectory(path: "/x"),
        ])
    func questions(probe: Probe) {
        #expect(Probe(arguments: probe.arguments) == probe)
    }

    @Test(
        "answers survive it too",
        arguments: [
            ProbeAnswer.path("/x y"), .names([]), .names(["a", "", "b"]), .addresses(["::1"]),
            .done, .failed(5),
            .file(
                ProbedFile(mode: 1, owner: 2, group: 3, deviceMajor: 4, deviceMinor: 5)),
        ])
    func answers(answer: ProbeAnswer) {
        #expect(ProbeAnswer(text: answer.text) == answer)
        #expect(ProbeAnswer(text: String(answer.text.dropLast())) == nil)
    }
}

@Suite(
    "a mount that never answers, and children that cannot be killed", .ownProcess,
    .enabled(if: SilentMount.isPossible, "needs root, FUSE, unshare and nsenter"))
struct SilentMountTests {
    @Test("a question gives up after 5 s")
    func probe() async throws {
        let mount = try #require(SilentMount())
        defer { withExtendedLifetime(mount) {} }
        let begun = timeSinceBoot()
        async let file = mount.host.probe(.status(path: mount.directory))
        async let write = mount.host.probe(.writability(directory: mount.directory))
        // Meanwhile others are answered.
        let other = await mount.host.run(Command(["echo", "hello"], timeout: .seconds(60)))
        #expect(other.output == "hello\n")
        #expect(await file == nil)
        #expect(await write == nil)
        let took = timeSinceBoot() - begun
        #expect(took >= .seconds(5) && took < .seconds(5) + aWhile, "\(took)")
        #expect(other.duration < took)
    }

    @Test("a command is left two seconds after its time")
    func command() async throws {
        let mount = try #require(SilentMount())
        defer { withExtendedLifetime(mount) {} }
        let words = mount.inside + ["stat", mount.directory]
        let result = await mount.host.run(Command(words, timeout: .seconds(1)))
        #expect(result.end == .timedOut)
        #expect(result.duration >= .seconds(3) && result.duration < .seconds(3) + aWhile)
    }

    @Test("a program on it that cannot even be begun delays no other program")
    func launcher() async throws {
        let mount = try #require(SilentMount())
        defer { withExtendedLifetime(mount) {} }
        let launcher = Command([mount.directory + "/S10app", "start"], timeout: .seconds(2))
        async let hung = mount.host.run(launcher)
        let other = await mount.host.run(Command(["echo", "hello"], timeout: .seconds(60)))
        #expect(other.output == "hello\n")
        let end = await hung
        #expect(end.end == .timedOut && other.duration < end.duration)
    }
}

/// What a machine may take longer whose processors are busy with other tests: what waits for a child
/// that never ends would take for ever.
let aWhile = Duration.seconds(60)

enum TemporaryDirectory {
    static func with(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/ezha-drivers.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("make", "/tmp", code: errno) }
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let host = SystemHost(ourselves: [BuiltPrograms.svcmgr])
        do {
            try await body(path)
        } catch {
            _ = await host.run(Command(["rm", "-rf", path], timeout: .seconds(30)))
            throw error
        }
        _ = await host.run(Command(["rm", "-rf", path], timeout: .seconds(30)))
    }
}

/// Waits for it, at most 20 s.
func comesTrue(_ condition: () -> Bool) async -> Bool {
    let deadline = timeSinceBoot() + .seconds(20)
    while timeSinceBoot() < deadline {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}
