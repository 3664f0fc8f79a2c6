// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// Whether a copy may be made to one target now (opensvc.md 4.5, step 2).
package enum SyncDecision: Equatable, Sendable {
    /// Log this as INFO, if there is something, and copy.
    case proceed(String?)
    /// Log this as INFO and leave the target.
    case skip(String)

    /// By the old trio of keywords.
    ///
    /// - Parameter last: The target's stamp, seconds since 1970; nil: there is none. One in the
    ///   future counts as none, but is not called so.
    package init(_ gate: SyncGate, at now: LocalTime, last: Int?) {
        if gate.intervalMinutes == 0 {
            self = .skip("skip sync: disabled by sync_interval = 0")
        } else if let text = SyncDecision.outside(gate, now) {
            self = .skip("skip sync: \(text)")
        } else {
            self = SyncDecision.byAge([gate.intervalMinutes], now, last)
        }
    }

    /// By a schedule. One that the old trio can say as well is answered in the trio's words.
    ///
    /// - Parameter text: The schedule as written.
    package init(_ schedule: Schedule, text: String, at now: LocalTime, last: Int?) {
        if let gate = SyncGate(schedule) {
            self.init(gate, at: now, last: last)
        } else if schedule.contains(now) {
            self = SyncDecision.byAge(schedule.intervals(at: now), now, last)
        } else {
            self = .skip("skip sync: not in allowed period (\(pythonList([text])))")
        }
    }

    private static func byAge(_ intervals: [Int], _ now: LocalTime, _ last: Int?) -> SyncDecision {
        guard let last else { return .proceed("don't skip sync: no timestamp") }
        let shortest = intervals.min() ?? 0
        guard let age = now.minutes(since: last), age < shortest else { return .proceed(nil) }
        return .skip("skip sync: too soon (\(shortest))")
    }

    /// nil: inside a period of an allowed day. A period that passes midnight belongs to the day it
    /// began on.
    private static func outside(_ gate: SyncGate, _ now: LocalTime) -> String? {
        let isInside = gate.periods.contains { period in
            let range = Schedule.TimeRange(begin: period.begin, end: period.end)
            let day = range.beganYesterday(at: now.minutes) ? now.day.dayBefore : now.day
            return range.contains(now.minutes) && gate.allows(day)
        }
        if isInside { return nil }
        guard gate.allows(now.day) else { return "not in allowed days (\(pythonList(gate.days)))" }
        let pairs = gate.periods.map { pythonList([clock($0.begin), clock($0.end)]) }
        let list = pairs.count == 1 ? pairs[0] : "[\(pairs.joined(separator: ", "))]"
        return "not in allowed period (\(list))"
    }
}

/// As Python prints a list of texts: `['03:59', '05:59']`.
private func pythonList(_ texts: [String]) -> String {
    "[" + texts.map { "'\($0)'" }.joined(separator: ", ") + "]"
}

/// `03:59`
private func clock(_ minutes: Int) -> String {
    "\(digits(minutes / 60, 2)):\(digits(minutes % 60, 2))"
}

extension SyncGate {
    fileprivate func allows(_ day: CalendarDay) -> Bool {
        days.contains { $0.lowercased() == Schedule.dayNames[day.weekday] }
    }

    /// nil: the schedule says more than periods, days and one interval.
    init?(_ schedule: Schedule) {
        self.init()
        if schedule.isNever {
            intervalMinutes = 0
            return
        }
        guard schedule.entries.count == 1, let entry = schedule.entries.first, !entry.isExclusion,
            entry.weeks == nil, entry.months == nil,
            entry.days?.allSatisfy({ $0.occurrence == nil }) ?? true,
            Set(entry.ranges.map(\.effectiveInterval)).count == 1
        else { return nil }
        periods = entry.ranges.map { Period(begin: $0.begin, end: $0.end) }
        intervalMinutes = entry.ranges[0].effectiveInterval
        if let rules = entry.days {
            let allowed = rules.reduce(into: Set<Int>()) { $0.formUnion($1.weekdays) }
            days = allowed.sorted().map { Schedule.dayNames[$0] }
        }
    }
}

/// The schedule that holds for the copies of one resource: its own, the service's, or the old trio.
package enum SyncRule: Equatable, Sendable {
    case schedule(String)
    case gate(SyncGate)

    package init(_ resource: ResourceConfiguration, of service: ServiceKeywords) {
        if let written = resource.common.schedule ?? service.syncSchedule {
            self = .schedule(written)
        } else {
            self = .gate(service.syncGate)
        }
    }

    /// As `print schedule` shows it.
    package var text: String {
        switch self {
        case .schedule(let text): text
        case .gate(let gate): gate.schedule
        }
    }

    package func decision(
        at now: LocalTime, last: Int?
    ) throws(ScheduleError) -> SyncDecision {
        switch self {
        case .schedule(let text):
            SyncDecision(try Schedule(text), text: text, at: now, last: last)
        case .gate(let gate): SyncDecision(gate, at: now, last: last)
        }
    }

    /// Why copies are not made of a service in this state (opensvc.md 4.5, step 3), to be logged as
    /// INFO; nil: they are.
    ///
    /// - Parameter core: `StatusSummary.core`.
    package static func refusal(core: Status) -> String? {
        switch core {
        case .up, .notApplicable: nil
        case .down, .warn, .undefined, .standbyUp, .standbyDown:
            "won't sync this resource for a service not up"
        }
    }
}
