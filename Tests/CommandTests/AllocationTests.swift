// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Foundation
import Glibc
import Platform
import Testing
import WireFormat

/// A sender and a receiver at work, their calls of malloc counted from outside.
struct AllocationTests {
    private let tree: CommandTree
    private let counts: String
    /// Of the sender; the receiver's is the next one.
    private let port = 20_000 + Int.random(in: 0..<10_000)

    init() throws {
        tree = try CommandTree()
        counts = tree.root + "/counts"
        for name in ["heartd_unicast", "heartc_unicast"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(tree.bin)/\(name)",
                withDestinationPath: "\(CommandTree.products)/heartbeat")
        }
        try tree.write(
            "\(tree.node) unicast lo 127.0.0.1 \(port) 2\n"
                + "node9 unicast lo 127.0.0.1 \(port + 1) 60\n", to: tree.conf + "/monitor")
        try tree.addService("web", on: tree.node, or: "node9")
    }

    @Test("a sender allocates nothing for a beat")
    func sender() throws {
        let link = try start("heartd_unicast", "lo", "127.0.0.1", "\(port)")
        defer { sendSignal(SIGKILL, to: link.pid) }
        // The first ones may find buffers to be made.
        try link.wait { $0.sent >= 3 }
        let before = try allocations(of: link.pid)
        #expect(before > 0, "nothing is counted")
        try link.wait { $0.sent >= 8 }
        #expect(try allocations(of: link.pid) == before)
    }

    @Test("a receiver allocates nothing for a beat that says nothing new")
    func receiver() throws {
        let link = try start("heartc_unicast", "lo", "127.0.0.1", "\(port + 1)", "60")
        defer { sendSignal(SIGKILL, to: link.pid) }
        let peer = try UDPSocket(unicastSenderTo: 0x7F00_0001, port: UInt16(port + 1))
        let boot = BootIdentity(high: 1, low: 2, initStart: 3)
        let beat = Heartbeat(
            node: "node9", port: "\(port + 1)", address: "127.0.0.1",
            services: [ServiceEntry(name: "web", state: .frozenStop)],
            trailer: Trailer(boot: boot, publication: 1))
        var frame = try Frame(beat, layout: .a, room: Frame.datagramRoom)
        var before: UInt64 = 0
        for number in 1...200 as ClosedRange<UInt64> {
            frame.stamp(elapsed: 1_800_000_000 + UInt32(number), beat: number)
            // One at a time, so that none is lost; the same one again would be none.
            _ = frame.bytes.withUnsafeBytes { peer.send($0) }
            try link.wait { $0.received >= number }
            if number == 10 { before = try allocations(of: link.pid) }
        }
        #expect(before > 0, "nothing is counted")
        #expect(try allocations(of: link.pid) == before)
    }

    private func start(_ words: String...) throws -> RunningLink {
        let outcome = try tree.run(
            words[0], Array(words.dropFirst()),
            [
                "LD_PRELOAD": CommandTree.products + "/libMallocCounter.so",
                "EZ_MALLOC_COUNT": counts,
            ])
        #expect(outcome == .init(output: "", error: "", exit: 0))
        let keys = try directoryEntries(tree.proc).filter { $0.hasSuffix(".key") }
        let key = String(try #require(keys.first).dropLast(4))
        let run = try RunDirectory(
            stateDirectory: tree.stateFiles.directory, below: tree.run, create: false)
        return RunningLink(
            pid: try #require(lockHolder("\(tree.proc)/\(key).key")),
            page: try LinkPage(reading: run, key: key))
    }

    /// What the table of `MallocCounter` says of a process.
    private func allocations(of pid: Int32) throws -> UInt64 {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: counts))
        try file.seek(toOffset: UInt64(pid) * 8)
        let bytes = try #require(try file.read(upToCount: 8))
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

private struct RunningLink {
    let pid: Int32
    let page: LinkPage

    /// Waits until its page says so; a minute is for ever.
    func wait(_ isSo: (LinkStatus) -> Bool) throws {
        for _ in 0..<60_000 {
            if let status = page.status(), isSo(status) { return }
            usleep(1000)
        }
        Issue.record("did not come about within a minute: \(String(describing: page.status()))")
    }
}
