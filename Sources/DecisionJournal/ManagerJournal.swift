// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import WireFormat

/// What nmond writes down of itself: a start line, then one line per `settle` with all that was
/// `handle`d before it. From these the same effects follow again, see `JournalReplay`.
package struct ManagerJournal: Sendable {
    package static let version = 1

    private let linkCount: Int
    private var memory = ManagerMemory()
    private var events: [(event: ManagerEvent, at: Duration)] = []
    /// Of the next line.
    private var number: UInt64 = 0

    /// - Parameter linkCount: Lines of the monitor file.
    package init(linkCount: Int) { self.linkCount = linkCount }

    /// The first line of a run of nmond: what its `Manager` was made of.
    ///
    /// - Parameter wall: Seconds since 1970, for people.
    package mutating func start(
        node: String, boot: BootIdentity, links: [ManagedLink], services: [ManagedService],
        sendsTrailer: Bool, at now: Duration, wall: Int64
    ) -> [UInt8] {
        line(
            ("start", .text("nmond")), ("version", JournalValue(Self.version)),
            ("node", .text(node)), ("boot", boot.journalValue), ("wall", JournalValue(wall)),
            ("at", JournalValue(now)), ("trailer", JournalValue(sendsTrailer)),
            ("links", .list(links.map(\.journalValue))),
            ("services", .list(services.map(\.journalValue))))
    }

    /// A line at which a reader can begin in mid-life: all that the core knows.
    ///
    /// - Parameters:
    ///   - manager: Right after a `settle`, of which the line has been written.
    ///   - lost: Lines that could not be delivered since the last start line.
    package mutating func resume(
        _ manager: Manager, at now: Duration, wall: Int64, lost: UInt64
    ) -> [UInt8] {
        memory = ManagerMemory()
        // Whatever a value of ours may be, it can be encoded: all of it is numbers, texts and lists.
        let core = (try? ValueEncoder.encode(manager)) ?? .null
        return line(
            ("start", .text("nmond")), ("version", JournalValue(Self.version)),
            ("node", .text(manager.node)), ("wall", JournalValue(wall)), ("at", JournalValue(now)),
            ("lost", lost == 0 ? nil : JournalValue(lost)), ("linkCount", JournalValue(linkCount)),
            ("sum", JournalValue(CRC32C.checksum(core.bytes))), ("core", core))
    }

    /// Notes what `Manager.handle` was told; the line follows with `settled`.
    package mutating func handled(_ event: ManagerEvent, at now: Duration) {
        events.append((event, now))
    }

    /// The line of one `Manager.settle`.
    package mutating func settled(_ effects: [ManagerEffect], at now: Duration) -> [UInt8] {
        let noted = events
        events.removeAll(keepingCapacity: true)
        let pass = passStart(noted, now)
        let before = noted[..<(pass ?? noted.count)]
        let links = pass.map { noted[$0..<$0 + linkCount] } ?? []
        let after = pass.map { noted[($0 + linkCount)...] } ?? []
        return line(
            ("at", JournalValue(now)), ("in", values(before, now)),
            ("links", pass == nil ? nil : .list(links.map { difference($0.event) })),
            ("then", values(after, now)),
            ("out", effects.isEmpty ? nil : .list(effects.map { memory.value($0) })))
    }

    private mutating func line(_ members: (String, JournalValue?)...) -> [UInt8] {
        var all = members.compactMap { key, value in value.map { JournalValue.Member(key, $0) } }
        // Behind the word that says what line it is.
        all.insert(.init("n", JournalValue(number)), at: 1)
        number += 1
        return JournalValue.object(all).bytes
    }

    private mutating func values(
        _ events: ArraySlice<(event: ManagerEvent, at: Duration)>, _ now: Duration
    ) -> JournalValue? {
        events.isEmpty
            ? nil : .list(events.map { memory.value($0.event, at: $0.at == now ? nil : $0.at) })
    }

    private mutating func difference(_ event: ManagerEvent) -> JournalValue {
        guard case .link(let index, let reading) = event else { return .null }
        return memory.difference(reading, of: index)
    }

    /// Where all links were read in their order at the line's own time, as nmond does it.
    private func passStart(
        _ events: [(event: ManagerEvent, at: Duration)], _ now: Duration
    ) -> Int? {
        guard linkCount > 0, events.count >= linkCount else { return nil }
        return (0...events.count - linkCount).last { start in
            (0..<linkCount).allSatisfy { index in
                guard case .link(index, _) = events[start + index].event else { return false }
                return events[start + index].at == now
            }
        }
    }
}
