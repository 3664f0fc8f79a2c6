// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// Something that the scheduler runs by itself (opensvc.md 6 and 8.2).
package struct ScheduledTask: Equatable, Sendable {
    package let name: String
    /// The keyword that says when: `DEFAULT.status_schedule`.
    package let parameter: String
    /// As written or by default; empty: never.
    package let schedule: String
    /// Of the file in `<var>` that keeps when it ran last.
    package let stamp: String

    /// Those of a service; one for each copy.
    package static func all(of service: ServiceConfiguration) -> [ScheduledTask] {
        let keywords = [
            ("compliance_auto", "comp_schedule", "00:00-06:00@361"),
            ("push_config", "push_schedule", "00:00-06:00@361"),
            ("push_resinfo", "resinfo_schedule", "@60"),
            ("push_service_status", "status_schedule", "@9"),
            ("resource_monitor", "monitor_schedule", "@1"),
        ]
        let hasHeartbeat = service.enabled.contains { $0.group == .hb }
        let tasks = keywords.filter { $0.0 != "resource_monitor" || hasHeartbeat }.map {
            name, keyword, usual in
            ScheduledTask(
                name: name, parameter: "DEFAULT.\(keyword)",
                schedule: service.service.schedules[keyword] ?? usual,
                stamp: "last_\(name)_\(service.name)")
        }
        let copies = service.enabled.filter { $0.group == .sync }.map { resource in
            ScheduledTask(
                name: "sync_all", parameter: "\(resource.rid).schedule",
                schedule: SyncRule(resource, of: service.service).text,
                stamp: "last_sync_\(service.name)_\(resource.rid)")
        }
        return sorted(tasks + copies)
    }

    /// Those of a node.
    ///
    /// - Parameter schedules: `schedule` of the sections of node.conf, by section.
    package static func ofNode(schedules: [String: String] = [:]) -> [ScheduledTask] {
        let nightly = ["checks", "packages", "patches", "asset", "stats", "disks", "sysreport"]
            .map { ($0, "00:00-06:00@361 mon-sun") }
        let others = [
            ("compliance", "02:00-06:00@241 sun"), ("stats_collection", "@10"), ("reboot", ""),
            ("rotate_root_pw", ""), ("dequeue_actions", ""),
        ]
        return sorted(
            (nightly + others).map { name, usual in
                ScheduledTask(
                    name: name, parameter: "\(name).schedule", schedule: schedules[name] ?? usual,
                    stamp: "last_\(name)")
            })
    }

    private static func sorted(_ tasks: [ScheduledTask]) -> [ScheduledTask] {
        tasks.sorted { ($0.name, $0.parameter) < ($1.name, $1.parameter) }
    }

    /// Whether it is to run now.
    package func isDue(at now: LocalTime, last: Int?) throws(ScheduleError) -> Bool {
        try Schedule(schedule).isDue(at: now, last: last)
    }

    /// What the scheduler runs now, and what it cannot make sense of.
    ///
    /// - Parameter lastRuns: Seconds since 1970, by stamp.
    package static func due(
        _ tasks: [ScheduledTask], at now: LocalTime, lastRuns: [String: Int]
    ) -> (tasks: [ScheduledTask], errors: [ScheduleError]) {
        var due: [ScheduledTask] = []
        var errors: [ScheduleError] = []
        for task in tasks {
            do throws(ScheduleError) {
                if try task.isDue(at: now, last: lastRuns[task.stamp]) { due.append(task) }
            } catch {
                errors.append(error)
            }
        }
        return (due, errors)
    }

    /// `print schedule`, each line with its line feed.
    ///
    /// - Parameter lastRuns: Texts like `2026-11-22 10:08:48`, by stamp.
    package static func table(_ tasks: [ScheduledTask], lastRuns: [String: String]) -> String {
        let rows = tasks.map { task in
            row(
                task.name, lastRuns[task.stamp] ?? "-", task.parameter,
                task.schedule.isEmpty ? "-" : task.schedule)
        }
        return row("action", "last run", "config parameter", "schedule definition")
            + row("------", "--------", "----------------", "-------------------")
            + rows.joined()
    }

    /// The same as JSON, with its line feed: a list, where what is not known is null.
    package static func json(_ tasks: [ScheduledTask], lastRuns: [String: String]) -> String {
        let rows = tasks.map { task in
            JSONText.object([
                "action": .string(task.name), "config_parameter": .string(task.parameter),
                "last_run": lastRuns[task.stamp].map(JSONText.string) ?? .null,
                "schedule_definition": .string(task.schedule),
            ])
        }
        return JSONText.array(rows).written() + "\n"
    }

    private static func row(
        _ name: String, _ last: String, _ parameter: String, _ schedule: String
    ) -> String {
        [name.padded(to: 21), last.padded(to: 21), parameter.padded(to: 24), schedule]
            .joined(separator: "  ") + "\n"
    }
}
