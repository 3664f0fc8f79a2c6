// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// What is done about a resource that failed.
struct ResourceMonitorTests {
    private func report(
        _ status: Status, hb: Status = .up, isFrozen: Bool = false, restarts: Int = 0,
        isMonitored: Bool = true
    ) -> ServiceReport {
        let vg = Samples.vg("vg#0").with {
            $0.isMonitored = isMonitored
            $0.restarts = restarts
        }
        let notes = status == .warn ? [StatusNote(.warn, "odd"), StatusNote(.info, "so")] : []
        return ServiceReport(
            name: "svc1", isFrozen: isFrozen,
            resources: [
                vg.found(status, notes), Samples.resource("hb#0", .openHA(name: "svc1")).found(hb),
            ])
    }

    private let restart = ResourceMonitor.Decision.restart(
        rid: "vg#0", announcement: "restart resource vg#0. try number 1/2",
        success: "monitored resource vg#0 restarted.")

    @Test("a monitored resource that failed calls for the action, in the words of the agent")
    func act() {
        var monitor = ResourceMonitor()
        #expect(
            monitor.next(report(.warn), action: .freezestop)
                == .act(
                    [
                        "monitored resource vg#0 is in state warn (odd, so)",
                        "start monitor action 'freezestop'",
                    ], .freezestop))
        #expect(
            monitor.next(report(.down), action: nil)
                == .act(
                    [
                        "monitored resource vg#0 is in state down ()",
                        "Would TOC but no (or unknown) resource monitor action set.",
                    ], nil))
    }

    @Test("nothing is done while frozen, without a started heartbeat, or for what nobody monitors")
    func nothing() {
        for report in [
            report(.down, isFrozen: true), report(.down, hb: .warn), report(.down, hb: .down),
            report(.up), report(.notApplicable), report(.down, isMonitored: false),
        ] {
            var monitor = ResourceMonitor()
            #expect(monitor.next(report, action: .reboot) == .nothing)
        }
    }

    @Test("a resource that was up is restarted as often as it may be, before anything else")
    func restarts() {
        var monitor = ResourceMonitor()
        monitor.begin(report(.up, restarts: 2))
        #expect(monitor.next(report(.up, restarts: 2), action: .crash) == .nothing)
        monitor.begin(report(.down, restarts: 2))
        #expect(monitor.next(report(.down, restarts: 2), action: .crash) == restart)
        guard
            case .restart(_, let text, _) = monitor.next(report(.down, restarts: 2), action: .crash)
        else {
            Issue.record("no second try")
            return
        }
        #expect(text == "restart resource vg#0. try number 2/2")
        guard case .act(_, .crash?) = monitor.next(report(.down, restarts: 2), action: .crash)
        else {
            Issue.record("no action")
            return
        }
    }

    @Test("once it is seen up again, its restarts begin anew")
    func forgiven() {
        var monitor = ResourceMonitor()
        monitor.begin(report(.up, restarts: 2))
        #expect(monitor.next(report(.down, restarts: 2), action: nil) == restart)
        monitor.begin(report(.up, restarts: 2))
        #expect(monitor.next(report(.down, restarts: 2), action: nil) == restart)
    }

    @Test("a resource that was never seen up is not restarted")
    func neverUp() {
        var monitor = ResourceMonitor()
        monitor.begin(report(.down, restarts: 2))
        guard case .act = monitor.next(report(.down, restarts: 2), action: nil) else {
            Issue.record("restarted")
            return
        }
    }

    @Test("a warning is no reason for a restart, and neither is a late copy")
    func warnings() {
        var monitor = ResourceMonitor()
        monitor.begin(report(.up, restarts: 2, isMonitored: false))
        let warned = report(.warn, restarts: 2, isMonitored: false)
        #expect(monitor.next(warned, action: nil) == .nothing)
        var copied = report(.up)
        let copy = Samples.resource("sync#i0", .configurationSync(options: [])).with {
            $0.restarts = 1
        }
        copied.resources.append(copy.found(.up))
        monitor.begin(copied)
        copied.resources[2].evaluation.status = .down
        #expect(monitor.next(copied, action: nil) == .nothing)
    }

    @Test("what it remembers survives in a file, and a damaged file is forgotten")
    func memory() {
        var monitor = ResourceMonitor()
        monitor.begin(report(.up, restarts: 2))
        _ = monitor.next(report(.down, restarts: 2), action: nil)
        #expect(monitor.text == "vg#0 1\n")
        #expect(ResourceMonitor(text: monitor.text) == monitor)
        #expect(ResourceMonitor(text: "vg#0\nvg#1 x\n\u{0}\nfs#1 -1\n") == ResourceMonitor())
    }
}
