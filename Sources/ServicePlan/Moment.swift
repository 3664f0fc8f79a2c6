// SPDX-License-Identifier: Apache-2.0

/// A point in time for machines, to the microsecond, from the system's clock.
package struct Moment: Equatable, Sendable {
    /// Since 1970, UTC.
    package let epochSeconds: Int
    /// 0 to 999999
    package let microseconds: Int

    package init(epochSeconds: Int, microseconds: Int) {
        self.epochSeconds = epochSeconds
        self.microseconds = microseconds
    }

    /// `2026-11-22T10:08:48.555153Z`
    package var text: String {
        let (days, seconds) = epochSeconds.flooredQuotient(86_400)
        let date = CalendarDay(daysSinceEpoch: days)
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { digits($0, 2) }
            .joined(separator: ":")
        return "\(date.text)T\(time).\(digits(microseconds, 6))Z"
    }

    /// `1795342128.555153`, with the fewest digits that say it, but at least one behind the point.
    package var epochText: String {
        let fraction = digits(microseconds, 6).reversed().drop { $0 == "0" }.reversed()
        return "\(epochSeconds).\(fraction.isEmpty ? "0" : String(fraction))"
    }
}

/// A day of the Gregorian calendar.
package struct CalendarDay: Equatable, Sendable {
    package let year: Int
    /// 1 to 12
    package let month: Int
    /// 1 to 31
    package let day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Day 0 is 1970-01-01. Counts in eras of 400 years that begin on a 1 March, so that the leap
    /// day is the last of its year.
    package init(daysSinceEpoch: Int) {
        let (era, dayOfEra) = (daysSinceEpoch + 719_468).flooredQuotient(146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    package var daysSinceEpoch: Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredQuotient(400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// 0 is Monday.
    package var weekday: Int { (daysSinceEpoch + 3).flooredQuotient(7).remainder }

    /// ISO 8601: 1 to 53; week 1 has the year's first Thursday.
    package var week: Int {
        let thursday = CalendarDay(daysSinceEpoch: daysSinceEpoch - weekday + 3)
        let newYear = CalendarDay(year: thursday.year, month: 1, day: 1)
        return (thursday.daysSinceEpoch - newYear.daysSinceEpoch) / 7 + 1
    }

    package var daysInMonth: Int {
        let next =
            month == 12
            ? CalendarDay(year: year + 1, month: 1, day: 1)
            : CalendarDay(year: year, month: month + 1, day: 1)
        return next.daysSinceEpoch - CalendarDay(year: year, month: month, day: 1).daysSinceEpoch
    }

    /// `2026-11-22`
    package var text: String { "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))" }

    package var dayBefore: CalendarDay { CalendarDay(daysSinceEpoch: daysSinceEpoch - 1) }
}

/// Decimal, with leading zeros up to a width.
func digits(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}

extension Int {
    /// Rounded down, with a remainder that is never negative.
    func flooredQuotient(_ divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
