// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Subprocess

/// The machine we run on. docs/decisions/0013-subprocesses.md has the why.
///
/// A program that is named is looked for in PATH and started at once. One that is given as a path, or
/// that wants another directory, user or output file, is started by a copy of ourselves
/// (`CommandHandOver`): what it touches on the way to its first instruction may hang, and the library
/// starts one child at a time.
package struct SystemHost: Host {
    package let nodeName: String
    /// What to run as the hidden applets: ourselves. Their first words are up to the applet.
    private let ourselves: [String]
    private let path: String

    /// - Parameter ourselves: For tests: a built svcmgr, and what it is to be run with.
    package init(ourselves: [String] = ["/proc/self/exe"]) {
        self.ourselves = ourselves
        nodeName = Platform.nodeName().lowercased()
        let own = getenv("PATH").map { String(cString: $0) } ?? ""
        path = own.isEmpty ? Self.standardPath : own + ":" + Self.standardPath
        // A program that does not read its input must not end us. Children get it back.
        signal(SIGPIPE, SIG_IGN)
        // Some launchers make us ignore this, and then nobody learns an exit code.
        signal(SIGCHLD, SIG_DFL)
    }

    /// Behind what we were given: a heartbeat daemon may have given us next to nothing
    /// (opensvc.md 2.1).
    private static let standardPath =
        "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin"

    package func run(_ command: Command) async -> CommandResult {
        guard let program = command.words.first, !program.isEmpty else {
            return CommandResult(.missing)
        }
        let handOver = CommandHandOver(command)
        let executable: String
        let arguments: Arguments
        if let handOver {
            (executable, arguments) = applet(CommandHandOver.applet, handOver.arguments)
        } else {
            guard let found = find(program) else { return CommandResult(.missing) }
            executable = found
            arguments = Arguments(
                executablePathOverride: program, remainingValues: Array(command.words.dropFirst()))
        }
        let run = CommandRun(
            configuration(executable, arguments, command.environment),
            input: command.input.map { Array($0.utf8) }, patience: .command(command.timeout))
        let result = await run.result()
        return handOver == nil ? result : CommandHandOver.interpret(result)
    }

    package func probe(_ probe: Probe) async -> ProbeAnswer? {
        let (executable, arguments) = applet(Probe.applet, probe.arguments)
        let run = CommandRun(
            configuration(executable, arguments, [:]), input: nil, patience: .probe)
        let result = await run.result()
        guard result.end != .timedOut else { return nil }
        // A child that died of something else has told nothing: an error like any other.
        return ProbeAnswer(text: result.output) ?? .failed(EIO)
    }

    package func find(_ program: String) -> String? { findProgram(program, path: path) }

    package func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    package func pause(_ time: Duration) async { try? await Task.sleep(for: time) }

    package func wallClock() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    /// - Parameter name: argv[0], by which svcmgr knows what it is.
    private func applet(_ name: String, _ words: [String]) -> (String, Arguments) {
        let before = ourselves.dropFirst()
        // A program that stands before ours has an argv[0] of its own, and ours becomes a word.
        let first = before.isEmpty ? name : ourselves[0]
        let rest = before.isEmpty ? words : before + [name] + words
        return (
            ourselves[0], Arguments(executablePathOverride: first, remainingValues: Array(rest))
        )
    }

    private func configuration(
        _ executable: String, _ arguments: Arguments, _ more: [String: String]
    ) -> Configuration {
        var options = PlatformOptions()
        // Out of reach of the terminal's ^C, and its group is all that a signal of ours reaches.
        options.createSession = true
        var variables: [Environment.Key: String?] = [
            "PATH": path, "LANG": "C", "LC_ALL": nil, "LC_MESSAGES": nil, "LANGUAGE": nil,
        ]
        for (name, value) in more {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return Configuration(
            executable: .path(.init(executable)), arguments: arguments,
            environment: .inherit.updating(variables), platformOptions: options)
    }
}
