// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// An `app#N` section: one script with orders of its own, run as the owner of its file
/// (opensvc.md 4.4).
package struct ApplicationDriver: Driver {
    package let keywords: ApplicationKeywords

    package init(_ keywords: ApplicationKeywords) { self.keywords = keywords }

    package var label: String { String(keywords.script.split(separator: "/").last ?? "") }

    package func evaluate(_ work: Work) async -> Evaluation {
        // nil: somebody asks who has just started it.
        let foundation = work.availability ?? .up
        guard keywords.check != nil else {
            return ApplicationSighting.unchecked.evaluation(foundation: foundation)
        }
        guard ApplicationSighting.isWorthAsking(foundation: foundation) else {
            return ApplicationSighting.checked(exitCode: 0).evaluation(foundation: foundation)
        }
        return await check(work)
    }

    package func start(_ work: Work) async throws(StepFailure) -> Bool {
        guard keywords.start != nil else { return false }
        let isChecked = keywords.check != nil
        if isChecked, await check(work).status == .up {
            work.log.info("\(label) is already started")
            return false
        }
        try await run("start", work)
        return true
    }

    package func stop(_ work: Work) async throws(StepFailure) {
        guard keywords.stop != nil else { return }
        let isChecked = keywords.check != nil
        if isChecked, await check(work).status == .down {
            work.log.info("\(label) is already stopped")
            return
        }
        do throws(Absence) {
            _ = try await owner(work)
        } catch .missing {
            work.log.info("\(path(work)) is not present, perhaps already stopped")
            return
        } catch {}
        try await run("stop", work)
    }

    private func path(_ work: Work) -> String {
        keywords.script.contains("/")
            ? keywords.script
            : "\(work.directories.etc)/\(work.service.name).d/\(keywords.script)"
    }

    private func check(_ work: Work) async -> Evaluation {
        let run: LauncherRun
        do throws(Absence) {
            run = try await prepared("status", checkTimeout, work)
        } catch {
            return Evaluation(.warn, [StatusNote(.warn, error.text(path(work)))])
        }
        let outcome = await run.outcome(work.host)
        if let failure = outcome.failure {
            return Evaluation(.warn, [StatusNote(.warn, failure)])
        }
        return ApplicationSighting.checked(exitCode: outcome.code).evaluation(foundation: .up)
    }

    private func run(_ argument: String, _ work: Work) async throws(StepFailure) {
        let run: LauncherRun
        do throws(Absence) {
            run = try await prepared(argument, keywords.timeout ?? .seconds(3600), work)
        } catch {
            work.log.error(error.text(path(work)))
            throw StepFailure()
        }
        let user = run.user?.name ?? ""
        work.log.info("exec \(run.path) \(argument) as user \(user)")
        let outcome = await run.outcome(work.host)
        if let failure = outcome.failure {
            work.log.error(failure)
            if outcome.isTimeout { throw StepFailure() }
        }
        guard outcome.code != 0 else { return work.log.info(run.doneText(outcome)) }
        work.log.error(run.doneText(outcome))
        throw StepFailure()
    }

    /// Not longer than the keyword says, and not so long that a status waits for it for ever.
    private var checkTimeout: Duration { min(keywords.timeout ?? .seconds(30), .seconds(30)) }

    private func prepared(
        _ argument: String, _ timeout: Duration, _ work: Work
    ) async throws(Absence) -> LauncherRun {
        let user = try await owner(work)
        var run = LauncherRun(path: path(work), argument: argument, timeout: timeout, work: work)
        run.user = user
        run.directory = work.directories.temporary
        run.environment = await work.serviceVariables()
        run.environment["HOME"] = user.home
        run.environment["LOGNAME"] = user.name
        run.environment["USER"] = user.name
        return run
    }

    private enum Absence: Error {
        case missing, silent
        case refused(Int32)

        func text(_ path: String) -> String {
            switch self {
            case .missing: "\(path) is not present"
            case .silent: "\(path) is not responding"
            case .refused(let code): "\(path) cannot be looked at (errno \(code))"
            }
        }
    }

    /// Who owns the script; a number that has no name stands for itself.
    private func owner(_ work: Work) async throws(Absence) -> Command.User {
        switch await work.host.probe(.status(path: path(work))) {
        case .file(let file):
            let query = Command(["getent", "passwd", "\(file.owner)"], timeout: .seconds(5))
            let columns = await work.host.run(query).output
                .prefix { $0 != "\n" }
                .split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard columns.count >= 6, let group = UInt32(columns[3]) else {
                return Command.User(
                    id: file.owner, group: file.group, name: "\(file.owner)", home: "/")
            }
            return Command.User(
                id: file.owner, group: group, name: columns[0], home: columns[5])
        case .failed(let code): throw code == noSuchFile ? .missing : .refused(code)
        case nil, .path, .names, .addresses, .done: throw .silent
        }
    }
}
