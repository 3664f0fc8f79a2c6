// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// What a service is as a whole.
struct StatusSummaryTests {
    /// One resource of each kind, found so.
    private func summary(
        avail: Status, sync: Status, hb: Status, notes: [StatusNote] = []
    ) -> StatusSummary {
        StatusSummary(of: [
            Samples.vg("vg#0").found(avail, notes),
            Samples.resource("sync#i0", .configurationSync(options: [])).found(sync),
            Samples.resource("hb#0", .openHA(name: "svc1")).found(hb),
        ])
    }

    @Test(
        "the combinations that the tutorial shows",
        arguments: [
            (.warn, .warn, .notApplicable, .warn), (.up, .down, .notApplicable, .warn),
            (.down, .down, .notApplicable, .down), (.up, .up, .notApplicable, .up),
            (.up, .up, .warn, .warn), (.down, .up, .warn, .down), (.up, .up, .up, .up),
        ] as [(Status, Status, Status, Status)])
    func combinations(avail: Status, sync: Status, hb: Status, overall: Status) {
        let summary = summary(avail: avail, sync: sync, hb: hb)
        #expect(summary.availability == avail && summary.sync == sync && summary.heartbeat == hb)
        #expect(summary.overall == overall)
    }

    @Test("a service that is down is down, whatever else is found", arguments: Status.allCases)
    func down(other: Status) {
        let notes = [StatusNote(.error, "broken")]
        #expect(summary(avail: .down, sync: other, hb: other, notes: notes).overall == .down)
    }

    @Test("a copy that is anything but up, n/a or undefined makes it warn")
    func copies() {
        for sync in Status.allCases {
            let isHarmless = [.up, .notApplicable, .undefined].contains(sync)
            let overall = summary(avail: .up, sync: sync, hb: .up).overall
            #expect(overall == (isHarmless ? .up : .warn), "\(sync)")
        }
    }

    @Test("a warning beside a status makes the service warn, an information does not")
    func notes() {
        let warned = [StatusNote(.warn, "odd")]
        #expect(summary(avail: .up, sync: .up, hb: .up, notes: warned).overall == .warn)
        let told = [StatusNote(.info, "no checkup scripts")]
        #expect(summary(avail: .up, sync: .up, hb: .up, notes: told).overall == .up)
    }

    @Test("disabled resources and those tagged nostatus count for nothing")
    func ignored() {
        let disabled = Samples.vg("vg#1").with { $0.isDisabled = true }
        let silent = Samples.vg("vg#2").with { $0.tags = ["nostatus"] }
        let notes = [StatusNote(.error, "broken")]
        let resources = [
            Samples.vg("vg#0").found(.up), disabled.found(.down, notes), silent.found(.down, notes),
        ]
        let summary = StatusSummary(of: resources)
        #expect(summary.availability == .up && summary.overall == .up)
        #expect(resources.map(\.status) == [.up, .notApplicable, .notApplicable])
    }

    @Test("a standby resource is stdby up or stdby down, and lets the others decide")
    func standby() {
        let standby = Samples.vg("vg#1").with { $0.isStandby = true }
        func availability(_ standbyStatus: Status, _ other: Status) -> Status {
            StatusSummary(of: [standby.found(standbyStatus), Samples.fs("fs#1", "/a").found(other)])
                .availability
        }
        #expect(standby.found(.up).status == .standbyUp)
        #expect(standby.found(.down).status == .standbyDown)
        #expect(standby.found(.warn).status == .warn)
        #expect(availability(.up, .up) == .up)
        #expect(availability(.up, .down) == .standbyUp)
        #expect(availability(.down, .down) == .standbyDown)
        #expect(availability(.down, .up) == .warn)
    }

    @Test("a heartbeat that says up beside resources that are down is a warning")
    func contradiction() {
        let standby = Samples.vg("vg#1").with { $0.isStandby = true }.found(.up)
        let heartbeat = Samples.resource("hb#0", .openHA(name: "svc1"))
        let down = Samples.fs("fs#1", "/a").found(.down)
        #expect(StatusSummary(of: [standby, down, heartbeat.found(.up)]).overall == .warn)
        #expect(StatusSummary(of: [standby, down, heartbeat.found(.down)]).overall == .standbyUp)
    }

    @Test("applications do not count for what copies and launchers stand on")
    func core() {
        let app = Samples.resource("app", .launchers).found(.down)
        let resources = [Samples.vg("vg#0").found(.up), app]
        #expect(StatusSummary(of: resources).availability == .warn)
        #expect(StatusSummary.core(of: resources) == .up)
    }

    @Test("each status has its exit code")
    func exitCodes() {
        #expect(Status.allCases.map(\.exitCode) == [0, 1, 2, 3, 5, 6, 7])
    }
}
