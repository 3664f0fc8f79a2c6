// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import WireFormat

@testable import DecisionJournal

/// The same random numbers for the same seed.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// A node2 with a random life, which writes its journal: two links each way, three services.
struct JournalNode {
    var dice: Dice
    var manager: Manager
    var journal: ManagerJournal
    var lines: [String] = []
    var now = Duration.seconds(1000)
    var effects: [ManagerEffect] = []
    private var readings: [LinkReading]
    private var publication: UInt64 = 5
    private static let services = ["web", "db", "\"odd\" \u{7f}ü"]
    private static let boot = BootIdentity(high: .max, low: 2, initStart: 3)

    init(seed: UInt64, services: [String] = services) {
        dice = Dice(state: seed)
        let links = [("net", LinkKind.net), ("dio", .dio)].flatMap { key, kind in
            ["node1", "node2"].enumerated().map { index, node in
                ManagedLink(
                    key: "\(key).\(node)", node: node, kind: kind, linkID: UInt32(index + 7),
                    timeout: .seconds(2), interval: .milliseconds(500))
            }
        }
        let definitions = services.map {
            ManagedService(name: $0, primary: "node1", secondary: "node2")
        }
        journal = ManagerJournal(linkCount: links.count)
        let start = journal.start(
            node: "node2", boot: Self.boot, links: links, services: definitions,
            sendsTrailer: true, at: now, wall: 1_700_000_000)
        manager = Manager(
            node: "node2", boot: Self.boot, links: links, services: definitions, at: now)
        readings = links.indices.map { LinkReading(pid: Int32(100 + $0), startedAt: .seconds(999)) }
        write(start)
        for service in services {
            tell(.own(service: service, OwnReading(state: .stopped)))
            tell(.peerFile(service: service, .stopped))
        }
        settle()
    }

    private mutating func write(_ line: [UInt8]) {
        lines += LinePieces.split(line).map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func tell(_ event: ManagerEvent) {
        journal.handled(event, at: now)
        manager.handle(event, at: now)
    }

    private mutating func settle() {
        for index in readings.indices { tell(.link(index, readings[index])) }
        readings.indices.forEach { readings[$0].news = nil }
        let wanted = manager.settle(at: now)
        effects += wanted
        write(journal.settled(wanted, at: now))
    }

    /// A line that a reader can begin with.
    mutating func resume(lost: UInt64 = 0) {
        write(journal.resume(manager, at: now, wall: 1_700_000_000, lost: lost))
    }

    mutating func live(turns: Int) {
        for _ in 0..<turns {
            now += .nanoseconds(Int64.random(in: 1...700_000_000, using: &dice))
            if Int.random(in: 0..<40, using: &dice) == 0 { now += .seconds(3) }
            for _ in 0..<Int.random(in: 0...3, using: &dice) { somethingHappens() }
            settle()
        }
    }

    private mutating func somethingHappens() {
        let service = Self.services.randomElement(using: &dice)!
        let state = ServiceState.allCases.randomElement(using: &dice)!
        switch Int.random(in: 0..<12, using: &dice) {
        case 0: tell(.peerFile(service: service, Bool.random(using: &dice) ? state : nil))
        case 1: tell(.actionEnded(service: service))
        case 2:
            let hold: OwnReading.Hold =
                [.free, .free, .action(5), .callout(6)].randomElement(using: &dice)!
            tell(
                .own(
                    service: service,
                    OwnReading(
                        state: state == .unknown ? nil : state, hold: hold,
                        isInGracePeriod: Bool.random(using: &dice),
                        lastRun: LastRun(onSender: true, number: 3))))
        case 3 where Int.random(in: 0..<10, using: &dice) == 0:
            tell(
                .configuration(
                    Self.services.shuffled(using: &dice).map {
                        ManagedService(name: $0, primary: "node1", secondary: "node2")
                    }))
        case 4: readings[1].loopAt = now
        case 5:
            readings[2].pid = Bool.random(using: &dice) ? nil : 77
        case 6: readings[0].otherLayoutAt = now
        default: hear(service, state)
        }
    }

    private mutating func hear(_ service: String, _ state: ServiceState) {
        let link = Bool.random(using: &dice) ? 0 : 2
        readings[link].beatAt = now - .nanoseconds(12345)
        readings[link].loopAt = now
        guard Bool.random(using: &dice) else { return }
        publication += 1
        readings[link].news = Heartbeat(
            node: "node1",
            services: Self.services.map { name in
                ServiceEntry(
                    name: name, number: name == service ? Int32(state.rawValue) : 0,
                    note: name == "db"
                        ? ServiceNote(lastRun: LastRun(onSender: true, number: 4)) : nil)
            },
            elapsed: UInt32(now.components.seconds),
            trailer: Trailer(
                boot: BootIdentity(high: 9, low: 8, initStart: 7), publication: publication,
                beat: .max, interval: .microseconds(500_000),
                echoes: [LinkEcho(link: 8, boot: Self.boot.checksum, publication: .max)]))
    }
}

/// What became of a journal.
struct Verdict {
    var replay = JournalReplay()
    var difference: JournalReplay.Difference?
    var error: JournalError?

    init(_ lines: [String]) {
        for (index, line) in lines.enumerated() {
            do throws(JournalError) {
                difference = try replay.take(line.utf8, line: index + 1)
            } catch {
                self.error = error
            }
            if difference != nil || error != nil { return }
        }
    }
}
