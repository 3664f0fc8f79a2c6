// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

@testable import FailoverCore

/// A node2's `Manager` on made-up time, with one link each way per kind, for tests.
struct ManagerBench {
    static let boot = BootIdentity(high: 1, low: 2, initStart: 3)
    static let peerBoot = BootIdentity(high: 9, low: 8, initStart: 7)

    var manager: Manager
    var now: Duration
    var effects: [ManagerEffect] = []
    let timeout: Duration
    /// Indices of our senders and of our ears on node1.
    let senders: [Int]
    let ears: [Int]
    var publication: UInt64 = 100

    init(
        kinds: [LinkKind] = [.net], timeout: Duration = .seconds(10),
        services: [ManagedService] = [.init(name: "svc1", primary: "node1", secondary: "node2")],
        sendsTrailer: Bool = true, at start: Duration = .seconds(1000)
    ) {
        var links: [ManagedLink] = []
        for (n, kind) in kinds.enumerated() {
            for node in ["node1", "node2"] {
                links.append(
                    ManagedLink(
                        key: "\(kind.rawValue)\(n)-\(node)", node: node, kind: kind,
                        linkID: UInt32(links.count + 1), timeout: timeout, interval: .seconds(1)))
            }
        }
        ears = links.indices.filter { links[$0].node == "node1" }
        senders = links.indices.filter { links[$0].node == "node2" }
        now = start
        self.timeout = timeout
        manager = Manager(
            node: "node2", boot: Self.boot, links: links, services: services,
            sendsTrailer: sendsTrailer, at: start)
        for index in links.indices { run(index) }
    }

    /// A link process runs and has not heard anything.
    mutating func run(_ link: Int) {
        manager.handle(.link(link, LinkReading(pid: Int32(100 + link), startedAt: now)), at: now)
    }

    mutating func own(
        _ state: ServiceState?, of service: String = "svc1", hold: OwnReading.Hold = .free,
        grace: Bool = false, lastRun: LastRun? = nil
    ) {
        manager.handle(
            .own(
                service: service,
                OwnReading(state: state, hold: hold, isInGracePeriod: grace, lastRun: lastRun)),
            at: now)
    }

    /// A fresh beat of node1 arrives; with a trailer unless `legacy`.
    mutating func beat(
        _ states: [String: ServiceState], on ear: Int = 0, legacy: Bool = false,
        publication: UInt64? = nil, boot: BootIdentity = peerBoot, hearsUs: Bool = true,
        acknowledges: UInt64 = 0, managerAbsent: Bool = false, elapsed: UInt32 = 5,
        notes: [String: ServiceNote] = [:]
    ) {
        self.publication += 1
        var trailer: Trailer?
        if !legacy {
            trailer = Trailer(
                boot: boot, publication: publication ?? self.publication,
                managerAbsent: managerAbsent)
            if hearsUs {
                trailer!.echoes = [
                    LinkEcho(
                        link: 2, boot: Self.boot.checksum, publication: acknowledges)
                ]
            }
        }
        let entries = states.sorted { $0.key < $1.key }.map {
            ServiceEntry(name: $0.key, state: $0.value, note: notes[$0.key])
        }
        let news = Heartbeat(
            node: "node1", services: entries, elapsed: elapsed, trailer: trailer)
        let link = ears[ear]
        manager.handle(
            .link(link, LinkReading(pid: Int32(100 + link), beatAt: now, news: news)), at: now)
    }

    /// The same beat again: life, but no news.
    mutating func sameBeat(on ear: Int = 0) {
        let link = ears[ear]
        manager.handle(.link(link, LinkReading(pid: Int32(100 + link), beatAt: now)), at: now)
    }

    /// Settles now and at each deadline for `span`; returns what was wanted meanwhile.
    @discardableResult
    mutating func pass(_ span: Duration = .zero, each: ((inout ManagerBench) -> Void)? = nil)
        -> [ManagerEffect]
    {
        let end = now + span
        var seen: [ManagerEffect] = manager.settle(at: now)
        while manager.deadline < end {
            now = max(manager.deadline, now + .milliseconds(1))
            each?(&self)
            seen += manager.settle(at: now)
        }
        now = end
        seen += manager.settle(at: now)
        effects += seen
        return seen
    }

    var announcement: Announcement? {
        effects.reversed().lazy.compactMap {
            if case .publish(let announcement, _) = $0 { announcement } else { nil }
        }.first
    }
    var peer: PeerView { announcement!.peers[0] }
    var view: ServiceView { announcement!.services[0] }
}

extension [ManagerEffect] {
    var starts: [String] {
        compactMap { if case .act(let service, .start) = $0 { service } else { nil } }
    }
    var resolves: [String] {
        compactMap { if case .act(let service, .resolve) = $0 { service } else { nil } }
    }
    var writes: [ServiceState] {
        compactMap { if case .writePeerState(_, _, let state) = $0 { state } else { nil } }
    }
    var logs: [String] {
        compactMap { if case .log(_, let text) = $0 { text } else { nil } }
    }
    var links: [ManagerEffect] {
        filter {
            switch $0 {
            case .startLink, .killLink: true
            default: false
            }
        }
    }
}
