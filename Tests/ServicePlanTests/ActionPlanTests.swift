// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// The steps of actions, in their order.
struct ActionPlanTests {
    /// `check ip#0`, `start fs#1`, `keep vg#1`.
    private func steps(_ plan: ActionPlan) -> [String] {
        plan.steps.map { step in
            switch step {
            case .checkAffinity(let services): "affinity \(services.joined(separator: " "))"
            case .checkConflict(let resource): "check \(resource.rid)"
            case .skipStandby(let resource): "keep \(resource.rid)"
            case .start(let resource), .stop(let resource), .synchronize(let resource, _),
                .freezeStop(let resource), .fence(let resource):
                "\(step.verb!) \(resource.rid)"
            }
        }
    }

    private func steps(
        _ action: ServiceAction, _ resources: [ResourceConfiguration], isForced: Bool = false
    ) -> [String] {
        steps(ActionPlan(action, of: Samples.service(resources), isForced: isForced))
    }

    @Test("start and stop of the tutorial's service")
    func tutorial() {
        let service = Samples.p26(hasHeartbeat: true)
        let start = [
            "check ip#0", "start ip#0", "start vg#0", "start fs#0", "start fs#1", "start app",
        ]
        let stop = ["stop app", "stop fs#1", "stop fs#0", "stop vg#0", "stop ip#0"]
        #expect(steps(ActionPlan(.start, of: service)) == start)
        #expect(steps(ActionPlan(.stop, of: service)) == stop)
        #expect(steps(ActionPlan(.restart, of: service)) == stop + start)
        #expect(steps(ActionPlan(.syncnodes, of: service)) == ["sync_nodes sync#i0"])
        #expect(
            steps(ActionPlan(.syncall, of: service)) == ["sync_nodes sync#i0", "sync_drp sync#i0"])
        #expect(steps(ActionPlan(.freezestop, of: service)) == ["freezestop hb#0"])
    }

    @Test(
        "actions on a part of the service",
        arguments: [
            (.startip, "check ip#0,start ip#0"), (.stopip, "stop ip#0"),
            (.startfs, "start vg#0,start fs#0,start fs#1"),
            (.stopfs, "stop fs#1,stop fs#0,stop vg#0"),
            (.startdisk, "start vg#0"), (.startvg, "start vg#0"), (.stopdisk, "stop vg#0"),
            (.stopvg, "stop vg#0"), (.startapp, "start app"), (.stopapp, "stop app"),
            (.startstandby, ""), (.stonith, ""), (.printStatus, ""), (.freeze, ""),
        ] as [(ServiceAction, String)])
    func parts(action: ServiceAction, expected: String) {
        #expect(steps(ActionPlan(action, of: Samples.p26())).joined(separator: ",") == expected)
    }

    @Test("a dry run says what is done to which label, and nothing of checks")
    func dryRun() {
        let plan = ActionPlan(.start, of: Samples.p26())
        let lines = plan.steps.compactMap { step in
            step.announcement(label: step.resource.flatMap { Samples.labels[$0.rid] } ?? "")
        }
        #expect(lines.count == 5 && lines[0] == "start p26.opensvc.com@eth0")
        #expect(lines[1] == "start vgsvc1" && lines[4] == "start app")
    }

    @Test("all addresses are checked before anything is started, except those told not to be")
    func conflicts() {
        let quiet = Samples.ip("ip#1").with { $0.tags = ["nonrouted"] }
        let passive = Samples.ip("ip#2").with { $0.tags = ["noaction"] }
        let resources = [Samples.vg("vg#0"), passive, quiet, Samples.ip("ip#0")]
        #expect(
            steps(.start, resources)
                == ["check ip#0", "start ip#0", "start ip#1", "start vg#0"])
    }

    @Test("numbers count as numbers, and file systems go by their mount points")
    func order() {
        let resources = [
            Samples.fs("fs#1", "/a/b"), Samples.fs("fs#2", "/a"), Samples.vg("vg#10"),
            Samples.vg("vg#9"), Samples.vg("vg#data"),
        ]
        #expect(
            steps(.start, resources)
                == ["start vg#9", "start vg#10", "start vg#data", "start fs#2", "start fs#1"])
        #expect(
            steps(.stop, resources)
                == ["stop fs#1", "stop fs#2", "stop vg#data", "stop vg#10", "stop vg#9"])
    }

    @Test("a file system is mounted after, and unmounted before, the one it lies in")
    func nested() {
        let points = ["/a-b/c", "/a/b/c", "/a", "/a-b", "/a/b"]
        let resources = points.enumerated().map { Samples.fs("fs#\($0)", $1) }
        func mountPoints(_ plan: ActionPlan) -> [String] {
            plan.steps.compactMap { step in
                guard case .fileSystem(let keywords)? = step.resource?.driver else { return nil }
                return keywords.mountPoint
            }
        }
        let started = mountPoints(ActionPlan(.start, of: Samples.service(resources)))
        for (position, point) in started.enumerated() {
            #expect(!started[..<position].contains { $0.hasPrefix(point + "/") })
        }
        #expect(
            mountPoints(ActionPlan(.stop, of: Samples.service(resources))) == started.reversed())
    }

    @Test("applications go by their numbers; without a number they take no part")
    func applications() {
        let resources = [
            Samples.app("app#1", start: 20, stop: 1), Samples.app("app#2", start: 5, stop: nil),
            Samples.app("app#3", start: nil, stop: 0), Samples.resource("app", .launchers),
        ]
        #expect(steps(.start, resources) == ["start app", "start app#2", "start app#1"])
        #expect(steps(.stop, resources) == ["stop app#3", "stop app#1", "stop app"])
    }

    @Test("named subsets start after the default one of their group, and stop before it")
    func subsets() {
        let resources = [
            Samples.vg("vg#0").with { $0.subset = "b" },
            Samples.vg("vg#1").with { $0.subset = "a" },
            Samples.vg("vg#2"), Samples.fs("fs#0", "/a"),
        ]
        #expect(
            steps(.start, resources) == ["start vg#2", "start vg#1", "start vg#0", "start fs#0"])
        #expect(steps(.stop, resources) == ["stop fs#0", "stop vg#0", "stop vg#1", "stop vg#2"])
    }

    @Test("stopping is starting backwards, whatever the service", arguments: 0..<64)
    func mirrored(seed: Int) {
        var resources: [ResourceConfiguration] = []
        for number in 0..<8 {
            let subset = ["", "x", "y"][(seed + number * 7) % 3]
            let kinds = [
                Samples.ip("ip#\(number)"), Samples.vg("vg#\(number)"),
                Samples.fs("fs#\(number)", "/m\(seed * number % 5)"),
                Samples.resource("app", .launchers),
            ]
            resources.append(
                kinds[(seed >> (number % 5) + number) % 4].with {
                    $0.subset = subset.isEmpty ? nil : subset
                })
        }
        let service = Samples.service(resources)
        let started = ActionPlan(.start, of: service).steps.filter { $0.verb == "start" }
        let stopped = ActionPlan(.stop, of: service).steps
        #expect(stopped.map { $0.resource!.rid } == started.reversed().map { $0.resource!.rid })
    }

    @Test("stop leaves standby resources up and says so, unless forced; startstandby starts them")
    func standby() {
        let resources = [
            Samples.vg("vg#0").with { $0.isStandby = true }, Samples.vg("vg#1"),
            Samples.ip("ip#0").with { $0.isStandby = true },
        ]
        #expect(steps(.stop, resources) == ["stop vg#1", "keep vg#0", "keep ip#0"])
        let all = ["stop vg#1", "stop vg#0", "stop ip#0"]
        #expect(steps(.stop, resources, isForced: true) == all)
        #expect(steps(.shutdown, resources) == all)
        #expect(steps(.startstandby, resources) == ["check ip#0", "start ip#0", "start vg#0"])
        let step = ActionPlan.Step.skipStandby(resources[0])
        let text = "skip 'stop' on standby resource (--force to override)"
        #expect(step.announcement(label: "vgsvc1") == text)
    }

    @Test("disabled resources take no part, and a disabled service has none")
    func disabled() {
        let resources = [Samples.vg("vg#0").with { $0.isDisabled = true }, Samples.vg("vg#1")]
        #expect(steps(.start, resources) == ["start vg#1"])
        var keywords = ServiceKeywords()
        keywords.isDisabled = true
        #expect(ActionPlan(.start, of: Samples.service(resources, keywords)).steps.isEmpty)
    }

    @Test("a narrowed action does its part only, in the same order")
    func narrowed() {
        let selection = ResourceSelection(rids: "fs,ip")
        let plan = ActionPlan(.start, of: Samples.p26(), selection: selection)
        #expect(steps(plan) == ["check ip#0", "start ip#0", "start fs#0", "start fs#1"])
    }

    @Test("services that must not run beside it are looked at before a start, unless ignored")
    func affinity() {
        var keywords = ServiceKeywords()
        keywords.antiAffinity = ["svc2", "svc3"]
        let service = Samples.service([Samples.vg("vg#0")], keywords)
        #expect(
            steps(ActionPlan(.start, of: service)) == ["affinity svc2 svc3", "start vg#0"])
        #expect(
            steps(ActionPlan(.restart, of: service))
                == ["stop vg#0", "affinity svc2 svc3", "start vg#0"])
        #expect(
            steps(ActionPlan(.start, of: service, ignoresAffinity: true)) == ["start vg#0"])
        #expect(steps(ActionPlan(.stop, of: service)) == ["stop vg#0"])
    }

    @Test("copies go where their resource says, and boards fence before programs do")
    func others() {
        var keywords = RsyncKeywords()
        keywords.targets = ["drpnodes"]
        let copy = Samples.resource("sync#1", .rsync(keywords))
        #expect(steps(.syncnodes, [copy]) == [])
        #expect(steps(.syncall, [copy]) == ["sync_drp sync#1"])
        let fences = [
            Samples.resource("stonith#1", .stonithCallout(command: "/bin/true")),
            Samples.resource("stonith#2", .stonithILO(target: "ilo")),
        ]
        #expect(steps(.stonith, fences) == ["stonith stonith#2", "stonith stonith#1"])
        #expect(steps(.start, fences) == [])
    }
}
