// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// Carries out the steps of one action on one service, and undoes what it began when one fails
/// (opensvc.md 3.5 and 3.6). Gates and lock are behind us.
struct ActionRun {
    let service: ManagedService
    let action: ServiceAction
    let plan: ActionPlan
    /// Without `--disable-rollback`.
    var mayRollBack = true
    private let files: StatusFiles

    init(_ service: ManagedService, _ action: ServiceAction, _ plan: ActionPlan) {
        self.service = service
        self.action = action
        self.plan = plan
        files = StatusFiles(service)
    }

    /// - Returns: Whether all went well; if not, it has been logged.
    func run() async -> Bool {
        var activated: [ResourceConfiguration] = []
        for step in plan.steps {
            if Interruption.isRequested { break }
            do throws(StepFailure) {
                if try await carryOut(step), let resource = step.resource {
                    activated.append(resource)
                }
            } catch {
                if Interruption.isRequested { break }
                switch FailureConsequence(of: step) {
                case .goOn(let text):
                    if let text { log(of: step).info(text) }
                case .stopAction:
                    service.log.error(ActionText.stopped(action, reason: error.reason))
                    await rollBack(activated)
                    return false
                }
            }
        }
        return !Interruption.isRequested
    }

    private func log(of step: ActionPlan.Step) -> ServiceLog {
        step.resource.map { service.log(of: $0) } ?? service.log
    }

    /// - Returns: Whether this run activated the resource.
    private func carryOut(_ step: ActionPlan.Step) async throws(StepFailure) -> Bool {
        switch step {
        case .checkAffinity(let others):
            try await AffinityCheck(service: service).refuse(beside: others)
            return false
        case .checkConflict(let resource):
            guard let driver = driver(of: resource) as? any Contender else { return false }
            try await driver.checkConflict(service.work(on: resource))
            return false
        case .start(let resource):
            return try await changing(resource, "start") { driver, work throws(StepFailure) in
                try await driver.start(work)
            }
        case .stop(let resource):
            return try await changing(resource, "stop") { driver, work throws(StepFailure) in
                try await driver.stop(work)
                return false
            }
        case .skipStandby(let resource):
            service.log(of: resource).info(ActionText.skippedStandby("stop"))
            return false
        case .freezeStop(let resource):
            guard let driver = driver(of: resource) as? any Heartbeat else { return false }
            try await driver.freezeStop(service.work(on: resource))
            return false
        case .synchronize, .fence:
            preconditionFailure("\(step) is carried out by an action of its own")
        }
    }

    /// A change of a resource between its triggers; its status is looked at afresh behind it.
    private func changing(
        _ resource: ResourceConfiguration, _ verb: String,
        _ change: (any Driver, Work) async throws(StepFailure) -> Bool
    ) async throws(StepFailure) -> Bool {
        let triggers = Triggers(of: resource, verb, service)
        try await triggers.run(.pre)
        let activated = try await change(driver(of: resource), service.work(on: resource))
        do throws(StepFailure) {
            try await triggers.run(.post)
        } catch {
            // What was brought up by then has to come down again.
            guard activated else { throw error }
            try? await driver(of: resource).stop(service.work(on: resource))
            throw error
        }
        if !Interruption.isRequested { await files.refresh(resource) }
        return activated
    }

    private func rollBack(_ activated: [ResourceConfiguration]) async {
        let rollback = Rollback(
            of: action, activated: activated, of: service.configuration, isAllowed: mayRollBack)
        switch rollback {
        case .notMeant: break
        case .skipped(let text): service.log.info(text)
        case .stop(let resources, let announcement, let failed):
            service.log.info(announcement)
            for resource in resources where !Interruption.isRequested {
                guard await isUndone(.stop(resource)) else { return service.log.error(failed) }
            }
        }
    }

    /// Whether the rollback may go on: an application that does not end keeps no disk up.
    private func isUndone(_ step: ActionPlan.Step) async -> Bool {
        do throws(StepFailure) {
            _ = try await carryOut(step)
            return true
        } catch {
            switch FailureConsequence(of: step) {
            case .goOn(let text):
                if let text { log(of: step).info(text) }
                return true
            case .stopAction: return false
            }
        }
    }
}
