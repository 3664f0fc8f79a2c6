// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Foundation
import Testing

/// What `service --boot-reset`, the launcher's first step, does to states (decision 9).
@Suite struct BootResetTests {
    private static let all: [ServiceState] = [
        .stopped, .stopping, .started, .starting, .startFailed, .stopFailed, .frozenStop,
        .startReady,
    ]
    /// The identity of another run of some machine.
    private static let otherBoot = "1 2 3\n"

    private func tree(otherBoot: Bool) throws -> CommandTree {
        let tree = try CommandTree()
        for state in Self.all {
            try tree.addService("s\(state.rawValue)", on: tree.node, state, or: "node2", .started)
        }
        if otherBoot { try tree.write(Self.otherBoot, to: tree.root + "/services/.boot") }
        return tree
    }

    private func states(_ tree: CommandTree) -> [ServiceState] {
        Self.all.map { tree.stateFiles.read("s\($0.rawValue)", tree.node) }
    }

    @Test("after a reboot everything but a frozen stop is STOPPED, and the peer's files are left")
    func reboot() throws {
        let tree = try tree(otherBoot: true)
        #expect(try tree("service", "--boot-reset").exit == 0)
        let expected = Self.all.map { $0 == .frozenStop ? ServiceState.frozenStop : .stopped }
        #expect(states(tree) == expected)
        for state in Self.all {
            #expect(tree.stateFiles.read("s\(state.rawValue)", "node2") == .started)
        }
        #expect(try tree.read(tree.root + "/services/.boot") != Self.otherBoot)
    }

    @Test("a state that cannot be read is told, and looked at again by the next start")
    func unreadable() throws {
        let tree = try tree(otherBoot: true)
        let path = tree.stateFiles.path("s2", tree.node)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let refused = try tree("service", "--boot-reset")
        #expect(refused.exit == 255)
        #expect(refused.error.contains(path))
        #expect(tree.stateFiles.read("s3", tree.node) == .stopped)
        #expect(try tree.read(tree.root + "/services/.boot") == Self.otherBoot)
        try FileManager.default.removeItem(atPath: path)
        try tree.stateFiles.write(.started, "s2", tree.node, sync: false)
        #expect(try tree("service", "--boot-reset").exit == 0)
        #expect(tree.stateFiles.read("s2", tree.node) == .stopped)
    }

    @Test("within one boot the launcher's reset changes no state, however often it is asked")
    func sameBoot() throws {
        let tree = try tree(otherBoot: true)
        #expect(try tree("service", "--boot-reset").exit == 0)
        for state in Self.all {
            try tree.stateFiles.write(state, "s\(state.rawValue)", tree.node, sync: false)
        }
        for _ in 1...2 {
            #expect(try tree("service", "--boot-reset").exit == 0)
            #expect(states(tree) == Self.all)
        }
    }

    @Test("at the first start ever a state written since the machine booted is believed")
    func firstStart() throws {
        let tree = try tree(otherBoot: false)
        let old = tree.stateFiles.path("s2", tree.node)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: old)
        #expect(try tree("service", "--boot-reset").exit == 0)
        let expected = Self.all.map { $0 == .started ? ServiceState.stopped : $0 }
        #expect(states(tree) == expected)
    }

    @Test("the tunable freezes a secondary's instance after a reboot, and only a STOPPED one later")
    func freezesSecondary() throws {
        let tree = try CommandTree()
        try tree.addService("web", on: "node2", .started, or: tree.node, .started)
        try tree.write(Self.otherBoot, to: tree.root + "/services/.boot")
        let tunable = ["FREEZE_SERVICE_SECONDARY_INSTANCE_ON_START": "yes"]
        let first = try tree("service", "--boot-reset", adding: tunable)
        #expect(
            first.output == "set local secondary instance of service web in FROZEN_STOP state\n")
        #expect(tree.stateFiles.read("web", tree.node) == .frozenStop)
        for (before, after) in [
            (ServiceState.started, ServiceState.started), (.stopped, .frozenStop),
        ] {
            try tree.stateFiles.write(before, "web", tree.node, sync: false)
            #expect(try tree("service", "--boot-reset", adding: tunable).exit == 0)
            #expect(tree.stateFiles.read("web", tree.node) == after)
        }
    }
}
