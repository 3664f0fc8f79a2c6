// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What the heartbeat's check script answers by what fencing came to.
struct SvcmgrFenceTests {
    let tree: ServiceTree
    private var cluster: String { tree.root + "/cluster" }

    /// A heartbeat whose daemons run, and that has lost sight of the peer.
    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1", "")
        try tree.link(tree.etc + "/svc1.stonith", to: tree.bin + "/svcmgr")
        for directory in ["bin", "conf", "services/svc1"] {
            try FileManager.default.createDirectory(
                atPath: "\(cluster)/\(directory)", withIntermediateDirectories: true)
        }
        try tree.write("\(tree.node) net lo 239.0.0.1 1 10\n", to: cluster + "/conf/monitor")
        try tree.write("", to: cluster + "/bin/service")
        let sender = "\(cluster)/bin/heartd lo 239.0.0.1 1"
        try tree.standIn("ps", "echo \(sender); echo \(cluster)/bin/nmond")
        try peer("8")
    }

    private func peer(_ state: String) throws {
        try tree.write(state, to: cluster + "/services/svc1/STATE.other")
    }

    private func check(_ fence: String) throws -> ServiceTree.Outcome {
        let nodes = "[DEFAULT]\nnodes = \(tree.node) other\n[hb#0]\ntype = OpenHA\n"
        try tree.write(nodes + fence, to: tree.etc + "/svc1.conf")
        return try tree.run(tree.etc + "/svc1.stonith", ["start"], ["EZ": cluster])
    }

    private func callout(_ number: Int, _ command: String) -> String {
        "[stonith#\(number)]\ntype = callout\ncmd = \(command)\n"
    }

    @Test("a fence that worked allows the start, one that failed or cannot be run prevents it")
    func fences() throws {
        let done = try check(callout(0, "touch \(tree.root)/fenced"))
        #expect(done.exit == 0 && tree.exists(tree.root + "/fenced"), "\(done)")
        #expect(done.error.contains("heartbeat hb#0 asks for stonith"))
        #expect(try check(callout(0, "false")).exit == 1)
        #expect(try check(callout(0, "/no/such/fence")).exit == 1)
        #expect(try check(callout(0, "true") + callout(1, "false")).exit == 1)
    }

    @Test("a fence that its keywords leave out prevents the start, whatever the others did")
    func unusable() throws {
        let left = "[stonith#1]\ntype = callout\n"
        for text in [left, callout(0, "true") + left] {
            let outcome = try check(text)
            #expect(outcome.exit == 1, "\(outcome)")
            #expect(outcome.error.contains("stonith#1 cannot be used"), "\(outcome)")
        }
    }

    @Test("nothing is fenced while the peer's state is known")
    func known() throws {
        try peer("0")
        let outcome = try check(callout(0, "touch \(tree.root)/fenced"))
        #expect(outcome.exit == 0 && !tree.exists(tree.root + "/fenced"))
        #expect(outcome.error.contains("stonith bypassed"))
    }
}
