// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Testing

/// Each step of a start and of a stop, broken: what is left is told as it is, and the next start or
/// stop repairs it.
@Suite(.timeLimit(.minutes(10)), .enabled(if: Lab.obstacle == nil))
struct BrokenStepTests {
    /// The programs of a start and of a stop that change something, in their order.
    static let steps = [
        "start": [
            "ping", "ifconfig", "ping", "arping", "arping", "arping", "vgchange", "vgchange",
            "e2fsck", "mount", "e2fsck", "mount", "launcher",
        ],
        "stop": [
            "launcher", "killall", "umount", "umount", "vgchange", "kpartx", "kpartx", "vgchange",
            "ifconfig", "ping",
        ],
    ]

    @Test("the steps of a start and a stop are those that are broken here")
    func known() throws {
        let node = try BrokenNode()
        defer { node.lab.shutDown() }
        for action in ["start", "stop"] {
            try node.disarm()
            let result = try node.perform(action)
            #expect(result.succeeded, "\(result.errors)")
            let programs = node.calls.map { String($0.prefix { $0 != " " }) }
            #expect(programs == BrokenStepTests.steps[action])
        }
    }

    @Test("an lvs that hangs and ignores TERM delays the status by 5 s, is a warning, and no more")
    func hungLVS() throws {
        let node = try BrokenNode()
        defer { node.lab.shutDown() }
        let usual = try node.perform("start")
        #expect(usual.succeeded, "\(usual.errors)")
        let before = try node.begin("print status").wait()
        try node.hang("lvs")
        let after = try node.begin("print status").wait()
        // With room for a busy machine; what hangs would take for ever.
        #expect(after.elapsed - before.elapsed < .seconds(10))
        #expect(after.output.contains("vg#0           .... warn     vgsvc1"), "\(after.output)")
        #expect(after.output.contains("# lvs is not responding"))
        let others = { (text: String) in
            text.split(separator: "\n").filter { $0.contains("fs#") || $0.contains("ip#") }
        }
        #expect(others(after.output) == others(before.output) && others(after.output).count == 3)
        print("   figure: print status beside a hung lvs: \(after.elapsed), else \(before.elapsed)")
    }

    @Test(
        "after a power cut at any step a stop ends clean, and then the service starts",
        arguments: ["start", "stop"])
    func powerCut(action: String) throws {
        try atEachStep(of: action, .hangs) { step in
            try step.node.waitUntilBroken()
            try step.node.node.powerCut()
            _ = try? step.running.wait(within: .seconds(10))
            try step.node.node.boot()
            try step.node.disarm()
            try step.expectTruth()
            try step.expectStop()
            try step.expectStart()
        }
    }

    @Test(
        "svcmgr killed at any step: the status is true, and a second start or a stop repairs it",
        arguments: ["start", "stop"])
    func killed(action: String) throws {
        try atEachStep(of: action, .hangs) { step in
            try step.node.waitUntilBroken()
            try step.node.signal("KILL")
            _ = try step.running.wait()
            // What it ran ends by itself.
            try step.node.letGoOn()
            try step.node.disarm()
            try step.expectTruth()
            if action == "start" { try step.expectStart() }
            try step.expectStop()
        }
    }

    @Test(
        "a step that hangs, and svcmgr told to end: all of it ends, and the next start or stop repairs",
        arguments: ["start", "stop"])
    func hanging(action: String) throws {
        try atEachStep(of: action, .hangs) { step in
            try step.node.waitUntilBroken()
            try step.node.signal("TERM")
            let result = try step.running.wait(within: .seconds(30))
            #expect(result.status == 1, step.comment)
            #expect(result.errors.hasSuffix("interrupted by signal\n"), step.comment)
            try step.node.disarm()
            try step.expectTruth()
            if action == "start" { try step.expectStart() }
            try step.expectStop()
        }
    }

    @Test(
        "a start whose step fails takes back what it did",
        arguments: [BrokenNode.Fault.fails, .failsLate])
    func failingStart(fault: BrokenNode.Fault) throws {
        let essential = ["ifconfig", "vgchange", "e2fsck", "mount"]
        try atEachStep(of: "start", fault) { step in
            let result = try step.running.wait(within: .seconds(60))
            let calls = step.node.calls
            try step.node.disarm()
            let real = try step.expectTruth()
            if essential.contains(step.program) {
                #expect(result.status == 1, "\(step.comment): \(calls) \(result.errors)")
                #expect(real == BrokenNode.down, step.comment)
                try step.expectStart()
            } else {
                #expect(result.status == 0, "\(step.comment): \(calls) \(result.errors)")
                // A launcher's failure is shown, and fails nothing.
                if step.program != "launcher" { #expect(real == BrokenNode.up, step.comment) }
            }
            try step.expectStop()
        }
    }

    @Test(
        "a stop whose step fails goes on where it can, and a second one ends it",
        arguments: [BrokenNode.Fault.fails, .failsLate])
    func failingStop(fault: BrokenNode.Fault) throws {
        try atEachStep(of: "stop", fault) { step in
            let result = try step.running.wait(within: .seconds(60))
            try step.node.disarm()
            let real = try step.expectTruth()
            if result.status == 0 {
                #expect(real == BrokenNode.down, step.comment)
            } else {
                #expect(result.status == 1, step.comment)
                try step.expectStop()
            }
        }
    }

    /// Breaks one step after the other, each time from where the action usually begins.
    private func atEachStep(
        of action: String, _ fault: BrokenNode.Fault, _ body: (BrokenStep) throws -> Void
    ) throws {
        let node = try BrokenNode()
        defer { node.lab.shutDown() }
        for (index, program) in BrokenStepTests.steps[action]!.enumerated() {
            let real = try node.look().real
            if action == "stop", real != BrokenNode.up {
                #expect(try node.perform("start").succeeded)
                try node.wait("the application") { try node.look().real == BrokenNode.up }
            } else if action == "start", real != BrokenNode.down {
                #expect(try node.perform("stop").succeeded)
            }
            try node.arm(fault, at: index + 1)
            let running = try node.begin(action)
            try body(
                BrokenStep(
                    node: node, running: running, program: program,
                    comment: "\(action), call \(index + 1): \(program)"))
        }
    }
}

/// An action under way, one step of which is broken.
struct BrokenStep {
    let node: BrokenNode
    let running: RunningCommand
    let program: String
    let comment: Comment

    /// `print status` says what is; what has just been told to end or begin may take a moment.
    @discardableResult
    func expectTruth() throws -> [String: String] {
        let deadline = LabClock.now + .seconds(20)
        while true {
            let (said, real) = try node.look()
            if said != real && LabClock.now < deadline { continue }
            #expect(said == real, comment)
            return real
        }
    }

    func expectStart() throws { try expect("start", BrokenNode.up) }
    func expectStop() throws { try expect("stop", BrokenNode.down) }

    /// The action, now that nothing is broken any more, ends well.
    private func expect(_ action: String, _ wanted: [String: String]) throws {
        let result = try node.perform(action)
        #expect(result.status == 0, "\(comment), then \(action): \(result.errors)")
        // A launcher ends before its server has begun.
        let deadline = LabClock.now + .seconds(20)
        var found = try node.look()
        while found.said != wanted || found.real != wanted, LabClock.now < deadline {
            found = try node.look()
        }
        #expect(found.said == wanted, "\(comment), then \(action): \(result.errors)")
        #expect(found.real == wanted, "\(comment), then \(action): \(result.errors)")
    }
}
