// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation
import Testing

extension ClusterTests {
    /// Scenario 14: what a shared disk does to its readers and writers.
    @Suite("Scenarios of the disk", .serialized) struct ScenarioDiskTests {
        @Test(
            "14: a disk that fails or hangs on one node, to read or to write, is no more than DOWN")
        func failures() throws {
            var plan = Lab.Plan()
            plan.disk = .faulty
            let cluster = try Cluster(plan)
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            for (operation, effect) in [
                (DiskFault.Operation.write, DiskFault.Effect.error), (.write, .hang),
                (.read, .error), (.read, .hang),
            ] {
                let fault = DiskFault(operation, effect, node: 1)
                try lab.disk.fail(fault)
                // Only one direction is hit: who reads node1's slot, or node1 where it reads.
                let hit = operation == .write ? two : one
                try lab.wait(upTo: .seconds(6), for: "the link DOWN, \(fault)") {
                    LabClock.pause(.milliseconds(50))
                    return try cluster.listener("dio", on: hit).status == "DOWN"
                }
                try cluster.expectQuiet(for: .seconds(2), "\(fault)")
                let other = hit === one ? two : one
                #expect(try cluster.listener("dio", on: other).status == "UP", "\(fault)")
                for node in lab.nodes {
                    #expect(try cluster.listener("net", on: node).status == "UP", "\(fault)")
                }
                let complaint =
                    try operation == .write
                    ? cluster.sender("dio", on: one) : cluster.listener("dio", on: one)
                #expect(
                    complaint.reason
                        == (effect == .error ? "Input/output error" : "Connection timed out"))
                // It goes on by itself, and an operator's work meanwhile was not held up.
                try lab.disk.fail()
                try cluster.waitForLinks()
            }
            #expect(cluster.count(.starting) == 1)
        }

        @Test("14: a slot that others write takes its link down, moves nothing, and is won back")
        func overwritten() throws {
            var plan = Lab.Plan()
            plan.disk = .faulty
            let cluster = try Cluster(plan)
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            func others(_ slots: [SlotWriter], write duration: Duration) throws {
                let changes = lab.watch.changes.count
                let end = LabClock.now + duration
                while LabClock.now < end {
                    for slot in slots { try slot.write() }
                    try lab.observe(for: .milliseconds(10))
                }
                #expect(lab.watch.changes.count == changes)
                #expect(try cluster.listener("net", on: two).status == "UP")
                #expect(try cluster.listener("dio", on: one).status == "UP")
            }
            let slots = SlotWriter.Kind.allCases.map { SlotWriter($0, in: cluster) }
            for slot in slots {
                try lab.disk.fail(DiskFault(.write, .error, node: 1))
                try others([slot], write: .milliseconds(2800))
                let link = try cluster.listener("dio", on: two)
                #expect(link.status == "DOWN", "\(slot.kind)")
                try lab.disk.fail()
                try cluster.waitForLinks()
            }
            // Beside node1's own beats it may be either, but nothing may follow from it.
            try others(slots, write: .seconds(4))
            try cluster.waitForLinks()
            #expect(cluster.count(.starting) == 1)
            let drops = try cluster.listener("dio", on: two).drops
            for reason in ["foreignNode", "ownNode", "badTrailer", "stale", "blank"] {
                #expect(drops[reason, default: 0] > 0, "\(drops)")
            }
            #expect(one.state("web") == .started)
        }

        @Test("14: a dead node is not kept alive, nor brought back, by what stands in its slot")
        func deadSlot() throws {
            let cluster = try Cluster { $0.links = [.dio] }
            let (lab, one, two) = (cluster.lab, cluster.one, cluster.two)
            try cluster.run()
            let writers = SlotWriter.Kind.allCases.map { SlotWriter($0, in: cluster) }
            try one.powerCut()
            let cut = LabClock.now
            while LabClock.now < cut + .seconds(8) {
                for slot in writers {
                    try slot.write()
                    try lab.observe(for: .milliseconds(40))
                }
            }
            let unknown = try #require(
                lab.watch.time(of: .unknown, "web", about: one, on: two, since: cut))
            report("power cut to UNKNOWN, its slot written by others", unknown - cut)
            #expect((1.4...2.6).contains((unknown - cut).inSeconds))
            #expect(two.state("web") == .started)
            #expect(two.state("web", of: one) == .unknown)
            #expect(try cluster.listener("dio", on: two).status == "DOWN")
            #expect(cluster.logged("node node1 is up", on: two) == 1)
            cluster.expectSingleRuns()
        }
    }
}

/// Somebody who writes into node1's slot what does not belong there.
private final class SlotWriter {
    enum Kind: CaseIterable {
        /// Nothing but zeros.
        case zeros
        /// What node1 wrote some time ago, for ever or in turn with something a little younger.
        case stale
        /// The front of one beat and the end of another.
        case torn
        /// A third machine's beats, alive; and so without trailers.
        case foreign
        /// node2's own beats, misdirected.
        case ofTheReader
    }

    let kind: Kind
    private let disk: SharedDisk
    private let older: [UInt8]
    private let younger: [UInt8]
    private var count = 0

    init(_ kind: Kind, in cluster: Cluster) {
        self.kind = kind
        disk = cluster.lab.disk
        older = (try? disk.read(block: 0, count: 1024)) ?? []
        // Of another second, so that either front with the other's end is torn.
        while let now = try? disk.read(block: 0, count: 1024), now.prefix(512) == older.prefix(512)
        {
            LabClock.pause(.milliseconds(5))
        }
        younger = (try? disk.read(block: 0, count: 1024)) ?? []
    }

    func write() throws {
        count += 1
        try disk.write(bytes(), block: 0)
    }

    private func bytes() throws -> [UInt8] {
        switch kind {
        case .zeros: return Array(repeating: 0, count: 1024)
        case .stale: return count % 2 == 0 ? older : younger
        case .torn:
            // The second sector, where the trailer is, came later; or the first one did.
            let (front, back) = count % 2 == 0 ? (older, younger) : (younger, older)
            return Array(front[..<512] + back[512...])
        case .foreign:
            var frame = LegacyFrame()
            frame.node = "node3"
            frame.services = [("web", 0)]
            frame.elapsed = UInt32(Date().timeIntervalSince1970) + UInt32(count)
            frame.pid = 4242
            let beat = frame.encoded(as: .a)
            return beat + Array(repeating: 0, count: 1024 - beat.count)
        case .ofTheReader: return try disk.read(block: 2, count: 1024)
        }
    }
}
