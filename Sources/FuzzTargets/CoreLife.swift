// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import DecisionJournal
import FailoverCore
import WireFormat

/// A node2 that has met all there is: a peer with and one without trailers, a service on both nodes, one
/// that waits for its next attempt, one that was never heard of, one of other nodes.
///
/// Written down in mid-life, and what it decided from there on: every part of its state is in use.
struct CoreLife {
    /// The line with all that the core knows.
    static let state = whole.state
    /// What followed, up to a reboot of a peer, a pause and a new services file.
    static let lines = whole.lines

    private static let whole = lived()
    private static let boot = BootIdentity(high: 1, low: 2, initStart: 3)
    private static let links = [
        link("net", "node1", .net, 5), link("dio", "node1", .dio, 6), link("net", "node2", .net, 7),
        link("dio", "node2", .dio, 8), link("net3", "node3", .net, 9),
    ]
    private static let services = [
        ManagedService(name: "web", primary: "node1", secondary: "node2"),
        ManagedService(name: "strange", primary: "node8", secondary: "node9"),
        ManagedService(name: "db", primary: "node2", secondary: "node1"),
        ManagedService(name: "mail", primary: "node2", secondary: "node3"),
        ManagedService(name: "log", primary: "node2", secondary: "node4"),
    ]

    private var manager: Manager
    private var journal = ManagerJournal(linkCount: links.count)
    private var readings = links.indices.map { link in
        LinkReading(pid: Int32(100 + link), startedAt: .seconds(999))
    }
    private var now = Duration.seconds(1000)
    private var lines: [[UInt8]] = []

    private init() {
        manager = Manager(
            node: "node2", boot: Self.boot, links: Self.links, services: Self.services, at: now)
    }

    private static func link(
        _ key: String, _ node: String, _ kind: LinkKind, _ id: UInt32
    ) -> ManagedLink {
        ManagedLink(
            key: "\(key).\(node)", node: node, kind: kind, linkID: id, timeout: .seconds(2),
            interval: .milliseconds(500))
    }

    private static func lived() -> (state: JournalValue, lines: [[UInt8]]) {
        var life = CoreLife()
        life.begin()
        let line = life.journal.resume(life.manager, at: life.now, wall: 0, lost: 0)
        life.lines = []
        life.goOn()
        return ((try? parse(line, line: 1)) ?? .null, life.lines)
    }

    private mutating func begin() {
        for service in Self.services { own(service.name, .stopped) }
        tell(.peerFile(service: "web", .stopped))
        turn(after: .zero)
        hear(0, ["web": .started, "db": .stopped], boot: 9, publication: 5)
        hear(4, ["mail": .stopped], boot: nil, publication: 0)
        turn(after: .milliseconds(400))
        hear(1, ["web": .started, "db": .stopped], boot: 9, publication: 6)
        own("web", .started)
        turn(after: .milliseconds(400))
        hear(0, ["web": .started, "db": .stopped], boot: 10, publication: 7)
        turn(after: .milliseconds(400))
        tell(.actionEnded(service: "db"))
        readings[3].pid = nil
        turn(after: .milliseconds(200))
    }

    private mutating func goOn() {
        // Outside of a turn that reads all of them.
        tell(.link(2, readings[2]))
        for step in 1...4 {
            hear(step % 2, ["web": .started, "db": .stopped], boot: 10, publication: 7 + step)
            hear(4, ["mail": step < 3 ? .stopped : .started], boot: nil, publication: 0)
            turn(after: .milliseconds(700))
        }
        tell(.actionEnded(service: "db"))
        own("web", .stopped)
        hear(0, ["web": .stopped], boot: 11, publication: 1)
        turn(after: .milliseconds(300))
        turn(after: .milliseconds(900))
        tell(.configuration(Self.services.reversed()))
        for service in Self.services { own(service.name, .stopped) }
        turn(after: .milliseconds(300))
        turn(after: .seconds(5))
        for _ in 1...4 { turn(after: .seconds(1)) }
    }

    private mutating func tell(_ event: ManagerEvent) {
        journal.handled(event, at: now)
        manager.handle(event, at: now)
    }

    private mutating func own(_ service: String, _ state: ServiceState) {
        tell(
            .own(
                service: service,
                OwnReading(state: state, lastRun: LastRun(onSender: true, number: 3))))
    }

    private mutating func hear(
        _ link: Int, _ states: KeyValuePairs<String, ServiceState>, boot: UInt64?, publication: Int
    ) {
        readings[link].beatAt = now
        let note = boot == nil ? nil : ServiceNote(lastRun: LastRun(onSender: true, number: 4))
        readings[link].news = Heartbeat(
            node: Self.links[link].node,
            services: states.map { ServiceEntry(name: $0.key, state: $0.value, note: note) },
            elapsed: UInt32(now.components.seconds),
            trailer: boot.map { boot in
                Trailer(
                    boot: BootIdentity(high: boot, low: 0, initStart: 0),
                    publication: UInt64(publication),
                    echoes: [LinkEcho(link: 7, boot: Self.boot.checksum, publication: 1)])
            })
    }

    private mutating func turn(after pause: Duration) {
        now += pause
        for link in readings.indices {
            readings[link].loopAt = now
            tell(.link(link, readings[link]))
            readings[link].news = nil
        }
        lines.append(journal.settled(manager.settle(at: now), at: now))
    }
}
