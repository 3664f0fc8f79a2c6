// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// When copies may be made, and what is said when not.
struct SyncDecisionTests {
    private let period = "not in allowed period (['03:59', '05:59'])"

    private func decide(
        _ time: String, age: Int? = nil, _ change: (inout SyncGate) -> Void = { _ in }
    ) -> SyncDecision {
        var gate = SyncGate()
        change(&gate)
        let now = ScheduleTests.time("2026-11-22 \(time)")
        return SyncDecision(gate, at: now, last: age.map { now.epochSeconds - $0 * 60 })
    }

    @Test(
        "by default copies are made from 03:59 to 05:59, both included",
        arguments: [
            ("00:00", false), ("03:58", false), ("03:59", true), ("04:30", true), ("05:59", true),
            ("06:00", false), ("17:20", false), ("23:59", false),
        ])
    func defaults(time: String, isAllowed: Bool) {
        let fresh: SyncDecision =
            isAllowed ? .proceed("don't skip sync: no timestamp") : .skip("skip sync: \(period)")
        #expect(decide(time) == fresh)
        let old: SyncDecision = isAllowed ? .proceed(nil) : .skip("skip sync: \(period)")
        #expect(decide(time, age: 1500) == old)
    }

    @Test("a copy younger than the interval is left, one as old as it is made anew")
    func tooSoon() {
        #expect(decide("05:00", age: 0) == .skip("skip sync: too soon (121)"))
        #expect(decide("05:00", age: 120) == .skip("skip sync: too soon (121)"))
        #expect(decide("05:00", age: 121) == .proceed(nil))
        #expect(decide("05:00", age: -60) == .proceed(nil))
    }

    @Test("an interval of 0 is never, whatever the time")
    func never() {
        let text = "skip sync: disabled by sync_interval = 0"
        #expect(decide("05:00") { $0.intervalMinutes = 0 } == .skip(text))
        #expect(decide("12:00") { $0.intervalMinutes = 0 } == .skip(text))
    }

    @Test("days count before the period; lists print as Python prints them")
    func days() {
        func weekdays(_ gate: inout SyncGate) { gate.days = ["monday", "tuesday"] }
        let text = "skip sync: not in allowed days (['monday', 'tuesday'])"
        #expect(decide("12:00", weekdays) == .skip(text))
        #expect(decide("05:00", weekdays) == .skip(text))
        #expect(
            decide("05:00", age: 1) { $0.days = ["Sunday"] } == .skip("skip sync: too soon (121)"))
    }

    @Test("several periods print as a list of pairs, and each of them allows")
    func periods() {
        func two(_ gate: inout SyncGate) {
            gate.periods = [.init(begin: 60, end: 120), .init(begin: 600, end: 660)]
        }
        #expect(decide("10:30", age: 500, two) == .proceed(nil))
        #expect(
            decide("12:00", two)
                == .skip(
                    "skip sync: not in allowed period ([['01:00', '02:00'], ['10:00', '11:00']])"))
    }

    @Test("a period over midnight belongs to the day it begins on")
    func midnight() {
        func saturday(_ gate: inout SyncGate) {
            gate.periods = [.init(begin: 23 * 60, end: 60)]
            gate.days = ["saturday"]
        }
        #expect(decide("01:00", age: 500, saturday) == .proceed(nil))
        #expect(
            decide("23:30", saturday) == .skip("skip sync: not in allowed days (['saturday'])"))
    }

    @Test(
        "a schedule that the old keywords can say is answered in their words",
        arguments: [
            ("03:59-05:59@121", "not in allowed period (['03:59', '05:59'])"),
            ("03:59-05:59@121 mon", "not in allowed days (['monday'])"),
            ("@0", "disabled by sync_interval = 0"), ("", "disabled by sync_interval = 0"),
            ("* * 1", "not in allowed period (['* * 1'])"),
            ("* mon:first", "not in allowed period (['* mon:first'])"),
            ("*@60", "too soon (60)"), (#"["@5 sun","@60"]"#, "too soon (5)"),
        ])
    func schedules(text: String, skipped: String) throws {
        let now = ScheduleTests.time("2026-11-22 12:00")
        let decision = SyncDecision(
            try Schedule(text), text: text, at: now, last: now.epochSeconds - 60)
        #expect(decision == .skip("skip sync: \(skipped)"))
    }

    @Test("the old keywords as a schedule, and back, allow the same", arguments: 0..<200)
    func conversion(seed: Int) throws {
        var gate = SyncGate()
        gate.periods = [.init(begin: seed * 7919 % 1440, end: seed * 104_729 % 1440)]
        gate.days = SyncGate().days.enumerated().filter { (seed >> $0.offset) & 1 == 0 }
            .map(\.element)
        gate.intervalMinutes = seed % 5 * 30
        let schedule = try Schedule(gate.schedule)
        for minute in stride(from: 0, to: 7 * 1440, by: 97) {
            let epoch = 1_795_342_080 + minute * 60
            let now = LocalTime(
                day: CalendarDay(daysSinceEpoch: epoch / 86_400), minutes: epoch / 60 % 1440,
                epochSeconds: epoch)
            for last in [nil, epoch - 3600, epoch - 7200] {
                var isAllowed = false
                if case .proceed = SyncDecision(gate, at: now, last: last) { isAllowed = true }
                #expect(schedule.isDue(at: now, last: last) == isAllowed, "\(gate.schedule)")
            }
        }
    }

    @Test("the default of the old keywords is the default schedule")
    func sameDefault() {
        #expect(SyncGate().schedule == "03:59-05:59@121")
        var gate = SyncGate()
        gate.days = ["monday", "wednesday"]
        #expect(gate.schedule == "03:59-05:59@121 mon,wed")
        gate.days = []
        #expect(gate.schedule == "@0", "no day is not every day")
    }

    @Test("a copy's own schedule counts first, then the service's, then the old keywords")
    func precedence() {
        var keywords = ServiceKeywords()
        keywords.syncGate.intervalMinutes = 60
        let implicit = Samples.resource("sync#i0", .configurationSync(options: []))
        #expect(SyncRule(implicit, of: keywords) == .gate(keywords.syncGate))
        #expect(SyncRule(implicit, of: keywords).text == "03:59-05:59@60")
        keywords.syncSchedule = "@15"
        #expect(SyncRule(implicit, of: keywords) == .schedule("@15"))
        #expect(SyncRule(implicit.with { $0.schedule = "@5" }, of: keywords).text == "@5")
    }

    @Test("copies are made of a service that is up, or has nothing to be up")
    func core() {
        for status in Status.allCases {
            let isCopied = status == .up || status == .notApplicable
            #expect((SyncRule.refusal(core: status) == nil) == isCopied, "\(status)")
        }
        #expect(
            SyncRule.refusal(core: .down) == "won't sync this resource for a service not up")
    }
}
