// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// What `monitor_action` says is to be done when a monitored resource failed (opensvc.md 4.6.6).
struct MonitorActionRun {
    let service: ManagedService

    /// `toc`: the action as if a resource had failed.
    func toc() async -> Int32 {
        guard let action = service.configuration.service.monitorAction else {
            service.log.info("Would TOC but no (or unknown) resource monitor action set.")
            return ExitCode.success
        }
        service.log.info("start monitor action '\(action.rawValue)'")
        return await run(action)
    }

    /// - Parameter action: nil: none is set, which has been said.
    func run(_ action: ServiceKeywords.MonitorAction?) async -> Int32 {
        switch action {
        case nil: return ExitCode.success
        case .freezestop:
            let plan = ActionPlan(.freezestop, of: service.configuration)
            let isDone = await ActionRun(service, .freezestop, plan).run()
            return isDone ? ExitCode.success : ExitCode.failure
        case .reboot: return await pull(.reboot)
        case .crash: return await pull(.crash)
        }
    }

    private func pull(_ trigger: KernelTrigger) async -> Int32 {
        service.recorder.flush()
        guard let problem = await trigger.pull(service.node.host) else { return ExitCode.success }
        service.log.error(problem)
        return ExitCode.failure
    }
}
