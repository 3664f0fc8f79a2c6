// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `scheduler`: the tasks of one service that are due, one after the other (opensvc.md 8).
struct SchedulerRun {
    let service: ManagedService

    func run() async -> Int32 {
        let stamps = TaskStamps(directories: service.node.directories)
        let tasks = ScheduledTask.all(of: service.configuration)
        let now = service.node.host.wallClock()
        let (due, errors) = ScheduledTask.due(
            tasks, at: LocalTime(wallClock: now), lastRuns: stamps.seconds(of: tasks))
        for error in errors { service.log.error("\(error)") }
        var code = errors.isEmpty ? ExitCode.success : ExitCode.failure
        for task in due where !Interruption.isRequested {
            stamps.note(task, at: now)
            code = max(code, await run(task))
        }
        return code
    }

    private func run(_ task: ScheduledTask) async -> Int32 {
        switch task.name {
        case "push_config": return await run(["push"])
        case "push_service_status":
            StatusFiles(service).write(await StatusEvaluation(service: service).report())
            return ExitCode.success
        case "resource_monitor": return await run(["resource", "monitor"])
        case "sync_all":
            let rid = String(task.parameter.prefix { $0 != "." })
            return await run(["syncall", "--rid", rid])
        // Compliance and inventories need a collector.
        case _: return ExitCode.success
        }
    }

    /// As if the scheduler had called svcmgr, with gates and lock.
    private func run(_ words: [String]) async -> Int32 {
        guard let request = ServiceRequest(words, of: service.name, on: service.node) else {
            return ExitCode.failure
        }
        return await request.carryOut()
    }
}

extension ServiceRequest {
    /// One that the scheduler makes.
    init?(_ words: [String], of service: String, on node: LocalNode) {
        guard let options = try? ServiceOptions.parse(["--cron", "-s", service] + words),
            let named = ServiceAction.named(options.command)
        else { return nil }
        self.init(action: named.action, options: options, node: node)
    }
}
