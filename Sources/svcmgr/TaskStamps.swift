// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceDrivers
import ServicePlan

/// When scheduled tasks ran last, by their stamps below `<var>`.
struct TaskStamps {
    let directories: Directories

    /// `print schedule`
    func show(_ tasks: [ScheduledTask], as format: OutputFormat?) {
        let runs = texts(of: tasks)
        let table = format == .json ? ScheduledTask.json : ScheduledTask.table
        writeText(table(tasks, runs), to: 1)
    }

    /// `2026-11-22 10:08:48`
    private func texts(of tasks: [ScheduledTask]) -> [String: String] {
        read(tasks) { String($0.prefix(19)) }
    }

    /// Since 1970.
    func seconds(of tasks: [ScheduledTask]) -> [String: Int] {
        read(tasks) { SyncStamp.seconds($0).map { Int($0) } }
    }

    /// A task begins now. Copies have stamps of their own.
    func note(_ task: ScheduledTask, at seconds: Double) {
        guard task.name != "sync_all" else { return }
        let text = Array(SyncStamp.text(seconds).utf8)
        try? replaceFile("\(directories.state)/\(task.stamp)", with: text, sync: false)
    }

    private func read<Value>(
        _ tasks: [ScheduledTask], _ value: (String) -> Value?
    ) -> [String: Value] {
        var values: [String: Value] = [:]
        for task in tasks {
            let bytes = try? readFile("\(directories.state)/\(task.stamp)", limit: 256)
            values[task.stamp] = bytes.flatMap { value(String(decoding: $0, as: UTF8.self)) }
        }
        return values
    }
}
