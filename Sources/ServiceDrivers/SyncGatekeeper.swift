// SPDX-License-Identifier: Apache-2.0

import Glibc
import ServicePlan

/// Whether a target may be copied to now: the work, and the seconds of the target's stamp, nil when
/// there is none.
package typealias SyncGatekeeper = @Sendable (_ work: Work, _ stamp: Double?) -> SyncDecision

/// By the schedule of the resource. One that cannot be read allows nothing.
package func scheduledSyncGate(_ work: Work, _ stamp: Double?) -> SyncDecision {
    let rule = SyncRule(work.resource, of: work.service.service)
    let now = LocalTime(wallClock: work.host.wallClock())
    do throws(ScheduleError) {
        return try rule.decision(at: now, last: stamp.map { Int($0.rounded(.down)) })
    } catch {
        return .skip("skip sync: \(error)")
    }
}

extension LocalTime {
    /// By this machine's time zone.
    package init(wallClock seconds: Double) {
        var whole = time_t(seconds.rounded(.down))
        var local = tm()
        localtime_r(&whole, &local)
        self.init(
            day: CalendarDay(
                year: Int(local.tm_year) + 1900, month: Int(local.tm_mon) + 1,
                day: Int(local.tm_mday)),
            minutes: Int(local.tm_hour) * 60 + Int(local.tm_min), epochSeconds: Int(whole))
    }
}
