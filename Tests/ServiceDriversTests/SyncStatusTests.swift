// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

/// The table of opensvc.md 4.5, row by row.
struct SyncStatusTests {
    private func evaluate(
        _ availability: Status?, nodes: [String] = ["node1", "node2"], recovery: [String] = [],
        node: String = "node1", ages: [String: Double] = [:]
    ) async -> Evaluation {
        var bench = Workbench()
        bench.host = RecordedHost(node: node) { state in
            for (name, minutes) in ages {
                state.files["/var/lib/opensvc/sync/\(name)/p26.opensvc.com!sync#i0"] =
                    SyncStamp.text(state.clock - minutes * 60)
            }
        }
        bench.service.service.nodes = nodes
        bench.service.service.recoveryNodes = recovery
        let resource = bench.add("sync#i0", .configurationSync(options: []))
        let work = bench.work(resource, availability: availability)
        return await ConfigurationSync(options: []).evaluate(work)
    }

    private func note(_ text: String, _ level: StatusNote.Level = .info) -> [StatusNote] {
        [StatusNote(level, text)]
    }

    @Test("nobody to copy to: n/a")
    func alone() async {
        let found = await evaluate(.up, nodes: ["node1"])
        #expect(found == Evaluation(.notApplicable, note("no destination nodes")))
    }

    @Test(
        "a passive node looks at its own stamp only",
        arguments: [Status.warn, .notApplicable, .standbyUp, .standbyDown, .undefined])
    func passive(availability: Status) async {
        let late = Evaluation(.warn, note("passive node needs update", .warn))
        #expect(await evaluate(availability) == late)
        #expect(await evaluate(availability, ages: ["node2": 1]) == late)
        #expect(await evaluate(availability, ages: ["node1": 1501]) == late)
        #expect(await evaluate(availability, ages: ["node1": 1499]) == Evaluation(.up))
    }

    @Test("a passive node that nobody copies to: n/a")
    func stranger() async {
        let found = await evaluate(.warn, node: "node3")
        let text = "passive node not in sync destination nodes"
        #expect(found == Evaluation(.notApplicable, note(text)))
    }

    @Test("a service up on a recovery node copies nothing")
    func recovery() async {
        let found = await evaluate(.up, recovery: ["node9"], node: "node9")
        let text = "service up on drp node, sync disabled"
        #expect(found == Evaluation(.notApplicable, note(text)))
    }

    @Test(
        "where the service is up, or down, the targets' stamps count",
        arguments: [Status.up, .down])
    func active(availability: Status) async {
        let none = await evaluate(availability)
        #expect(none == Evaluation(.down, note("node2 need update", .warn)))
        let two = await evaluate(
            availability, nodes: ["node1", "node2", "node3"], recovery: ["node9"],
            ages: ["node2": 1, "node9": 2000])
        #expect(two == Evaluation(.down, note("node3, node9 need update", .warn)))
        #expect(await evaluate(availability, ages: ["node2": 1500]) == Evaluation(.up))
    }

    @Test("a stamp is a line of local time, and read back to the microsecond")
    func stamp() throws {
        let text = SyncStamp.text(1_795_357_206.5625)
        #expect(text.count == 27 && text.hasSuffix(".562500\n"))
        #expect(SyncStamp.seconds(text) == 1_795_357_206.5625)
        #expect(SyncStamp.seconds("soon\n") == nil && SyncStamp.seconds("") == nil)
        #expect(SyncStamp.seconds("99999999999-1-1 0:0:0") == nil)
    }
}
