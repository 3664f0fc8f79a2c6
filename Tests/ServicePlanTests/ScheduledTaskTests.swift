// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// The tasks of the scheduler, and the table that shows them.
struct ScheduledTaskTests {
    @Test("print schedule of the tutorial's service, to the byte")
    func service() {
        let tasks = ScheduledTask.all(of: Samples.p26(hasHeartbeat: true))
        let table = ScheduledTask.table(
            tasks, lastRuns: ["last_sync_p26.opensvc.com_sync#i0": "2026-11-22 10:08:48"])
        #expect(
            table == """
                action                 last run               config parameter          schedule definition
                ------                 --------               ----------------          -------------------
                compliance_auto        -                      DEFAULT.comp_schedule     00:00-06:00@361
                push_config            -                      DEFAULT.push_schedule     00:00-06:00@361
                push_resinfo           -                      DEFAULT.resinfo_schedule  @60
                push_service_status    -                      DEFAULT.status_schedule   @9
                resource_monitor       -                      DEFAULT.monitor_schedule  @1
                sync_all               2026-11-22 10:08:48    sync#i0.schedule          03:59-05:59@121

                """)
    }

    @Test("only a service with a heartbeat has its resources monitored")
    func monitor() {
        let names = ScheduledTask.all(of: Samples.p26()).map(\.name)
        #expect(!names.contains("resource_monitor") && names.contains("sync_all"))
    }

    @Test("a node's tasks are sorted, and never is a dash")
    func node() {
        let tasks = ScheduledTask.ofNode(schedules: ["asset": "@60"])
        let table = ScheduledTask.table(tasks, lastRuns: [:])
        #expect(tasks.map(\.name) == tasks.map(\.name).sorted() && tasks.count == 12)
        #expect(
            table.contains(
                "\nasset                  -                      asset.schedule            @60\n"))
        #expect(
            table.contains(
                "\nreboot                 -                      reboot.schedule           -\n"))
        #expect(table.contains("checks.schedule           00:00-06:00@361 mon-sun\n"))
    }

    @Test("defaults are schedules, and are due at night")
    func defaults() {
        let night = ScheduleTests.time("2026-11-22 03:00")
        let tasks = ScheduledTask.ofNode() + ScheduledTask.all(of: Samples.p26())
        let (due, errors) = ScheduledTask.due(tasks, at: night, lastRuns: [:])
        #expect(errors == [])
        #expect(
            due.map(\.name) == [
                "asset", "checks", "compliance", "disks", "packages", "patches", "stats",
                "stats_collection", "sysreport", "compliance_auto", "push_config", "push_resinfo",
                "push_service_status",
            ])
    }

    @Test("a task that just ran waits, and one with a broken schedule hinders no other")
    func broken() {
        let noon = ScheduleTests.time("2026-11-22 12:00")
        let tasks = ScheduledTask.ofNode(schedules: ["asset": "@x", "checks": "@10"])
        let (due, errors) = ScheduledTask.due(
            tasks, at: noon, lastRuns: ["last_stats_collection": noon.epochSeconds - 60])
        #expect(due.map(\.name) == ["checks"])
        #expect(errors.map(\.description) == ["invalid schedule '@x': 'x' is no number of minutes"])
    }
}
