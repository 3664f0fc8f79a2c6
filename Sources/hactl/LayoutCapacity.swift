// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import Platform
import WireFormat

/// Whether a node's beats can carry more services than the layout holds: only in trailers, so every
/// link needs room for them, and every peer must be known to read them (decision 10).
struct LayoutCapacity {
    let node: LocalNode

    init(_ node: LocalNode) { self.node = node }

    func holds(_ names: [String]) -> Bool {
        guard names.count > node.layout.capacity else { return true }
        return node.environment.tunables.sendsTrailer && peersReadTrailers && linksHaveRoom(names)
    }

    private var peersReadTrailers: Bool {
        guard let peers = node.managerReport()?.peers, !peers.isEmpty else { return false }
        return peers.allSatisfy(\.sendsTrailers)
    }

    private func linksHaveRoom(_ names: [String]) -> Bool {
        guard let monitor = try? node.monitor().value, let boot = try? bootIdentity() else {
            return false
        }
        let services = names.map { ServiceEntry(name: $0, state: .frozenStop) }
        let beat = Heartbeat(
            node: node.name, services: services, trailer: Trailer(boot: boot, publication: 0))
        return monitor.lines.allSatisfy { line in
            let room =
                line.kind.isDisk
                ? monitor.slotRoom(of: line, deviceID: deviceIdentity) ?? 65_507 : 65_507
            return (try? Frame(beat, layout: node.layout, room: room)) != nil
        }
    }
}
