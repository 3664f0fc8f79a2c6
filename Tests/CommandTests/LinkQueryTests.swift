// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Foundation
import Platform
import Testing
import WireFormat

/// A page and a lock as a link process of this node would have them, held by the test.
private final class FakeLink {
    private let lock: LockFile
    private let page: LinkPage
    var status: LinkStatus

    init(_ tree: CommandTree, key: String, end: LinkStatus.End, pid: Int32) throws {
        lock = try LockFile("\(tree.proc)/\(key).key")
        let directory = try RunDirectory(
            stateDirectory: tree.state + "/services", below: tree.run, create: true)
        page = try LinkPage(writing: directory, key: key)
        status = LinkStatus(end: end, pid: pid)
    }

    func publish(beat: Heartbeat, ago age: Duration, at wallClock: Int64) throws {
        status.beatAt = (timeSinceBoot() - age).nanosecondsSinceBoot
        status.beatWallClock = wallClock
        let frame = try Frame(beat, layout: .a, room: 65_507)
        frame.bytes.withUnsafeBytes { page.publish(status, frame: $0) }
    }
}

@Suite("hb -s") struct LinkQueryTests {
    /// 2023-11-14 22:13:20 UTC; commands run with TZ=UTC.
    private static let wallClock: Int64 = 1_700_000_000

    private func monitor(_ tree: CommandTree) throws {
        let disk = tree.root + "/disk"
        let text = """
            \(tree.node) net lo 239.131.50.10 1234 10
            \(tree.node) dio \(disk) 0 10
            other net lo 239.131.50.10 4321 10
            other dio \(disk) 2 10

            """
        try tree.write(text, to: tree.conf + "/monitor")
    }

    /// Sender and receiver of the network run, those of the disk do not.
    private func links(_ tree: CommandTree) throws -> [FakeLink] {
        let sender = try FakeLink(
            tree, key: "239.131.50.10-1234-lo", end: .sender, pid: 111)
        try sender.publish(
            beat: Heartbeat(node: tree.node, pid: 111), ago: .seconds(1), at: Self.wallClock)
        let receiver = try FakeLink(
            tree, key: "239.131.50.10-4321-lo", end: .receiver, pid: 222)
        receiver.status.isUp = true
        receiver.status.drops[Int(DropReason.foreignNode.rawValue)] = 3
        receiver.status.worstGap = 1_500_000_000
        receiver.status.gapHistogram[10] = 7
        try receiver.publish(
            beat: Heartbeat(node: "other", pid: 333), ago: .seconds(1), at: Self.wallClock - 1)
        return [sender, receiver]
    }

    @Test("the classic table has one line per line of the monitor file, with trailing blanks")
    func classic() throws {
        let tree = try CommandTree()
        try monitor(tree)
        let manager = try LockFile(tree.proc + "/nmond.key")
        let fakes = try links(tree)
        let text = """
            interface lo:239.131.50.10:1234 pid 111 status UP, updated at Nov 14 22:13:20\u{20}
            interface \(tree.root)/disk:0 status DOWN\u{20}
            interface lo:239.131.50.10:4321 pid 333 status UP, updated at Nov 14 22:13:19\u{20}
            interface \(tree.root)/disk:2 status DOWN\u{20}

            """
        #expect(try tree("hb", "-s") == .init(output: text, error: "", exit: 0))
        withExtendedLifetime(fakes) {}
        _ = consume manager
    }

    @Test("the FHS table names type and role, and has no port")
    func fhs() throws {
        let tree = try CommandTree(.fhs)
        try monitor(tree)
        let manager = try LockFile(tree.proc + "/nmond.key")
        let fakes = try links(tree)
        let text = """
            net sender lo:239.131.50.10 pid 111 status UP, updated at Nov 14 22:13:20
            dio sender \(tree.root)/disk:0 status DOWN
            net listener lo:239.131.50.10 pid 333 status UP, updated at Nov 14 22:13:19
            dio listener \(tree.root)/disk:2 status DOWN

            """
        #expect(try tree("hb", "-s") == .init(output: text, error: "", exit: 0))
        withExtendedLifetime(fakes) {}
        _ = consume manager
    }

    @Test("a page whose last beat is older than the timeout says DOWN, whoever holds the lock")
    func age() throws {
        let tree = try CommandTree()
        try monitor(tree)
        let manager = try LockFile(tree.proc + "/nmond.key")
        let fakes = try links(tree)
        try fakes[1].publish(
            beat: Heartbeat(node: "other", pid: 333), ago: .seconds(11), at: Self.wallClock)
        #expect(
            try tree("hb", "-s").output.contains(
                "interface lo:239.131.50.10:4321 status DOWN \n"))
        withExtendedLifetime(fakes) {}
        _ = consume manager
    }

    @Test("without nmond nothing is shown, the exit code is 0 and no file is made")
    func withoutManager() throws {
        let tree = try CommandTree()
        try monitor(tree)
        let text = "shmget failed for nmond segment: No such file or directory\n"
        #expect(try tree("hb", "-s") == .init(output: "", error: text, exit: 0))
        let fhs = try CommandTree(.fhs)
        try monitor(fhs)
        #expect(try fhs("hb", "-s") == .init(output: "", error: "", exit: 0))
        for tree in [tree, fhs] {
            #expect(try FileManager.default.contentsOfDirectory(atPath: tree.proc) == [])
            #expect(try FileManager.default.contentsOfDirectory(atPath: tree.run) == [])
        }
    }

    @Test("--json has ages, counters, reasons and the peer's layout")
    func json() throws {
        let tree = try CommandTree()
        try monitor(tree)
        let manager = try LockFile(tree.proc + "/nmond.key")
        let fakes = try links(tree)
        let shown = try tree("hb", "-s", "--json")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
        let links = try #require(report["links"] as? [[String: Any]])
        #expect(links.count == 4)
        #expect(links[2]["status"] as? String == "UP")
        #expect(links[2]["remotePid"] as? Int == 333)
        #expect(links[2]["peerLayout"] as? String == "A")
        #expect(links[2]["drops"] as? [String: Int] == ["foreignNode": 3])
        #expect(links[2]["worstGapSeconds"] as? Double == 1.5)
        #expect((links[2]["beatAgeSeconds"] as? Double).map { (1..<9).contains($0) } == true)
        #expect(links[1]["reason"] as? String == "not running")
        #expect(links[1]["trailer"] is NSNull)
        withExtendedLifetime(fakes) {}
        _ = consume manager
    }

    @Test("a peer that speaks another layout is DOWN with the reason layout")
    func layout() throws {
        let tree = try CommandTree()
        try monitor(tree)
        let fakes = try links(tree)
        fakes[1].status.isUp = false
        fakes[1].status.otherLayout = UInt8(ascii: "D")
        fakes[1].status.otherLayoutAt = timeSinceBoot().nanosecondsSinceBoot
        try fakes[1].publish(
            beat: Heartbeat(node: "other", pid: 333), ago: .seconds(11), at: Self.wallClock)
        let shown = try tree("hb", "-s", "--json").output
        #expect(shown.contains("\"reason\" : \"layout\""))
        #expect(shown.contains("\"peerLayout\" : \"D\""))
        withExtendedLifetime(fakes) {}
    }
}
