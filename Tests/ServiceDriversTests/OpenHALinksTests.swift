// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import Testing

@testable import ServiceDrivers

/// `.cluster` and `.stonith` are put right at each evaluation (opensvc.md 4.6.3).
struct OpenHALinksTests {
    private static let file = "/etc/opensvc/p26.opensvc.com.cluster"
    private static let name = "P26.OPENSVC.COM.HB#0 "

    private func repair(_ change: (inout RecordedHost.State) -> Void) async -> Workbench {
        var bench = OpenHADriverTests.bench()
        bench.host.change { state in
            state.entries[Self.file] = nil
            change(&state)
        }
        let work = bench.work(bench.add("hb#0", .openHA(name: "p26.opensvc.com")))
        await OpenHALinks(work).repair()
        return bench
    }

    @Test("where there is nothing they are made, as in the tutorial")
    func nothing() async {
        let bench = await repair { state in
            state.entries["/etc/opensvc/p26.opensvc.com.stonith"] = nil
        }
        let text = "not regular file nor symlink. fix."
        #expect(
            bench.recorder.lines
                == ["cluster", "stonith"].map {
                    "INFO \(Self.name)/etc/opensvc/p26.opensvc.com.\($0): \(text)"
                })
        #expect(bench.host.entry(Self.file) == .link(target: "/usr/bin/svcmgr"))
    }

    @Test("a link to svcmgr, by whatever path, stays")
    func right() async {
        for target in ["/usr/bin/svcmgr", "../../usr/bin/svcmgr"] {
            let bench = await repair { state in
                state.entries[Self.file] = .link(target: target)
                state.probes = [(.realPath(Self.file), .path("/usr/bin/svcmgr"))]
            }
            #expect(bench.recorder.lines.first == "DEBUG \(Self.name)\(Self.file): symlink ok.")
            #expect(bench.host.entry(Self.file) == .link(target: target))
        }
        let merged = await repair { state in
            state.entries[Self.file] = .link(target: "/bin/svcmgr")
            state.probes = [
                (.realPath(Self.file), .path("/opt/svcmgr")),
                (.realPath("/usr/bin/svcmgr"), .path("/opt/svcmgr")),
            ]
        }
        #expect(merged.host.entry(Self.file) == .link(target: "/bin/svcmgr"))
    }

    @Test(
        "whatever else is there is replaced, and the log says what it was",
        arguments: [
            (
                LocalEntry.link(target: "/bin/true"), ProbeAnswer.path("/bin/true"),
                "symlink exists but points to wrong file"
            ),
            (.link(target: "/gone"), .failed(2), "broken link"),
            (.regular, .done, "regular file"),
        ])
    func wrong(entry: LocalEntry, answer: ProbeAnswer, text: String) async {
        let bench = await repair { state in
            state.entries[Self.file] = entry
            state.probes = [(.realPath(Self.file), answer)]
        }
        #expect(bench.recorder.lines.first == "INFO \(Self.name)\(Self.file): \(text). fix.")
        #expect(bench.host.entry(Self.file) == .link(target: "/usr/bin/svcmgr"))
    }

    @Test("what cannot be replaced is a warning")
    func readOnly() async {
        let bench = await repair { $0.unwritable = ["/etc": "Read-only file system"] }
        #expect(
            bench.recorder.lines[1]
                == "WARNING \(Self.name)\(Self.file): Read-only file system")
    }
}
