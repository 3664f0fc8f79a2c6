// SPDX-License-Identifier: Apache-2.0

/// When a task may run, and how often (opensvc.md 8.1).
package struct Schedule: Equatable, Sendable {
    /// A part of each day, both ends inside; begin > end passes midnight.
    struct TimeRange: Equatable, Sendable {
        var begin = 0
        var end = 1439
        /// Minutes between two runs; 0: never. nil: once per range.
        var interval: Int?

        func contains(_ minutes: Int) -> Bool {
            begin <= end
                ? begin <= minutes && minutes <= end : minutes >= begin || minutes <= end
        }
        /// Whether a minute of it belongs to a range that began the day before.
        func beganYesterday(at minutes: Int) -> Bool { begin > end && minutes <= end }

        var effectiveInterval: Int {
            interval ?? (begin <= end ? end - begin + 1 : end + 1440 - begin + 1)
        }
    }

    /// Days of the week, or the nth of them in their month.
    struct DayRule: Equatable, Sendable {
        /// 0 is Monday.
        var weekdays: Set<Int>
        /// 1: the first such day of the month; -1: the last. nil: each.
        var occurrence: Int?

        func contains(_ day: CalendarDay) -> Bool {
            guard weekdays.contains(day.weekday) else { return false }
            guard let occurrence else { return true }
            let others = occurrence > 0 ? Array(1...day.day) : Array(day.day...day.daysInMonth)
            let count = others.count { number in
                weekdays.contains(
                    CalendarDay(year: day.year, month: day.month, day: number).weekday)
            }
            return count == abs(occurrence)
        }
    }

    struct Entry: Equatable, Sendable {
        var isExclusion = false
        var ranges = [TimeRange()]
        /// nil: each.
        var days: [DayRule]?
        var weeks: Set<Int>?
        var months: Set<Int>?

        /// The ranges that a time lies in. What passes midnight counts for the day it began on.
        func ranges(at now: LocalTime) -> [TimeRange] {
            ranges.filter { range in
                guard range.contains(now.minutes) else { return false }
                let isLate = range.beganYesterday(at: now.minutes)
                let day = isLate ? now.day.dayBefore : now.day
                return days?.contains { $0.contains(day) } ?? true
                    && weeks?.contains(day.week) ?? true && months?.contains(day.month) ?? true
            }
        }
    }

    var entries: [Entry]

    package static let never = Schedule(entries: [])

    init(entries: [Entry]) { self.entries = entries }

    /// Whether a task may run now; with `@0`, or without any entry, never.
    package func contains(_ now: LocalTime) -> Bool { !intervals(at: now).isEmpty }

    /// Whether a task that ran last at `last` is to run now.
    ///
    /// - Parameter last: Seconds since 1970; nil: it never ran. A time in the future counts as that.
    package func isDue(at now: LocalTime, last: Int?) -> Bool {
        let age = last.flatMap { now.minutes(since: $0) }
        return intervals(at: now).contains { interval in age.map { $0 >= interval } ?? true }
    }

    /// Minutes after which a task may run again, one for each range that a time lies in; none
    /// outside.
    func intervals(at now: LocalTime) -> [Int] {
        let isExcluded = entries.contains { $0.isExclusion && !$0.ranges(at: now).isEmpty }
        guard !isExcluded else { return [] }
        return entries.filter { !$0.isExclusion }.flatMap { $0.ranges(at: now) }
            .map(\.effectiveInterval).filter { $0 > 0 }
    }

    /// Whether no time is inside.
    package var isNever: Bool {
        entries.allSatisfy { entry in
            entry.isExclusion || entry.ranges.allSatisfy { $0.effectiveInterval == 0 }
        }
    }
}
