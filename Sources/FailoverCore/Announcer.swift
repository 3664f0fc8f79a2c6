// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// Puts together what nmond publishes, and numbers it.
///
/// A new publication number only when our own states changed: an echo of an echo must not be news, or
/// two nodes would answer each other for ever.
struct Announcer: Sendable, Codable {
    private let boot: BootIdentity
    private(set) var entries: [ServiceEntry] = []
    /// Where each service stands in `entries`; nil for those of other nodes.
    private(set) var slots: [Int?] = []
    private var isListNew = false
    private(set) var publication: UInt64 = 0
    private var last: Announcement?

    private let sendsTrailer: Bool

    init(boot: BootIdentity, sendsTrailer: Bool) {
        self.boot = boot
        self.sendsTrailer = sendsTrailer
    }

    private(set) var hasAnnounced = false

    /// Takes over a new list of services.
    mutating func list(_ services: [ServiceMonitor]) {
        isListNew = true
        entries = []
        slots = services.map { service in
            guard service.peer != nil else { return nil }
            entries.append(service.entry)
            return entries.count - 1
        }
    }

    /// Takes what is said of one service now; true when that is something new.
    mutating func refresh(_ service: ServiceMonitor, _ index: Int) -> Bool {
        guard let slot = slots[index], case let entry = service.entry, entries[slot] != entry else {
            return false
        }
        entries[slot] = entry
        return true
    }

    /// What is to be published now; nil when nothing differs from the last time.
    ///
    /// - Parameter changed: The services with something new since then, by index.
    mutating func announce(
        _ changed: [Int], _ services: inout [ServiceMonitor], _ peers: [PeerView],
        _ echoes: [LinkEcho], viewChanged: Bool, at now: Duration
    ) -> ManagerEffect? {
        if !hasAnnounced || !changed.isEmpty || isListNew {
            publication = max(publication + 1, now.nanosecondsSinceBoot)
            for index in !hasAnnounced || isListNew ? Array(services.indices) : changed {
                services[index].announce(in: publication)
            }
            isListNew = false
        }
        let trailer = Trailer(boot: boot, publication: publication, echoes: echoes)
        if let last, !viewChanged, last.trailer == trailer, last.peers == peers { return nil }
        let isNews = last?.trailer != trailer
        let announcement = Announcement(
            entries: entries, trailer: trailer, peers: peers,
            services: services.filter { $0.peer != nil }.map { $0.view(isTold: sendsTrailer) })
        guard last != announcement else { return nil }
        last = announcement
        hasAnnounced = true
        return .publish(announcement, ring: isNews)
    }
}
