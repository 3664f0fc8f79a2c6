// SPDX-License-Identifier: Apache-2.0

import Board
import Config
import Platform

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
        guard let monitor = try? node.monitor().value else { return false }
        return Set(monitor.lines.map(\.node)).allSatisfy {
            monitor.narrowLink(
                of: $0, for: names, layout: node.layout, deviceID: deviceIdentity) == nil
        }
    }
}
