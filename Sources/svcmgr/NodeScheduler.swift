// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceDrivers
import ServicePlan

/// `nodemgr schedulers`, once a minute: what is due of the node, and of each of its services.
struct NodeScheduler {
    let node: LocalNode

    func run() async -> Int32 {
        runNodeTasks()
        let names = (try? node.services.names()) ?? []
        let requests = names.compactMap { ServiceRequest(["scheduler"], of: $0, on: node) }
        // A service whose disk hangs delays no other.
        return await withTaskGroup(of: Int32.self) { group in
            for request in requests { group.addTask { await request.carryOut() } }
            return await group.reduce(ExitCode.success, max)
        }
    }

    /// Inventories and the like have nowhere to go without a collector; their stamps say that they
    /// had their turn.
    private func runNodeTasks() {
        let stamps = TaskStamps(directories: node.directories)
        let tasks = ScheduledTask.ofNode(schedules: node.configuration.schedules)
        let now = node.host.wallClock()
        let (due, errors) = ScheduledTask.due(
            tasks, at: LocalTime(wallClock: now), lastRuns: stamps.seconds(of: tasks))
        for error in errors { Console.standard.complain("\(error)") }
        for task in due { stamps.note(task, at: now) }
    }
}
