// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `syncnodes`, `syncdrp`, `syncall`: copies to the peers, and has them take it over
/// (opensvc.md 4.5).
struct SyncRun {
    let service: ManagedService
    let plan: ActionPlan

    struct Outcome {
        var isComplete = true
        /// Nodes that got something, in the order of the first copy.
        var nodes: [String] = []
    }

    /// Under the lock: the copies. What failed has been logged; the next one is tried.
    func copy() async -> Outcome {
        let availability = await StatusEvaluation(service: service).availability()
        var outcome = Outcome()
        for case .synchronize(let resource, let target) in plan.steps
        where !Interruption.isRequested {
            do throws(StepFailure) {
                let copies = try await copy(resource, to: target, availability)
                outcome.nodes += copies.copied.filter { !outcome.nodes.contains($0) }
                if !copies.failed.isEmpty { outcome.isComplete = false }
            } catch {
                if let reason = error.reason { service.log(of: resource).error(reason) }
                outcome.isComplete = false
            }
        }
        return outcome
    }

    private func copy(
        _ resource: ResourceConfiguration, to target: ActionPlan.SyncTarget,
        _ availability: Status
    ) async throws(StepFailure) -> SyncOutcome {
        guard let driver = driver(of: resource) as? any Synchronizer,
            let group = SyncGroup(rawValue: target.rawValue)
        else { return SyncOutcome() }
        let triggers = Triggers(of: resource, target.trigger, service)
        try await triggers.run(.pre)
        let work = service.work(on: resource, availability: availability)
        let outcome = await driver.synchronize(work, to: [group])
        try await triggers.run(.post)
        return outcome
    }

    /// Behind the lock: the peers' turn, which nobody waits for.
    func callBack(_ nodes: [String]) {
        for node in nodes {
            let command = postsync
            service.log.info("exec '\(command.joined(separator: " "))' on node \(node)")
            let words = service.node.remoteShell.words(command, on: node)
            BackgroundCommand(words, directories: service.node.directories).start()
        }
    }

    /// D7: a service with a heartbeat is called by its link.
    private var postsync: [String] {
        let program =
            service.configuration.hasHeartbeat
            ? ["/etc/opensvc/\(service.name)"] : ["svcmgr", "-s", service.name]
        let cluster = service.call.isClustered ? ["--cluster"] : []
        return program + cluster + ["--waitlock", "3600", "postsync"]
    }
}
