// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServicePlan

/// When tasks may run.
struct ScheduleTests {
    /// `2026-11-22 10:08`, as if the machine stood in Greenwich.
    static func time(_ text: String) -> LocalTime {
        let numbers = text.split { "- :".contains($0) }.map { Int($0)! }
        let day = CalendarDay(year: numbers[0], month: numbers[1], day: numbers[2])
        let minutes = numbers[3] * 60 + numbers[4]
        return LocalTime(
            day: day, minutes: minutes,
            epochSeconds: day.daysSinceEpoch * 86_400 + minutes * 60)
    }

    /// 2026-11-22 is a Sunday.
    @Test(
        "a schedule, a time, and whether it lies inside",
        arguments: [
            ("*", "2026-11-22 00:00", true), ("@10", "2026-11-22 23:59", true),
            ("", "2026-11-22 10:00", false), ("@0", "2026-11-22 10:00", false),
            ("*@0", "2026-11-22 10:00", false), ("  ", "2026-11-22 10:00", false),
            ("09:00", "2026-11-22 09:00", true), ("09:00", "2026-11-22 09:01", false),
            ("03:59-05:59@121", "2026-11-22 03:58", false),
            ("03:59-05:59@121", "2026-11-22 03:59", true),
            ("03:59-05:59@121", "2026-11-22 05:59", true),
            ("03:59-05:59@121", "2026-11-22 06:00", false),
            ("1:00-2:00,4:00-5:00", "2026-11-22 01:30", true),
            ("1:00-2:00,4:00-5:00", "2026-11-22 04:30", true),
            ("1:00-2:00,4:00-5:00", "2026-11-22 03:00", false),
            ("22:00-02:00", "2026-11-22 23:00", true), ("22:00-02:00", "2026-11-22 02:00", true),
            ("22:00-02:00", "2026-11-22 02:01", false),
            ("22:00-02:00 sat", "2026-11-22 01:00", true),
            ("22:00-02:00 sat", "2026-11-22 23:00", false),
            ("22:00-02:00 sun", "2026-11-22 01:00", false),
            ("* sun", "2026-11-22 10:00", true), ("* Sunday", "2026-11-22 10:00", true),
            ("* mon-fri", "2026-11-22 10:00", false), ("* mon-fri", "2026-11-20 10:00", true),
            ("* 6", "2026-11-22 10:00", true), ("* 0-5", "2026-11-22 10:00", false),
            ("* sat-mon", "2026-11-22 10:00", true), ("* mon,sun", "2026-11-22 10:00", true),
            ("* *", "2026-11-22 10:00", true),
            ("* sun:first", "2026-11-01 10:00", true), ("* sun:1", "2026-11-08 10:00", false),
            ("* sun:+2", "2026-11-08 10:00", true), ("* sun:last", "2026-11-29 10:00", true),
            ("* sun:last", "2026-11-22 10:00", false), ("* sun:-2", "2026-11-22 10:00", true),
            ("* *:last", "2026-11-30 10:00", true), ("* *:-1", "2026-11-29 10:00", false),
            ("* *:last", "2024-02-29 10:00", true), ("* *:first", "2026-11-01 10:00", true),
            ("* mon-fri:first", "2026-11-02 10:00", true),
            ("* mon-fri:first", "2026-11-03 10:00", false),
            ("* sun:+6", "2026-11-29 10:00", false),
            ("* * 47", "2026-11-22 10:00", true), ("* * 1-46", "2026-11-22 10:00", false),
            ("* * 50-3", "2026-01-01 10:00", true), ("* * 46,47", "2026-11-22 10:00", true),
            ("* * * nov", "2026-11-22 10:00", true),
            ("* * * january-october", "2026-11-22 10:00", false),
            ("* * * 11", "2026-11-22 10:00", true), ("* * * %2", "2026-11-22 10:00", false),
            ("* * * %2+1", "2026-11-22 10:00", true), ("* * * %3+2", "2026-11-22 10:00", true),
            ("* * * %12", "2026-12-22 10:00", true), ("* * * nov-feb", "2026-01-22 10:00", true),
            (#"["@10 mon", "@10 sun"]"#, "2026-11-22 10:00", true),
            (#"["@10 mon"]"#, "2026-11-22 10:00", false), ("[]", "2026-11-22 10:00", false),
            (#"["*", "! 10:00-11:00"]"#, "2026-11-22 10:00", false),
            (#"["*", "!10:00-11:00 mon"]"#, "2026-11-22 10:00", true),
            (#" [ "!10:00" ,"*" ] "#, "2026-11-22 10:00", false),
            ("! 10:00-11:00", "2026-11-22 12:00", false),
        ])
    func inside(text: String, at: String, expected: Bool) throws {
        #expect(try Schedule(text).contains(ScheduleTests.time(at)) == expected)
    }

    @Test(
        "what cannot be meant is refused, with the word",
        arguments: [
            ("25:00", "'25:00' is no time of day (hh:mm)"),
            ("9", "'9' is no time of day (hh:mm)"), ("09:5", "'09:5' is no time of day (hh:mm)"),
            ("09:00-", "'' is no time of day (hh:mm)"),
            ("01:00-02:00-03:00", "'01:00-02:00-03:00' is no time range"),
            ("@x", "'x' is no number of minutes"), ("@", "'' is no number of minutes"),
            ("@-1", "'-1' is no number of minutes"),
            ("@10@20", "'10@20' is no number of minutes"), ("@10,", "empty time range in '@10,'"),
            ("* foo", "'foo' is none of 0 to 6, or a name"),
            ("* 7", "'7' is none of 0 to 6, or a name"),
            ("* mon-tue-wed", "'mon-tue-wed' is none of 0 to 6, or a name"),
            ("* mon:never", "'never' is none of first, last, 1, +2, -1"),
            ("* mon:0", "'0' is none of first, last, 1, +2, -1"),
            ("* mon:1:2", "'mon:1:2' is no day"), ("* mon,,tue", "empty day in 'mon,,tue'"),
            ("* * 54", "'54' is none of 1 to 53, or a name"),
            ("* * 0", "'0' is none of 1 to 53, or a name"),
            ("* * * 13", "'13' is none of 1 to 12, or a name"),
            ("* * * %0", "'%0' is no %<number>[+<shift>]"),
            ("* * * %2+x", "'x' is no shift"),
            ("* * * * *", "'*' is one word too many"), ("!", "nothing behind !"),
            ("[", "it begins like a JSON list, but is none"),
            ("[@10]", "it begins like a JSON list, but is none"),
            (#"["@10", 5]"#, "the list holds more than quoted texts"),
            (#"["@10" "@20"]"#, "it begins like a JSON list, but is none"),
            (#"["@10",]"#, "it begins like a JSON list, but is none"),
            (#"["@10]"#, "it begins like a JSON list, but is none"),
            ("\u{FF11}:00", "'\u{FF11}:00' is no time of day (hh:mm)"),
        ])
    func refused(text: String, reason: String) {
        #expect(throws: ScheduleError(text: text, reason: reason)) { try Schedule(text) }
    }

    @Test("a task is due when it never ran, and again when its interval has passed")
    func due() throws {
        let schedule = try Schedule("@10")
        let now = ScheduleTests.time("2026-11-22 10:00")
        func isDue(after seconds: Int) -> Bool {
            schedule.isDue(at: now, last: now.epochSeconds - seconds)
        }
        #expect(schedule.isDue(at: now, last: nil))
        #expect(isDue(after: 600) && isDue(after: 6000))
        #expect(!isDue(after: 0) && !isDue(after: 540))
        // The clock was set back: the task must not wait for the future to come.
        #expect(isDue(after: -600))
        for odd in [Int.min, Int.max] { #expect(schedule.isDue(at: now, last: odd)) }
    }

    @Test("a task of every minute runs in every minute, though the scheduler comes late once")
    func jitter() throws {
        let schedule = try Schedule("@1")
        let early = ScheduleTests.time("2026-11-22 10:00")
        let late = LocalTime(
            day: early.day, minutes: early.minutes, epochSeconds: early.epochSeconds + 59)
        let next = ScheduleTests.time("2026-11-22 10:01")
        #expect(schedule.isDue(at: next, last: late.epochSeconds))
        #expect(!schedule.isDue(at: late, last: early.epochSeconds))
    }

    @Test(
        "what names a period runs once in it",
        arguments: [
            "03:59-05:59@121", "03:59-05:59", "09:00", "23:00-01:00", "23:00-01:00@121",
            "00:00-06:00@361",
        ])
    func once(text: String) throws {
        let schedule = try Schedule(text)
        var last: Int?
        var runs = 0
        let noon = ScheduleTests.time("2026-11-22 12:00")
        for minute in 0..<(3 * 1440) {
            let epoch = noon.epochSeconds + minute * 60
            let now = LocalTime(
                day: CalendarDay(daysSinceEpoch: epoch / 86_400), minutes: epoch / 60 % 1440,
                epochSeconds: epoch)
            if schedule.isDue(at: now, last: last) {
                runs += 1
                last = epoch
            }
        }
        #expect(runs == 3)
    }

    @Test("no text makes the parser crash", arguments: 0..<400)
    func hostile(seed: Int) {
        let alphabet = Array(#"0159:-@*, !%+[]"monfirstlast\#u{E9}"#)
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let text = String(
            (0..<(seed % 24)).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return alphabet[Int(state >> 33) % alphabet.count]
            })
        let now = ScheduleTests.time("2026-11-22 10:00")
        if let schedule = try? Schedule(text) {
            #expect(schedule.contains(now) == schedule.isDue(at: now, last: nil))
            if schedule.isNever { #expect(!schedule.contains(now)) }
        }
    }
}
