// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Foundation

/// One of the two virtual machines: a kernel of its own, real LVM, real power cuts.
final class VirtualMachine: ReplayMachine {
    let name: String
    private let number: Int
    private let lab: VirtualLab
    private let timeZone: String

    init(_ number: Int, in lab: VirtualLab, timeZone: String) {
        name = "node\(number)"
        self.number = number
        self.lab = lab
        self.timeZone = timeZone
    }

    /// What the lab calls it.
    private var guest: String { "n\(number)" }

    func terminal(_ line: String) throws -> String {
        var result = try run("terminal", line)
        // An emulated processor on a busy machine may need more than the seconds that a question has.
        for _ in 0..<5
        where line.hasSuffix("print status") && result.output.contains("is not responding") {
            result = try run("terminal", line)
        }
        guard result.errors.isEmpty else { throw LabError.failed("script: \(result.errors)") }
        return result.output
    }

    @discardableResult
    func shell(_ line: String) throws -> String {
        let result = try run("shell", line)
        guard result.succeeded else {
            throw LabError.failed(
                "\(name): \(line): exit \(result.status): \(result.errors)\(result.output)")
        }
        var text = result.output
        while text.last == "\n" { text.removeLast() }
        return text
    }

    /// Starts a line of shell and does not wait for it.
    func start(_ line: String) throws -> RunningCommand { try command("shell", line).start() }

    private func run(_ kind: String, _ line: String) throws -> CommandResult {
        try command(kind, line).run(within: .seconds(150))
    }

    private func command(_ kind: String, _ line: String) -> Command {
        let words = ["/proj/Tests/vm/run-line", kind, timeZone, line]
        return lab.command("exec", [guest, "-t", "120", "--"] + words)
    }

    func powerCut() throws { try lab.command("power-off", [guest]).check() }

    /// Gives the power back, and waits until the node is what it was after its first boot.
    func powerOn() throws {
        try lab.command("power-on", [guest]).check(within: .seconds(200))
        try finishSetUp(startSetUp())
    }

    /// Begins to give it its names, addresses, keys and programs; due after each boot.
    func startSetUp() throws -> RunningCommand {
        try lab.inside(guest, "/proj/Tests/vm/set-up", "\(number)").start()
    }

    func finishSetUp(_ running: RunningCommand) throws {
        let result = try running.wait(within: .seconds(150))
        guard result.succeeded else {
            throw LabError.failed(
                "set-up of \(name): exit \(result.status): \(result.errors)\(result.output)")
        }
    }

    /// Makes the volume group that both machines see, active here.
    func makeVolumes() throws {
        try lab.inside(guest, "/proj/Tests/vm/make-volumes").check(within: .seconds(150))
    }
}
