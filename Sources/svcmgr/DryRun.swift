// SPDX-License-Identifier: Apache-2.0

import ServiceDrivers
import ServicePlan

/// `--dry-run`: the steps in their order, with `--debug` their commands, and nothing else
/// (decision 13).
struct DryRun {
    let service: ManagedService

    func announce(_ plan: ActionPlan) {
        for step in plan.steps {
            guard let resource = step.resource else { continue }
            let log = service.log(of: resource)
            if let text = step.announcement(label: driver(of: resource).label) { log.info(text) }
            for command in PlannedCommands(service: service).commands(of: step) {
                log.debug(command)
            }
        }
    }
}
