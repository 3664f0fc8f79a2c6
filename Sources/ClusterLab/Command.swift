// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// What a finished program left behind.
package struct CommandResult: Equatable, Sendable {
    /// The exit code, or 128 + the signal that ended it, as a shell would say.
    package let status: Int32
    /// Its standard output.
    package let output: String
    /// Its standard error.
    package let errors: String
    /// How long it ran.
    package let elapsed: Duration

    /// The exit code was 0.
    package var succeeded: Bool { status == 0 }
}

/// A program to run on this machine: arguments, with the program's path or name first.
package struct Command {
    /// The program, looked for in PATH if it has no slash, and its arguments.
    package var arguments: [String]
    /// The whole environment; nothing is inherited.
    package var environment: [String: String]

    package init(_ arguments: [String], environment: [String: String] = [:]) {
        self.arguments = arguments
        self.environment = Command.cleanEnvironment.merging(environment) { $1 }
    }

    /// What every program of a lab gets, so that the caller's shell changes no result.
    package static let cleanEnvironment = [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root", "LANG": "C.UTF-8", "TZ": "UTC",
    ]

    /// Runs it and waits for its end.
    ///
    /// - Parameter limit: After this long it is killed, with its process group, and `timedOut` thrown.
    package func run(within limit: Duration = .seconds(20)) throws -> CommandResult {
        try start().wait(within: limit)
    }

    /// Runs it and insists on success; a failure is thrown with what it printed.
    @discardableResult
    package func check(within limit: Duration = .seconds(20)) throws -> String {
        let result = try run(within: limit)
        guard result.succeeded else {
            throw LabError.failed(
                "\(arguments.joined(separator: " ")): exit \(result.status): "
                    + result.errors + result.output)
        }
        return result.output
    }

    /// Starts it in a process group of its own and returns at once.
    ///
    /// - Parameter input: A descriptor for its standard input; /dev/null if there is none.
    package func start(input: CInt? = nil) throws -> RunningCommand {
        let output = try CaptureFile()
        let errors = try CaptureFile()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.descriptor, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") }
        defer { (argv + envp).forEach { free($0) } }
        var process: pid_t = 0
        let started = LabClock.now
        let code = posix_spawnp(&process, argv[0]!, &actions, &attributes, argv, envp + [nil])
        guard code == 0 else {
            throw LabError.failed("cannot run \(arguments[0]): \(String(cString: strerror(code)))")
        }
        return RunningCommand(
            name: arguments.joined(separator: " "), process: process, started: started,
            output: output, errors: errors)
    }
}

/// A program of a lab that has been started and may still run.
package final class RunningCommand {
    /// Its process id, as this machine sees it.
    package let process: pid_t
    /// When it was started, by `LabClock`.
    package let started: Duration
    private let name: String
    private let output: CaptureFile
    private let errors: CaptureFile
    private var result: CommandResult?

    fileprivate init(
        name: String, process: pid_t, started: Duration, output: CaptureFile, errors: CaptureFile
    ) {
        self.name = name
        self.process = process
        self.started = started
        self.output = output
        self.errors = errors
    }

    /// What it has printed until now.
    package var outputSoFar: String { output.text }
    /// What it has complained about until now.
    package var errorsSoFar: String { errors.text }

    /// Its result if it has ended; does not wait. Must have been called before it is forgotten.
    package func poll() -> CommandResult? {
        if let result { return result }
        var raw: CInt = 0
        guard waitpid(process, &raw, WNOHANG) == process else { return nil }
        let status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        result = CommandResult(
            status: status, output: output.text, errors: errors.text,
            elapsed: LabClock.now - started)
        return result
    }

    /// Waits for its end; later than `limit` it is killed and `timedOut` thrown.
    package func wait(within limit: Duration = .seconds(20)) throws -> CommandResult {
        let deadline = LabClock.now + limit
        var nap = Duration.microseconds(500)
        while true {
            if let result = poll() { return result }
            guard LabClock.now < deadline else { break }
            try Interruption.check()
            LabClock.pause(nap)
            nap = min(nap * 2, .milliseconds(5))
        }
        kill()
        throw LabError.timedOut("\(name) (\(errorsSoFar)\(outputSoFar))")
    }

    /// Kills it and its process group, and collects what is left.
    package func kill() {
        guard poll() == nil else { return }
        Glibc.kill(-process, SIGKILL)
        // In a disk that hangs it may not end: not waited for without bound.
        let deadline = LabClock.now + .seconds(2)
        while poll() == nil, LabClock.now < deadline { LabClock.pause(.milliseconds(1)) }
    }
}

/// An unnamed file that a program prints into: nothing blocks, whoever else keeps it open.
private final class CaptureFile {
    let descriptor: CInt

    init() throws {
        var template = Array("/tmp/ezha-lab-output.XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw LabError.failed("cannot make a file in /tmp: \(String(cString: strerror(errno)))")
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_APPEND)
        unlink(template)
    }

    deinit { close(descriptor) }

    var text: String {
        var bytes = [UInt8]()
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = pread(descriptor, &chunk, chunk.count, off_t(bytes.count))
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
