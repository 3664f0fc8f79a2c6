// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// `stonith#N` with `type = callout`: a command of the administrator's (opensvc.md 4.7).
package struct StonithCallout: Fencer {
    package let label = "stonith.callout"
    /// As written.
    let command: String
    let timeout: Duration

    package init(command: String, timeout: Duration = stonithTimeout) {
        self.command = command
        self.timeout = timeout
    }

    package func fence(_ work: Work) async throws(StepFailure) {
        guard let words = shellWords(command) else {
            work.log.error("cmd: no command in '\(command)'")
            throw StepFailure()
        }
        var command = Command(words, timeout: timeout)
        command.environment = await work.serviceVariables()
        try await work.runFence(command, as: self.command)
    }
}

/// `stonith#N` with `type = ilo`: a management board that takes commands by ssh (opensvc.md 4.7).
package struct StonithILO: Fencer {
    package let label = "stonith.ilo"
    let target: String
    let timeout: Duration

    package init(target: String, timeout: Duration = stonithTimeout) {
        self.target = target
        self.timeout = timeout
    }

    package func fence(_ work: Work) async throws(StepFailure) {
        try work.refuseItself(target)
        try await work.runFence(try await command(work))
    }

    private func command(_ work: Work) async throws(StepFailure) -> Command {
        func refuse(_ text: String) -> StepFailure {
            work.log.error(text)
            return StepFailure()
        }
        guard let credentials = try await work.credentials(for: target) else {
            throw refuse("No credentials in node.conf for \(target)")
        }
        guard let user = credentials.username else {
            throw refuse("No username in node.conf for \(target)")
        }
        let shell = work.remoteShell.program
        let reset = [target, "power", "reset"]
        if let key = credentials.key {
            guard case .file = await work.host.probe(.status(path: key)) else {
                throw refuse("key in node.conf for \(target) does not exist")
            }
            return Command(shell + ["-l", user, "-i", key] + reset, timeout: timeout)
        }
        guard let password = credentials.password else {
            throw refuse("No password nor key in node.conf for \(target)")
        }
        // ssh takes a password from a terminal only; sshpass makes one, and reads from its stdin.
        let asking = shell.map { $0 == "BatchMode=yes" ? "NumberOfPasswordPrompts=1" : $0 }
        var command = Command(["sshpass"] + asking + ["-l", user] + reset, timeout: timeout)
        command.input = password + "\n"
        return command
    }
}

/// Enough for a board that takes its time; then it has failed.
package let stonithTimeout: Duration = .seconds(60)

extension Work {
    /// Runs what is to end the peer; a silent failure says its exit code.
    fileprivate func runFence(
        _ command: Command, as line: String? = nil
    ) async throws(StepFailure) {
        let result = await runLogged(command, as: line)
        if result.isSuccess { return }
        if case .exited(let code) = result.end { log.error("exit code \(code)") }
        throw StepFailure()
    }
}

extension Fencer {
    /// Nothing that could be up or down.
    package func evaluate(_ work: Work) async -> Evaluation { Evaluation(.notApplicable) }
    package func start(_ work: Work) async throws(StepFailure) -> Bool { false }
    package func stop(_ work: Work) async throws(StepFailure) {}
}
