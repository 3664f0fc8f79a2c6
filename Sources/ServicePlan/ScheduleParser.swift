// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// A schedule that says nothing: the text, and the word that cannot be meant.
package struct ScheduleError: Error, Equatable, Sendable, CustomStringConvertible {
    package let text: String
    package let reason: String
    package var description: String { "invalid schedule '\(text)': \(reason)" }
}

extension Schedule {
    /// Reads `[!] <timeranges> [<days> [<weeks> [<months>]]]`, or a JSON list of such texts.
    package init(_ text: String) throws(ScheduleError) {
        func fail(_ reason: String) -> ScheduleError { ScheduleError(text: text, reason: reason) }
        let trimmed = text.drop { $0.isWhitespace }
        var entries: [Entry] = []
        do throws(Misread) {
            for part in trimmed.hasPrefix("[") ? try Schedule.list(text) : [String(trimmed)] {
                if let entry = try Schedule.entry(part) { entries.append(entry) }
            }
        } catch {
            throw fail(error.reason)
        }
        self.init(entries: entries)
    }

    private struct Misread: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// nil: an empty text, which means never.
    private static func entry(_ text: String) throws(Misread) -> Entry? {
        var entry = Entry()
        var rest = text.drop { $0.isWhitespace }
        if rest.first == "!" {
            entry.isExclusion = true
            rest = rest.dropFirst()
        }
        let words = rest.split(whereSeparator: \.isWhitespace)
        guard let times = words.first else {
            if entry.isExclusion { throw Misread("nothing behind !") }
            return nil
        }
        guard words.count <= 4 else { throw Misread("'\(words[4])' is one word too many") }
        entry.ranges = try each(times, "time range", timeRange)
        if words.count > 1 { entry.days = try each(words[1], "day", dayRule) }
        if words.count > 2 { entry.weeks = try weeks(words[2]) }
        if words.count > 3 { entry.months = try months(words[3]) }
        return entry
    }

    private static func each<Rule>(
        _ list: Substring, _ noun: String, _ read: (Substring) throws(Misread) -> Rule
    ) throws(Misread) -> [Rule] {
        var rules: [Rule] = []
        for item in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard !item.isEmpty else { throw Misread("empty \(noun) in '\(list)'") }
            rules.append(try read(item))
        }
        return rules
    }

    // MARK: Times of day

    private static func timeRange(_ text: Substring) throws(Misread) -> TimeRange {
        var range = TimeRange()
        let times = text.prefix { $0 != "@" }
        if times.count < text.count {
            let digits = text.dropFirst(times.count + 1)
            guard let interval = number(digits, upTo: 1_000_000) else {
                throw Misread("'\(digits)' is no number of minutes")
            }
            range.interval = interval
        }
        // Without a range the interval alone counts, or the day.
        if times == "*" || times.isEmpty { return range }
        let ends = times.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2 else { throw Misread("'\(times)' is no time range") }
        range.begin = try time(ends[0])
        range.end = ends.count == 2 ? try time(ends[1]) : range.begin
        return range
    }

    private static func time(_ text: Substring) throws(Misread) -> Int {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 2, let hour = number(parts[0], upTo: 23),
            let minute = number(parts[1], upTo: 59)
        else { throw Misread("'\(text)' is no time of day (hh:mm)") }
        return hour * 60 + minute
    }

    // MARK: Days, weeks, months

    static let dayNames = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]
    private static let monthNames = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december",
    ]

    private static func dayRule(_ text: Substring) throws(Misread) -> DayRule {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw Misread("'\(text)' is no day") }
        let weekdays =
            try span(parts[0], 0...6) { word in
                named(word, dayNames) ?? number(word, upTo: 6)
            } ?? Set(0...6)
        guard parts.count == 2 else { return DayRule(weekdays: weekdays, occurrence: nil) }
        return DayRule(weekdays: weekdays, occurrence: try occurrence(parts[1]))
    }

    private static func occurrence(_ text: Substring) throws(Misread) -> Int {
        if text == "first" { return 1 }
        if text == "last" { return -1 }
        let digits = text.first == "+" || text.first == "-" ? text.dropFirst() : text
        guard let count = number(digits, upTo: 31), count > 0 else {
            throw Misread("'\(text)' is none of first, last, 1, +2, -1")
        }
        return text.first == "-" ? -count : count
    }

    private static func weeks(_ text: Substring) throws(Misread) -> Set<Int>? {
        let spans = try each(text, "week") { item throws(Misread) in
            try span(item, 1...53) { number($0, upTo: 53) }
        }
        return union(spans)
    }

    private static func months(_ text: Substring) throws(Misread) -> Set<Int>? {
        let spans = try each(text, "month") { item throws(Misread) in
            if item.first == "%" { return try modulo(item) }
            return try span(item, 1...12) { word in
                named(word, monthNames) ?? number(word, upTo: 12)
            }
        }
        return union(spans)
    }

    /// `%3+1`: months 1, 4, 7, 10.
    private static func modulo(_ text: Substring) throws(Misread) -> Set<Int>? {
        let parts = text.dropFirst().split(separator: "+", omittingEmptySubsequences: false)
        guard parts.count <= 2, let divisor = number(parts[0], upTo: 12), divisor > 0 else {
            throw Misread("'\(text)' is no %<number>[+<shift>]")
        }
        let shift = parts.count == 2 ? number(parts[1], upTo: 11) : 0
        guard let shift else { throw Misread("'\(parts[1])' is no shift") }
        return Set((1...12).filter { $0 % divisor == shift % divisor })
    }

    /// nil as soon as one of them is `*`.
    private static func union(_ spans: [Set<Int>?]) -> Set<Int>? {
        spans.contains { $0 == nil } ? nil : Set(spans.flatMap { $0 ?? [] })
    }

    /// `a` or `a-b`, around the end of the bounds if a > b; nil: `*`.
    private static func span(
        _ text: Substring, _ bounds: ClosedRange<Int>, _ read: (Substring) -> Int?
    ) throws(Misread) -> Set<Int>? {
        if text == "*" { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let first = read(ends[0]), let last = read(ends[ends.count - 1]),
            bounds.contains(first), bounds.contains(last)
        else {
            throw Misread(
                "'\(text)' is none of \(bounds.lowerBound) to \(bounds.upperBound), or a name")
        }
        if first <= last { return Set(first...last) }
        return Set(first...bounds.upperBound).union(bounds.lowerBound...last)
    }

    /// By the whole name or its first three letters.
    private static func named(_ word: Substring, _ names: [String]) -> Int? {
        let lower = word.lowercased()
        guard let position = names.firstIndex(where: { $0 == lower || $0.prefix(3) == lower })
        else { return nil }
        return names.count == 12 ? position + 1 : position
    }

    private static func number(_ text: Substring, upTo limit: Int) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), number <= limit
        else { return nil }
        return number
    }

    // MARK: Lists

    private static func list(_ text: String) throws(Misread) -> [String] {
        guard case .array(let elements) = JSONText(text) else {
            throw Misread("it begins like a JSON list, but is none")
        }
        return try elements.map { element throws(Misread) in
            guard case .string(let text) = element else {
                throw Misread("the list holds more than quoted texts")
            }
            return text
        }
    }
}
