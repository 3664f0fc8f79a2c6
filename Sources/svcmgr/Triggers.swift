// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// The commands before and after an action on one resource (opensvc.md 3.5): the ones that may fail
/// first, then those that block it.
struct Triggers {
    private let triggers: [Trigger]
    private let work: Work

    init(of resource: ResourceConfiguration, _ verb: String, _ service: ManagedService) {
        triggers = resource.common.triggers.filter { $0.action == verb }
        work = service.work(on: resource)
    }

    func run(_ moment: Trigger.Moment) async throws(StepFailure) {
        let due = triggers.filter { $0.moment == moment }
        for trigger in due.filter({ !$0.isBlocking }) { _ = await isDone(trigger) }
        for trigger in due.filter(\.isBlocking) where await !isDone(trigger) {
            throw StepFailure(ActionText.blocked(trigger))
        }
    }

    private func isDone(_ trigger: Trigger) async -> Bool {
        guard let words = shellWords(trigger.command), !words.isEmpty else {
            work.log.error("\(trigger.moment.rawValue) trigger \(trigger.command): unclosed quote")
            return false
        }
        var command = Command(words, timeout: .seconds(3600))
        command.environment = await work.serviceVariables()
        return await work.runLogged(command).isSuccess
    }
}
