// SPDX-License-Identifier: Apache-2.0

import Platform

/// Hears beats by UDP, of a multicast group or to any local address of one interface.
package final class DatagramListener: Listener {
    /// Datagrams per call: a flood must not keep the loop from its timers.
    private static let bound = 256
    /// The longest UDP datagram, and one byte to tell that it is longer than it may be.
    private static let capacity = 65_508

    private let path: DatagramPath
    private var opened: OpenSocket?
    private let buffer: UnsafeMutableRawBufferPointer

    package let errors: UInt64 = 0
    package let lastError: CInt = 0
    package let wakeAt: Duration? = nil

    package init(_ path: DatagramPath) {
        self.path = path
        buffer = .allocate(byteCount: Self.capacity, alignment: 16)
    }

    deinit { buffer.deallocate() }

    package var isOpen: Bool { opened != nil }
    package var descriptor: CInt? { opened?.socket.descriptor }

    package func open() throws(SystemError) { opened = try path.open(.receiver) }

    package func closeIfStale(at now: Duration) {
        // Nobody tells a socket that its interface is gone.
        guard let opened, opened.interfaceIndex != interfaceIndex(path.interface) else { return }
        self.opened = nil
    }

    package func listen(at now: Duration, hear: (Sighting) -> Hearing) {
        guard let opened else { return }
        for _ in 0..<Self.bound {
            guard let datagram = opened.socket.receive(into: buffer) else { return }
            _ = hear(
                Sighting(
                    bytes: UnsafeRawBufferPointer(rebasing: buffer[..<datagram.length]), at: now,
                    isChanged: true, isSecondLook: false,
                    isMisdirected: !path.accepts(destination: datagram.destination)))
        }
    }

    package func lookBefore(_ deadline: Duration) {}
    package func peerBeats(every interval: Duration, at stamp: Duration?) {}
    package func sendTime(of stamp: Duration, heardAt now: Duration) -> Duration { now }
}
