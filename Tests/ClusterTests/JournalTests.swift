// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import DecisionJournal
import Foundation
import Testing

extension ClusterTests {
    /// What real nodes write down of their decisions.
    struct JournalTests {
        private func path(_ node: Node) -> String {
            node.place(of: "/usr/local/cluster/log/decisions.jsonl")
        }

        @Test("a takeover can be decided again from the journals of both nodes, an altered one not")
        func takeover() throws {
            let cluster = try Cluster()
            try cluster.run()
            try cluster.one.powerCut()
            try cluster.wait(for: .started, on: cluster.two, within: .seconds(20))
            // Its journal has the end of the start as soon as its writer had a turn.
            let path = path(cluster.two)
            try cluster.lab.wait(upTo: .seconds(5), for: "the action's end in the journal") {
                let text = try String(contentsOfFile: path, encoding: .utf8)
                return text.contains("{\"finish\":0}") && text.contains("{\"run\":\"start\"}")
            }
            let verdict = JournalVerdict(path: path)
            #expect(verdict.fault == nil && verdict.replay.gaps == 0, "\(verdict)")
            #expect(verdict.replay.unchecked == 0 && verdict.replay.nmondStarts == 1)
            #expect(verdict.replay.actions >= 2 && verdict.replay.decisions > 50)

            var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            let start = try #require(
                lines.lastIndex { $0.contains("{\"act\":\"web\",\"do\":\"start\"}") })
            lines[start].replace("\"do\":\"start\"", with: "\"do\":\"resolve\"")
            let altered = cluster.lab.directory + "/altered.jsonl"
            try lines.joined(separator: "\n").write(
                toFile: altered, atomically: true, encoding: .utf8)
            #expect(JournalVerdict(path: altered).fault?.contains("line: \(start + 1)") == true)
        }

        @Test(
            "nobody waits for the journal: its writer stands still, is killed, and its disk is gone"
        )
        func writerFails() throws {
            let cluster = try Cluster()
            let one = cluster.one
            try one.signal("STOP", "ezjournal")
            try cluster.run()
            try one.signal("KILL", "ezjournal")
            try cluster.lab.wait(upTo: .seconds(10), for: "a new writer") {
                try !one.processes("ezjournal").isEmpty
            }
            try cluster.lab.observe(for: .seconds(2))
            let verdict = JournalVerdict(path: path(one))
            #expect(verdict.fault == nil && verdict.replay.decisions > 5, "\(verdict)")
            try one.shell(
                "rm /usr/local/cluster/log/decisions.jsonl; mkdir /usr/local/cluster/log/decisions.jsonl"
            )
            try cluster.act("stop", on: one)
            try cluster.wait(for: .stopped, on: one)
            try one.shell("rmdir /usr/local/cluster/log/decisions.jsonl")
            #expect(try one.launcher("stop", environment: cluster.environment).succeeded)
            #expect(try one.processes("ezjournal").isEmpty)
        }
    }
}
