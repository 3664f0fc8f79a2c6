// SPDX-License-Identifier: Apache-2.0

import ServicePlan

/// The implicit `app`: the launchers of `<etc>/<svc>.d`, one after the other (opensvc.md 4.4).
package struct LauncherDriver: Driver {
    package let label = "app"
    /// A launcher that takes longer is ended: the specification has no limit, and nothing may wait
    /// without one.
    let timeout: Duration
    let checkTimeout: Duration

    package init(timeout: Duration = .seconds(3600), checkTimeout: Duration = .seconds(30)) {
        self.timeout = timeout
        self.checkTimeout = checkTimeout
    }

    package func evaluate(_ work: Work) async -> Evaluation {
        // Without an answer (nil) somebody asks who has just started it.
        let foundation = work.availability ?? .up
        let nodes = work.service.service.nodes.count
        guard LauncherSighting.isWorthAsking(foundation: foundation, nodes: nodes) else {
            return Evaluation(.notApplicable)
        }
        let directory = LauncherDirectory(work)
        let paths: [String]
        do throws(LauncherDirectory.Obstacle) {
            paths = try await directory.launchers(.check)
        } catch {
            return evaluation(of: error, directory)
        }
        return await check(paths, work)
    }

    /// A launcher's exit code fails nothing: it is shown.
    package func start(_ work: Work) async throws(StepFailure) -> Bool {
        let directory = LauncherDirectory(work)
        do throws(LauncherDirectory.Obstacle) {
            let paths = try await directory.launchers(.start)
            await run(paths, .start, work)
            return !paths.isEmpty
        } catch {
            work.log.error(directory.text(error))
            throw StepFailure()
        }
    }

    package func stop(_ work: Work) async throws(StepFailure) {
        let directory = LauncherDirectory(work)
        do throws(LauncherDirectory.Obstacle) {
            await run(try await directory.launchers(.stop), .stop, work)
        } catch .missing {
            work.log.info("\(directory.path) is not present, perhaps already stopped")
        } catch {
            work.log.error(directory.text(error))
            throw StepFailure()
        }
    }

    private func run(_ paths: [String], _ kind: LauncherKind, _ work: Work) async {
        let variables = paths.isEmpty ? [:] : await work.serviceVariables()
        for path in paths where await prepare(path, work) {
            var run = LauncherRun(
                path: path, argument: kind.argument, timeout: timeout, work: work)
            run.environment = variables
            work.log.info("spawn: \(path) \(kind.argument)")
            let outcome = await run.outcome(work.host)
            if let failure = outcome.failure { work.log.error(failure) }
            work.log.info(run.doneText(outcome))
        }
    }

    /// Makes it root's and executable.
    ///
    /// - Returns: Whether it is to be run: no directory.
    private func prepare(_ path: String, _ work: Work) async -> Bool {
        let file: ProbedFile
        switch await work.host.probe(.status(path: path)) {
        case .file(let found): file = found
        case nil:
            work.log.error("\(path) is not responding")
            return false
        // Running it tells why.
        case .failed, .path, .names, .addresses, .done: return true
        }
        if file.isDirectory { return false }
        if file.owner != 0 {
            work.log.info("set \(path) ownership to uid 0 gid 0")
            let chown = Command(["chown", "0:0", path], timeout: .seconds(5))
            let result = await work.runQuiet(chown)
            if !result.isSuccess {
                let why = result.error.split(separator: "\n").first ?? "chown failed"
                work.log.warning("\(path) stays as it is: \(why)")
            }
        }
        if !file.isExecutable {
            await work.runLogged(Command(["chmod", "+x", path], timeout: .seconds(5)))
        }
        return true
    }

    private func evaluation(
        of obstacle: LauncherDirectory.Obstacle, _ directory: LauncherDirectory
    ) -> Evaluation {
        switch obstacle {
        case .missing: return evaluation(.missing(path: directory.path))
        case .noLink:
            return Evaluation(
                .notApplicable, [StatusNote(.warn, directory.text(obstacle))])
        case .silent, .refused:
            return Evaluation(.warn, [StatusNote(.warn, directory.text(obstacle))])
        }
    }

    private func evaluation(_ seen: LauncherSighting.Directory) -> Evaluation {
        LauncherSighting.evaluation(foundation: .up, nodes: 1, directory: seen)
    }

    private func check(_ paths: [String], _ work: Work) async -> Evaluation {
        let variables = paths.isEmpty ? [:] : await work.serviceVariables()
        var answers: [LauncherSighting.Answer] = []
        var notes: [StatusNote] = []
        for path in paths {
            var run = LauncherRun(
                path: path, argument: LauncherKind.check.argument, timeout: checkTimeout,
                work: work)
            run.environment = variables
            let outcome = await run.outcome(work.host)
            answers.append(LauncherSighting.Answer(path: path, exitCode: outcome.code))
            guard let failure = outcome.failure else { continue }
            notes.append(StatusNote(.warn, outcome.isTimeout ? "\(path) \(failure)" : failure))
            // A script that hangs says nothing about the application.
            if outcome.isTimeout { return Evaluation(.warn, notes) }
        }
        var found = evaluation(.checked(answers))
        found.notes = notes + found.notes
        return found
    }
}

extension ProbedFile {
    var isDirectory: Bool { mode & 0o170000 == 0o040000 }
    var isExecutable: Bool { mode & 0o111 != 0 }
}
