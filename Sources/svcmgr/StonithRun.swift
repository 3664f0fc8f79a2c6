// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `stonith`, which the heartbeat calls before every start (opensvc.md 4.7). It fails closed: what is
/// not known to have worked prevents the start.
struct StonithRun {
    let service: ManagedService
    let plan: ActionPlan

    func run() async -> Int32 {
        let methods = plan.steps.compactMap(\.resource)
        // A section that could not be read is a method that cannot run.
        let unusable = service.configuration.leftOut.filter { $0.hasPrefix("stonith#") }
        guard !methods.isEmpty || !unusable.isEmpty else { return ExitCode.success }
        let asking: [ResourceConfiguration]
        do throws(StepFailure) {
            try refuseBlindness()
            asking = try await heartbeatsThatAsk()
        } catch {
            service.log.error(ActionText.stopped(.stonith, reason: error.reason))
            return ExitCode.failure
        }
        guard asking.isEmpty || unusable.isEmpty else {
            let reason = "\(unusable.joined(separator: ", ")) cannot be used"
            service.log.error(ActionText.stopped(.stonith, reason: reason))
            return ExitCode.failure
        }
        var isDone = true
        for method in methods where !Interruption.isRequested {
            if await !run(method, asking: asking) { isDone = false }
        }
        return isDone && !Interruption.isRequested ? ExitCode.success : ExitCode.failure
    }

    /// A heartbeat that its keywords leave out would ask for nothing, whatever the peer does.
    private func refuseBlindness() throws(StepFailure) {
        guard let section = service.configuration.incompleteHeartbeats.first else { return }
        throw StepFailure("cannot tell the peer's state (\(section) is incomplete): start refused")
    }

    private func heartbeatsThatAsk() async throws(StepFailure) -> [ResourceConfiguration] {
        var asking: [ResourceConfiguration] = []
        for resource in service.configuration.enabled where resource.group == .hb {
            guard let driver = driver(of: resource) as? any Heartbeat else { continue }
            if try await driver.wantsFencing(service.work(on: resource)) { asking.append(resource) }
        }
        return asking
    }

    private func run(_ method: ResourceConfiguration, asking: [ResourceConfiguration]) async -> Bool
    {
        let log = service.log(of: method)
        guard !asking.isEmpty else {
            log.info("stonith bypassed")
            return true
        }
        for heartbeat in asking { log.info("heartbeat \(heartbeat.rid) asks for stonith") }
        log.info("sanity checks passed. trigger stonith method")
        guard let driver = driver(of: method) as? any Fencer else {
            log.error("\(method.rid) cannot fence")
            return false
        }
        do throws(StepFailure) {
            try await driver.fence(service.work(on: method))
            return true
        } catch {
            service.log.error(ActionText.stopped(.stonith, reason: error.reason))
            return false
        }
    }
}
