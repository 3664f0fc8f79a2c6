// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `resource monitor`, each minute for services with a heartbeat: what failed is started again, or
/// the node gives up (opensvc.md 4.6.6).
struct ResourceMonitorRun {
    let service: ManagedService
    private let files: StatusFiles
    private let memory: String

    init(_ service: ManagedService) {
        self.service = service
        files = StatusFiles(service)
        memory = "\(service.node.directories.state)/\(service.name)/resource.monitor"
    }

    func run() async -> Int32 {
        guard service.configuration.enabled.contains(where: { $0.group == .hb }) else {
            return ExitCode.success
        }
        let text = (try? readFile(memory)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        var monitor = ResourceMonitor(text: text)
        var report = await look()
        monitor.begin(report)
        let action = service.configuration.service.monitorAction
        while !Interruption.isRequested {
            let decision = monitor.next(report, action: action)
            // Before it is done: a node that is ended by it has tried.
            try? replaceFile(memory, with: Array(monitor.text.utf8), sync: false)
            switch decision {
            case .nothing: return ExitCode.success
            case .act(let lines, let action):
                for line in lines { service.log.info(line) }
                return await MonitorActionRun(service: service).run(action)
            case .restart(let rid, let announcement, let success):
                service.log.info(announcement)
                if await start(rid) { service.log.info(success) }
                report = await look()
            }
        }
        return ExitCode.failure
    }

    private func look() async -> ServiceReport {
        let report = await StatusEvaluation(service: service).report()
        files.write(report)
        return report
    }

    private func start(_ rid: String) async -> Bool {
        guard let resource = service.configuration.resources.first(where: { $0.rid == rid }) else {
            return false
        }
        let work = service.work(on: resource)
        return (try? await driver(of: resource).start(work)) != nil
    }
}
