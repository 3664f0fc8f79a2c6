// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// Whether services that must not run beside this one do (`anti_affinity`, opensvc.md 1.4).
struct AffinityCheck {
    let service: ManagedService

    func refuse(beside others: [String]) async throws(StepFailure) {
        var running: [String] = []
        for name in others where name != service.name && service.node.services.exists(name) {
            if await isRunning(name) { running.append(name) }
        }
        guard running.isEmpty else {
            service.log.error(ActionText.affinity(service.name, running))
            throw StepFailure()
        }
    }

    /// One that cannot be looked at may well run.
    private func isRunning(_ name: String) async -> Bool {
        guard let configuration = service.node.load(name, telling: service.recorder)
        else { return true }
        let other = ManagedService(
            configuration: configuration, node: service.node, recorder: service.recorder,
            call: service.call)
        let report = await StatusEvaluation(service: other).report()
        switch StatusSummary(of: report.resources).availability {
        case .down, .standbyDown, .standbyUp, .notApplicable, .undefined: return false
        case .up, .warn: return true
        }
    }
}
