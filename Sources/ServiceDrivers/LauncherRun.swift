// SPDX-License-Identifier: Apache-2.0

/// One run of a launcher or of an application's script, with the words that tell of it
/// (opensvc.md 4.4).
struct LauncherRun {
    /// Not through its link's target: the name decides what it is for.
    let path: String
    /// `start`, `stop`, `status`.
    let argument: String
    let timeout: Duration
    /// `<tmp>/svc_<svc>_<name>.log`.
    let outputFile: String
    var environment: [String: String] = [:]
    var directory: String?
    var user: Command.User?

    init(path: String, argument: String, timeout: Duration, work: Work) {
        self.path = path
        self.argument = argument
        self.timeout = timeout
        let name = path.split(separator: "/").last ?? ""
        outputFile = "\(work.directories.temporary)/svc_\(work.service.name)_\(name).log"
    }

    /// How it ended, as people and statuses count it.
    struct Outcome {
        /// The exit code; the signal's number below zero; 1 when it could not be run at all.
        var code: Int32
        var duration: Duration
        /// Why there is no exit code.
        var failure: String?
        var isTimeout = false
    }

    /// Waits for the script itself only: what it leaves in the background lives on.
    func outcome(_ host: any Host) async -> Outcome {
        var command = Command([path, argument], timeout: timeout)
        command.outputFile = outputFile
        command.isDetached = true
        command.environment = environment
        command.directory = directory
        command.user = user
        let result = await host.run(command)
        let duration = result.duration
        switch result.end {
        case .exited(let code): return Outcome(code: code, duration: duration)
        case .signalled(let signal): return Outcome(code: -signal, duration: duration)
        case .missing:
            return Outcome(
                code: 1, duration: duration,
                failure: "\(path) execution error (No such file or directory)")
        case .refused(let why):
            return Outcome(
                code: 1, duration: duration, failure: "\(path) execution error (\(why))")
        case .timedOut:
            return Outcome(
                code: -15, duration: duration,
                failure: "execution timeout (\(timeout.components.seconds) seconds)",
                isTimeout: true)
        }
    }

    /// `start done in 0:00:00.007657 - ret 0 - logs in /var/tmp/opensvc/svc_..._S10web.log`.
    func doneText(_ outcome: Outcome) -> String {
        "\(argument) done in \(elapsedText(outcome.duration)) - ret \(outcome.code)"
            + " - logs in \(outputFile)"
    }
}

/// `H:MM:SS.ffffff`; the six digits are left out if they are exactly 0.
func elapsedText(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let whole = "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    let microseconds = attoseconds / 1_000_000_000_000
    return microseconds == 0 ? whole : whole + "." + sixDigits(microseconds)
}

func sixDigits(_ number: Int64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
}
