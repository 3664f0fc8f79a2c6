// SPDX-License-Identifier: Apache-2.0

import Platform

/// Beats by UDP, to a multicast group or to one address.
package final class DatagramTransmitter: Transmitter {
    private let path: DatagramPath
    private var opened: OpenSocket?
    /// Refused sends in a row.
    private var failures = 0

    package init(_ path: DatagramPath) { self.path = path }

    package var isOpen: Bool { opened != nil }
    package var descriptor: CInt? { nil }

    package func open() throws(SystemError) {
        failures = 0
        opened = try path.open(.sender)
    }

    package func closeIfStale() {
        // A unicast sender is not bound to its interface: the routes decide (specification, 6.3).
        guard let opened, path.isMulticast else { return }
        if opened.interfaceIndex != interfaceIndex(path.interface) { self.opened = nil }
    }

    package func send(_ frame: UnsafeRawBufferPointer) -> SendOutcome {
        guard let opened else { return .failed(notOpen) }
        let result = opened.socket.send(frame)
        guard result < 0 else {
            failures = 0
            return .sent
        }
        failures += 1
        // The address or the route may have changed under the socket: a new one finds the new ones.
        if failures >= 3 { self.opened = nil }
        return .failed(-result)
    }

    package func finished() -> SendOutcome? { nil }
}
