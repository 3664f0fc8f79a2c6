// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServicePlan

/// What `print status` looks like.
struct StatusTreeTests {
    @Test("the tutorial's status trees come out to the byte", arguments: TutorialTree.all)
    func tutorial(tree: TutorialTree) {
        #expect(StatusTree().body(tree.report) == tree.text)
        #expect(StatusTree().title("p26.opensvc.com") == "p26.opensvc.com")
    }

    @Test("colours are around the words, never around the blanks, and change nothing else")
    func colors() {
        let tree = StatusTree(isColored: true)
        for sample in TutorialTree.all {
            let plain = tree.body(sample.report).split(separator: "\u{1B}").map { part in
                part.hasPrefix("[0") ? String(part.dropFirst(5)) : String(part)
            }.joined()
            #expect(plain == sample.text)
        }
        #expect(tree.title("svc1") == "\u{1B}[001msvc1\u{1B}[000m")
        let lines = tree.body(TutorialTree.all[0].report).split(separator: "\n")
        #expect(lines[0] == "overall                   \u{1B}[033mwarn\u{1B}[000m")
        #expect(lines[2] == "|  |- vg#0           .... \u{1B}[032mup\u{1B}[000m       vgsvc1")
        #expect(lines[3].contains("\u{1B}[031mdown\u{1B}[000m     /dev"))
        #expect(lines[6].contains("\u{1B}[094mn/a\u{1B}[000m      app"))
    }

    private func report(_ resources: [ResourceReport], isFrozen: Bool = false) -> ServiceReport {
        ServiceReport(name: "svc1", isFrozen: isFrozen, resources: resources)
    }

    @Test("flags say monitored, disabled and optional; a disabled resource is n/a")
    func flags() {
        let marked = Samples.vg("vg#1").with {
            $0.isMonitored = true
            $0.isOptional = true
        }
        let disabled = Samples.vg("vg#2").with { $0.isDisabled = true }
        let text = StatusTree().body(report([marked.found(.up), disabled.found(.up)]))
        #expect(text.contains("|  |- vg#1           M.O. up       vg#1\n"))
        #expect(text.contains("|  '- vg#2           .D.. n/a      vg#2\n"))
    }

    @Test("disabled resources are left out on request, and the one before them is the last")
    func hidden() {
        let disabled = Samples.vg("vg#2").with { $0.isDisabled = true }
        let text = StatusTree(showsDisabled: false)
            .body(report([Samples.vg("vg#1").found(.up), disabled.found(.up)]))
        #expect(text.contains("|  '- vg#1 ") && !text.contains("vg#2"))
    }

    @Test("a frozen service says so behind its status, in the same column for every status")
    func frozen() {
        let up = StatusTree().body(report([Samples.vg("vg#1").found(.up)], isFrozen: true))
        #expect(up.hasPrefix("overall                   up       frozen\n"))
        let standby = Samples.vg("vg#1").with { $0.isStandby = true }.found(.down)
        let text = StatusTree().body(report([standby], isFrozen: true))
        #expect(text.hasPrefix("overall                   stdby down frozen\n"))
        #expect(text.contains("|  '- vg#1           .... stdby down vg#1\n"))
    }

    @Test("a service without resources still has its three lines")
    func empty() {
        #expect(
            StatusTree().body(report([])) == """
                overall                   n/a
                |- avail                  n/a
                |- sync                   n/a
                '- hb                     n/a

                """)
    }

    @Test("volume groups, file systems by mount point, addresses, applications: in this order")
    func order() {
        let text = StatusTree().body(
            report(
                [
                    Samples.app("app#1", start: 1, stop: 1), Samples.ip("ip#1"),
                    Samples.fs("fs#1", "/b/c"), Samples.fs("fs#2", "/b"), Samples.ip("ip#0"),
                    Samples.vg("vg#7"),
                ].map { $0.found(.up) }))
        let rids = text.split(separator: "\n").filter { $0.contains("....") }
            .map { $0.dropFirst(6).prefix { $0 != " " } }
        #expect(rids == ["vg#7", "fs#2", "fs#1", "ip#1", "ip#0", "app#1"])
    }

    @Test(
        "fencing resources have a line of their own behind the heartbeat, only where there are any")
    func stonith() {
        let fence = Samples.resource("stonith#1", .stonithCallout(command: "/bin/true"))
        let text = StatusTree().body(report([fence.found(.notApplicable)]))
        #expect(
            text.hasSuffix(
                """
                |- hb                     n/a
                '- stonith                n/a
                   '- stonith#1      .... n/a      stonith#1

                """))
    }

    @Test("a long note is wrapped at 78 columns under its beginning; a long word stays whole")
    func wrapping() {
        let note = StatusNote(
            .warn, "could not resolve a.very.long.name.example.org to an ip address at all")
        let text = StatusTree().body(report([Samples.ip("ip#0").found(.warn, [note])]))
        let blanks = "|     " + String(repeating: " ", count: 29)
        #expect(
            text.contains(
                """
                \(blanks)# could not resolve
                \(blanks)a.very.long.name.example.org to an ip
                \(blanks)address at all

                """))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 78 })
        let path = "/" + String(repeating: "x", count: 80)
        let long = report([Samples.ip("ip#0").found(.warn, [StatusNote(.warn, path)])])
        #expect(StatusTree().body(long).contains("\(blanks)# \(path)\n"))
    }

    @Test("each line of a note is a note")
    func lines() {
        let note = StatusNote(.error, "one\r\ntwo\n")
        let text = StatusTree().body(
            report([Samples.ip("ip#0").found(.warn, [note]), Samples.ip("ip#1").found(.up)]))
        let blanks = "|  |  " + String(repeating: " ", count: 29)
        #expect(text.contains("\(blanks)# one\n\(blanks)# two\n|  '- ip#1"))
    }
}
