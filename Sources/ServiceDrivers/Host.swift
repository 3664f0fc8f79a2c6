// SPDX-License-Identifier: Apache-2.0

/// What drivers ask of the machine. Tests answer from recorded output.
///
/// Nothing here hangs: a command has a timeout, and whatever may sit on a mount point or device that
/// does not answer is asked in a child process that is left behind when its time is over.
package protocol Host: Sendable {
    /// Lower case host name.
    var nodeName: String { get }
    /// Runs a program without a shell, stdin from `/dev/null`; never throws: what went wrong is in
    /// the result.
    func run(_ command: Command) async -> CommandResult
    /// The path of a program in PATH; nil: not installed.
    func find(_ program: String) -> String?
    /// Asks in a child process.
    ///
    /// - Returns: nil when there was no answer within 5 s; the child got SIGKILL and was left.
    func probe(_ probe: Probe) async -> ProbeAnswer?
    /// Text of a small local file: `/proc`, below `/etc/opensvc`, `/var/lib/opensvc`; nil:
    /// unreadable.
    func read(_ path: String) -> String?
    /// An environment variable of ours; nil: unset or empty.
    func variable(_ name: String) -> String?
    /// What lies at a local path, symlinks not followed; nil: nothing.
    func entry(_ path: String) -> LocalEntry?
    /// Makes or replaces a small local file in one step, 0644, with the directories it needs.
    ///
    /// - Returns: nil: done; else why not, in words: `Read-only file system`.
    func write(_ text: String, to path: String) -> String?
    /// Puts a symlink in the place of whatever lies there, in one step.
    ///
    /// - Returns: As `write`.
    func link(_ path: String, to target: String) -> String?
    /// Takes flock(2) on a file, made with its directories if need be; nil: another holds it for
    /// longer than that.
    func lock(_ path: String, within: Duration) async -> HeldLock?
    /// Waits without blocking others.
    func pause(_ time: Duration) async
    /// Wall clock, seconds since 1970; for stamps and the schedule only.
    func wallClock() -> Double
}

/// What a local path is, by lstat(2).
package enum LocalEntry: Equatable, Sendable {
    case regular, directory, other
    case link(target: String)
}

/// A program to run, and how.
package struct Command: Equatable, Sendable {
    /// argv[0] included: a name is looked for in PATH, a path is taken as it is.
    package var words: [String]
    /// Then SIGTERM to its process group, a second later SIGKILL; after another second it is left.
    package var timeout: Duration
    /// Bytes for its standard input; nil: `/dev/null`.
    package var input: String?
    /// Where stdout and stderr go together, truncated first; nil: into the result.
    package var outputFile: String?
    /// The output file keeps what it holds.
    package var appendsOutput = false
    /// Its own session, and what it leaves in the background is not waited for.
    package var isDetached = false
    /// Added to ours; a later entry wins.
    package var environment: [String: String] = [:]
    package var directory: String?
    /// Run as this user; nil: as we are.
    package var user: User?

    package struct User: Equatable, Sendable {
        package var id: UInt32
        package var group: UInt32
        package var name: String
        package var home: String
        package init(id: UInt32, group: UInt32, name: String, home: String) {
            self.id = id
            self.group = group
            self.name = name
            self.home = home
        }
    }

    package init(_ words: [String], timeout: Duration) {
        self.words = words
        self.timeout = timeout
    }
}

/// How a command ended.
package struct CommandResult: Equatable, Sendable {
    package enum End: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// It was ended, or left, when its time was over.
        case timedOut
        /// Not in PATH, or not executable.
        case missing
        /// It is there and could not be run; the reason in words: `Exec format error`.
        case refused(String)
    }
    package var end: End
    package var output: String
    package var error: String
    /// From start to end.
    package var duration: Duration

    package var isSuccess: Bool { end == .exited(0) }

    package init(_ end: End, output: String = "", error: String = "", duration: Duration = .zero) {
        self.end = end
        self.output = output
        self.error = error
        self.duration = duration
    }
}

/// A question about something that may hang.
package enum Probe: Equatable, Sendable {
    /// stat(2), following symlinks.
    case status(path: String)
    case realPath(String)
    /// Creates and removes a file in this directory.
    case writability(directory: String)
    /// Entries of a directory, sorted by bytes.
    case list(directory: String)
    /// Addresses of a name, in the resolver's order.
    case resolve(name: String)
    /// Makes a directory with its parents, mode 0755.
    case makeDirectory(path: String)
}

package enum ProbeAnswer: Equatable, Sendable {
    case file(ProbedFile)
    case path(String)
    case names([String])
    case addresses([String])
    case done
    /// errno.
    case failed(Int32)
}

package struct ProbedFile: Equatable, Sendable {
    /// `st_mode`.
    package var mode: UInt32
    package var owner: UInt32
    package var group: UInt32
    /// Of the device it is, for device nodes.
    package var deviceMajor: UInt32
    package var deviceMinor: UInt32
    package init(
        mode: UInt32, owner: UInt32, group: UInt32, deviceMajor: UInt32, deviceMinor: UInt32
    ) {
        self.mode = mode
        self.owner = owner
        self.group = group
        self.deviceMajor = deviceMajor
        self.deviceMinor = deviceMinor
    }
}
