// SPDX-License-Identifier: Apache-2.0

/// The two ways of running a command: *logged* and *quiet* (opensvc.md 4).
extension Work {
    /// Runs a command that people are to see: its line first, then what it printed.
    ///
    /// - Parameters:
    ///   - failures: Level of what a failing command printed. `.info` and `.warning` also hold for the
    ///     stderr of a successful one.
    ///   - accepted: Exit codes that count as success.
    ///   - line: What the log shows instead of the command itself.
    /// - Returns: As `Host.run`; what there was to say has been logged.
    @discardableResult
    package func runLogged(
        _ command: Command, failures: ServiceLog.Level = .error, accepted: Set<Int32> = [0],
        as line: String? = nil
    ) async -> CommandResult {
        guard isPresent(command) else { return CommandResult(.missing) }
        log.info(line ?? command.line)
        let result = await host.run(command)
        report(result, of: command, failures: failures, accepted: accepted)
        return result
    }

    /// Logs what a command printed, as `runLogged` does.
    package func report(
        _ result: CommandResult, of command: Command, failures: ServiceLog.Level = .error,
        accepted: Set<Int32> = [0]
    ) {
        let isSuccess = result.isSuccess(accepting: accepted)
        if !result.output.isEmpty {
            if isSuccess {
                log.info("output:\n" + result.output)
            } else {
                log.note(failures, "command failed with stdout:\n" + result.output)
            }
        }
        if !result.error.isEmpty {
            if isSuccess {
                let level = failures == .error ? .warning : failures
                log.note(level, "command succesful but stderr:\n" + result.error)
            } else {
                log.note(failures, "stderr:\n" + result.error)
            }
        }
        if let failure = result.unusualEnd(of: command) { log.note(failures, failure) }
    }

    /// Runs a command that only `--debug` shows.
    package func runQuiet(_ command: Command) async -> CommandResult {
        log.debug(command.line)
        let result = await host.run(command)
        if !result.output.isEmpty { log.debug("output:\n" + result.output) }
        if !result.error.isEmpty { log.debug("stderr:\n" + result.error) }
        if let failure = result.unusualEnd(of: command) { log.debug(failure) }
        return result
    }

    /// Runs a command quietly that an action cannot do without: a program that is missing, hangs or
    /// cannot be run is an ERROR all the same.
    package func runNeeded(_ command: Command) async throws(StepFailure) -> CommandResult {
        let result = await runQuiet(command)
        guard let failure = result.unusualEnd(of: command) else { return result }
        log.error(failure)
        throw StepFailure()
    }

    /// Says so when it is not.
    private func isPresent(_ command: Command) -> Bool {
        // A path may lie where nothing answers: `run` looks at it in a child.
        guard let program = command.words.first, !program.contains("/") else { return true }
        if host.find(program) != nil { return true }
        log.error(command.missingText)
        return false
    }
}

extension ServiceLog {
    package func note(_ level: Level, _ message: String) {
        switch level {
        case .debug: debug(message)
        case .info: info(message)
        case .warning: warning(message)
        case .error: error(message)
        }
    }
}

extension Command {
    /// As people would type it.
    package var line: String { words.joined(separator: " ") }

    package var missingText: String {
        "\(words.first ?? "") does not exist or not in path or is not executable"
    }
}

extension CommandResult {
    package func isSuccess(accepting codes: Set<Int32>) -> Bool {
        if case .exited(let code) = end { codes.contains(code) } else { false }
    }

    /// What has to be said of a command that did not come to an exit code.
    package func unusualEnd(of command: Command) -> String? {
        let program = command.words.first ?? ""
        switch end {
        case .exited: return nil
        case .signalled(let signal): return "\(program) was ended by signal \(signal)"
        case .timedOut:
            return "\(program) did not end within \(command.timeout.components.seconds) seconds"
        case .missing: return command.missingText
        case .refused(let why): return "\(program) execution error (\(why))"
        }
    }
}
