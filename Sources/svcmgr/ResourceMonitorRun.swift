// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `resource monitor`, each minute for services with a heartbeat: a monitored resource that failed is
/// started again, or the node gives up (opensvc.md 4.6.6).
struct ResourceMonitorRun {
    let service: ManagedService
    private let files: StatusFiles

    init(_ service: ManagedService) {
        self.service = service
        files = StatusFiles(service)
    }

    func run() async -> Int32 {
        guard !service.isFrozen, service.configuration.enabled.contains(where: { $0.group == .hb })
        else { return ExitCode.success }
        let monitored = service.configuration.enabled.filter(\.common.isMonitored)
        let before = monitored.map { ($0.rid, files.last($0)?.status) }
        let report = await StatusEvaluation(service: service).report()
        files.write(report)
        guard StatusSummary(of: report.resources).heartbeat == .up,
            let failed = report.resources.first(where: hasFailed)
        else { return ExitCode.success }
        let resource = failed.configuration
        if before.contains(where: { $0 == (resource.rid, .up) }), await isRestarted(resource) {
            return ExitCode.success
        }
        let why = failed.evaluation.notes.map(\.text).joined(separator: ", ")
        service.log.info(
            "monitored resource \(resource.rid) is in state \(failed.status.rawValue) (\(why))")
        return await MonitorActionRun(service: service).run()
    }

    private func hasFailed(_ report: ResourceReport) -> Bool {
        guard report.configuration.common.isMonitored else { return false }
        switch report.status {
        case .up, .standbyUp, .notApplicable: return false
        case .down, .warn, .undefined, .standbyDown: return true
        }
    }

    private func isRestarted(_ resource: ResourceConfiguration) async -> Bool {
        let tries = resource.common.restarts
        guard tries > 0 else { return false }
        for number in 1...tries where !Interruption.isRequested {
            service.log.info("restart resource \(resource.rid). try number \(number)/\(tries)")
            let driver = driver(of: resource)
            guard (try? await driver.start(service.work(on: resource))) != nil else { continue }
            let evaluation = await StatusEvaluation(service: service).evaluation(of: resource)
            files.write(evaluation, of: resource)
            if evaluation.status == .up || evaluation.status == .standbyUp {
                service.log.info("monitored resource \(resource.rid) restarted.")
                return true
            }
        }
        return false
    }
}
