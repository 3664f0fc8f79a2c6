// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServicePlan

/// Days, weeks and months.
struct CalendarTests {
    @Test("four hundred years of days follow one another, and are found again by date")
    func days() {
        var last = CalendarDay(daysSinceEpoch: -73_049)
        for number in -73_048...73_049 {
            let day = CalendarDay(daysSinceEpoch: number)
            let isNext =
                day == CalendarDay(year: last.year, month: last.month, day: last.day + 1)
                || day == CalendarDay(year: last.year, month: last.month + 1, day: 1)
                || day == CalendarDay(year: last.year + 1, month: 1, day: 1)
            if !isNext || day.daysSinceEpoch != number || day.dayBefore != last {
                Issue.record("day \(number) is \(day)")
            }
            last = day
        }
    }

    @Test(
        "weekdays and ISO weeks of known days",
        arguments: [
            ("1970-01-01", 3, 1), ("2026-11-22", 6, 47), ("2024-12-30", 0, 1),
            ("2021-01-03", 6, 53), ("2020-12-31", 3, 53), ("2027-01-01", 4, 53),
            ("2024-02-29", 3, 9),
        ])
    func weeks(text: String, weekday: Int, week: Int) {
        let parts = text.split(separator: "-").map { Int($0)! }
        let day = CalendarDay(year: parts[0], month: parts[1], day: parts[2])
        #expect(day.text == text && day.weekday == weekday && day.week == week)
    }

    @Test("months have their lengths")
    func months() {
        let lengths = (1...12).map { CalendarDay(year: 2023, month: $0, day: 1).daysInMonth }
        #expect(lengths == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
        #expect(CalendarDay(year: 2024, month: 2, day: 1).daysInMonth == 29)
        #expect(CalendarDay(year: 1900, month: 2, day: 1).daysInMonth == 28)
        #expect(CalendarDay(year: 2000, month: 2, day: 1).daysInMonth == 29)
    }
}
