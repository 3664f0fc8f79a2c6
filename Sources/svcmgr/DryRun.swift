// SPDX-License-Identifier: Apache-2.0

import ServiceDrivers
import ServicePlan

/// `--dry-run`: the steps in their order, and nothing else (decision 13).
struct DryRun {
    let service: ManagedService

    func announce(_ plan: ActionPlan) {
        for step in plan.steps {
            guard let resource = step.resource,
                let text = step.announcement(label: driver(of: resource).label)
            else { continue }
            service.log(of: resource).info(text)
        }
    }
}
