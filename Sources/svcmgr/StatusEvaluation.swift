// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// Looks at all resources of a service, side by side: one that hangs delays no other.
struct StatusEvaluation {
    let service: ManagedService

    func report() async -> ServiceReport {
        let resources = service.configuration.resources
        // Applications and copies depend on what the others are.
        let (late, early) = split(resources)
        let first = await evaluate(early, availability: nil)
        let availability = StatusSummary.core(of: first.map(\.value))
        let all = first.merging(await evaluate(late, availability: availability)) { $1 }
        return ServiceReport(
            name: service.name, isFrozen: service.isFrozen,
            resources: resources.compactMap { all[$0.rid] })
    }

    /// Of what applications and copies stand on.
    func availability() async -> Status {
        let (_, early) = split(service.configuration.resources.filter { $0.group.isAvailability })
        return StatusSummary.core(of: await evaluate(early, availability: nil).map(\.value))
    }

    /// One resource alone, after a step on it.
    func evaluation(of resource: ResourceConfiguration) async -> Evaluation {
        await driver(of: resource).evaluate(service.work(on: resource))
    }

    private func split(_ resources: [ResourceConfiguration])
        -> (late: [ResourceConfiguration], early: [ResourceConfiguration])
    {
        (
            resources.filter { $0.group == .app || $0.group == .sync },
            resources.filter { $0.group != .app && $0.group != .sync }
        )
    }

    private func evaluate(_ resources: [ResourceConfiguration], availability: Status?) async
        -> [String: ResourceReport]
    {
        await withTaskGroup(of: ResourceReport.self) { group in
            for resource in resources {
                group.addTask { await evaluate(resource, availability) }
            }
            var reports: [String: ResourceReport] = [:]
            for await report in group { reports[report.configuration.rid] = report }
            return reports
        }
    }

    private func evaluate(_ resource: ResourceConfiguration, _ availability: Status?) async
        -> ResourceReport
    {
        let driver = driver(of: resource)
        // What is disabled is not looked at, and its heartbeat's links are not repaired.
        let isLookedAt = !resource.common.isDisabled && !service.configuration.service.isDisabled
        let evaluation =
            isLookedAt
            ? await driver.evaluate(service.work(on: resource, availability: availability))
            : Evaluation(.notApplicable)
        return ResourceReport(
            configuration: resource, label: driver.label, evaluation: evaluation)
    }
}
