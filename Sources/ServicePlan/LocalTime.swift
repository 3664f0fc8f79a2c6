// SPDX-License-Identifier: Apache-2.0

/// What a clock on the wall shows: the day, and the minute of it.
package struct LocalTime: Equatable, Sendable {
    package let day: CalendarDay
    /// Since midnight, 0 to 1439.
    package let minutes: Int
    /// Since 1970, UTC; ages of stamps count in it, whatever summer time does.
    package let epochSeconds: Int

    package init(day: CalendarDay, minutes: Int, epochSeconds: Int) {
        self.day = day
        self.minutes = minutes
        self.epochSeconds = epochSeconds
    }

    /// Minutes from another point in time to this one, by the number that the clock's hands moved
    /// on: a task that runs every minute shall not miss one because it was late by a second.
    ///
    /// - Returns: nil: that point lies in the future; somebody has set the clock back.
    package func minutes(since epochSeconds: Int) -> Int? {
        guard epochSeconds <= self.epochSeconds else { return nil }
        return self.epochSeconds.flooredQuotient(60).quotient
            - epochSeconds.flooredQuotient(60).quotient
    }
}
