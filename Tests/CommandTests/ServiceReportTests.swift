// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Foundation
import Platform
import Testing
import WireFormat

@Suite("service -s --json") struct ServiceReportTests {
    private func report(_ tree: CommandTree) throws -> [String: Any] {
        let shown = try tree("service", "-s", "--json")
        #expect(shown.exit == 0)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
    }

    private func services(_ tree: CommandTree) throws -> [[String: Any]] {
        try #require(try report(tree)["services"] as? [[String: Any]])
    }

    private func record(_ phase: ServiceRecord.Phase) throws -> ServiceRecord {
        ServiceRecord(
            boot: try bootIdentity(), pid: 4242, phase: phase,
            since: timeSinceBoot() - .seconds(3))
    }

    @Test("without daemons it tells states and roles, in both layouts", arguments: [true, false])
    func withoutManager(classic: Bool) throws {
        let tree = try CommandTree(classic ? .classic : .fhs)
        try tree.addService("web", on: tree.node, .started, or: "other", .stopped)
        try tree.addService("far")
        let shown = try report(tree)
        #expect(shown["manager"] is NSNull)
        let all = try services(tree)
        #expect(all.map { $0["name"] as? String } == ["web", "far"])
        #expect(all[0]["role"] as? String == "primary")
        #expect(all[1]["role"] is NSNull)
        let primary = try #require(all[0]["primary"] as? [String: Any])
        #expect(primary["node"] as? String == tree.node)
        #expect(primary["state"] as? String == "STARTED")
        #expect(primary["number"] as? Int == 2)
        for key in ["action", "peer", "peerHeard", "lastRun", "startReady"] {
            #expect(all[0][key] is NSNull, "\(key)")
        }
    }

    @Test("both nodes STARTED is told")
    func bothStarted() throws {
        let tree = try CommandTree()
        try tree.addService("web", on: tree.node, .started, or: "other", .started)
        try tree.addService("db", on: tree.node, .started, or: "other", .starting)
        #expect(try services(tree).map { $0["bothStarted"] as? Bool } == [true, false])
    }

    @Test("a START_READY with the record of a grace period is one, another is a frozen start")
    func startReady() throws {
        let tree = try CommandTree()
        try tree.addService("grace", on: tree.node, .startReady, or: "other", .stopped)
        try tree.addService("frozen", on: tree.node, .startReady, or: "other", .stopped)
        let lock = try ServiceLock(procDirectory: tree.proc, service: "grace")
        try lock.record(try record(.grace))
        let all = try services(tree)
        #expect(all.map { $0["startReady"] as? String } == ["grace", "frozen-start"])
        let action = try #require(all[0]["action"] as? [String: Any])
        #expect(action["phase"] as? String == "grace")
        #expect(action["pid"] as? Int == 4242)
        #expect((action["ageSeconds"] as? Double).map { (3..<30).contains($0) } == true)
        #expect(action["orphaned"] as? Bool == false)
        _ = consume lock
    }

    @Test("the record of an action that ended says nothing")
    func idle() throws {
        let tree = try CommandTree()
        try tree.addService("web", on: tree.node, .starting, or: "other", .stopped)
        do {
            let lock = try ServiceLock(procDirectory: tree.proc, service: "web")
            try lock.record(try record(.start))
        }
        #expect(try services(tree)[0]["action"] is NSNull)
    }

    @Test("what nmond thinks of the peer is told, while its lock is held")
    func manager() throws {
        let tree = try CommandTree()
        try tree.addService("web", on: tree.node, .started, or: "other", .unknown)
        let directory = try RunDirectory(
            stateDirectory: tree.state + "/services", below: tree.run, create: true)
        let page = try ManagerPage(writing: directory, size: 4096)
        page.publish(
            ManagerReport(
                pid: 77, startedAt: timeSinceBoot() - .seconds(60),
                heartbeat: Heartbeat(node: tree.node),
                peers: [
                    PeerView(
                        name: "other", judgement: .undecided(until: timeSinceBoot() + .seconds(8)))
                ],
                services: [
                    ServiceView(
                        name: "web", peerState: nil, peerChanges: 0, ownState: .started,
                        announced: 1)
                ]))
        #expect(try report(tree)["peers"] as? [NSObject] == [])
        let lock = try LockFile(tree.proc + "/nmond.key")
        let shown = try report(tree)
        let peers = try #require(shown["peers"] as? [[String: Any]])
        #expect(peers.map { $0["judgement"] as? String } == ["undecided"])
        #expect((peers[0]["undecidedSeconds"] as? Double).map { (0...8).contains($0) } == true)
        let services = try #require(shown["services"] as? [[String: Any]])
        #expect(services[0]["peer"] as? String == "undecided")
        _ = consume lock
    }
}
