// SPDX-License-Identifier: Apache-2.0

/// Whether a state that was put down and taken up again holds together. A file may say anything: what
/// a life of the program itself cannot come to must be refused before it is told anything.
extension Manager {
    /// Lines of the monitor file.
    package var linkCount: Int { links.count }

    /// Every place that is named exists, and numbers can be counted on.
    package var isSound: Bool { linksAreSound && servicesAreSound && listsAreSound }

    private var linksAreSound: Bool {
        keepers.count == links.count && ears.count == links.count
            && keepers.allSatisfy { Count.isSound($0.failures) }
            && peers.allSatisfy { $0.ears.allSatisfy { Count.isSound($0.contentNumber) } }
            && ears.allSatisfy { place in
                guard let place else { return true }
                return peers.indices.contains(place.peer)
                    && peers[place.peer].ears.indices.contains(place.ear)
            }
    }

    private var servicesAreSound: Bool {
        isDirty.count == services.count && announcer.isSound(for: services)
            && services.allSatisfy { service in
                Count.isSound(service.shortAttempts)
                    && service.peer.map(peers.indices.contains) ?? true
            }
    }

    private var listsAreSound: Bool {
        shared.count == peers.count && peerIndex.values.allSatisfy(peers.indices.contains)
            && serviceIndex.values.allSatisfy(services.indices.contains)
            && shared.allSatisfy { $0.allSatisfy(hasPartner) }
            && dirty.allSatisfy(services.indices.contains)
            && waiting.allSatisfy(hasPartner) && doubleRuns.keys.allSatisfy(hasPartner)
    }

    /// Of a service by its place; without a partner nothing is ever decided about it.
    private func hasPartner(_ index: Int) -> Bool {
        services.indices.contains(index) && services[index].peer != nil
    }
}

extension Announcer {
    /// Services and what is said of them stand in one order.
    fileprivate func isSound(for services: [ServiceMonitor]) -> Bool {
        // Nanoseconds since boot: the next one can always be numbered.
        publication < 1 << 63 && slots.count == services.count
            && slots.allSatisfy { $0.map(entries.indices.contains) ?? true }
    }
}

/// What counts upwards, for as long as a machine can run.
private enum Count {
    static func isSound(_ number: Int) -> Bool { (0..<1 << 53).contains(number) }
}
