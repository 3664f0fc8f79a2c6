// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform

/// Where the datagrams of a link go, or come from: the three arguments of `heartd` and `heartc`.
package struct DatagramPath: Sendable {
    package enum End: Sendable { case sender, receiver }

    package let interface: String
    /// IPv4, host byte order: the group, or for unicast the receiving node.
    package let address: UInt32
    package let port: UInt16
    package let isMulticast: Bool

    package init(interface: String, address: UInt32, port: UInt16, isMulticast: Bool) {
        self.interface = interface
        self.address = address
        self.port = port
        self.isMulticast = isMulticast
    }

    /// 224.0.0.0 to 239.255.255.255.
    package static func isGroup(_ address: UInt32) -> Bool { address >> 28 == 0xE }

    /// Whether a datagram to `destination` is meant for this link: a socket bound to a port hears
    /// other groups and addresses too (specification, 6.2).
    package func accepts(destination: UInt32) -> Bool {
        guard destination != 0 else { return true }
        return isMulticast ? destination == address : !Self.isGroup(destination)
    }

    func open(_ end: End) throws(SystemError) -> OpenSocket {
        // Looked up first: an interface made anew meanwhile shows as another index later.
        let index = interfaceIndex(interface)
        return OpenSocket(try socket(end), interfaceIndex: index)
    }

    private func socket(_ end: End) throws(SystemError) -> UDPSocket {
        switch (end, isMulticast) {
        case (.sender, true):
            try UDPSocket(multicastSenderTo: address, port: port, interface: interface)
        case (.sender, false): try UDPSocket(unicastSenderTo: address, port: port)
        case (.receiver, true):
            try UDPSocket(multicastReceiverOf: address, port: port, interface: interface)
        case (.receiver, false): try UDPSocket(unicastReceiverAt: port, interface: interface)
        }
    }
}

/// A socket and the interface it was opened on.
final class OpenSocket {
    let socket: UDPSocket
    let interfaceIndex: UInt32?

    init(_ socket: consuming UDPSocket, interfaceIndex: UInt32?) {
        self.socket = socket
        self.interfaceIndex = interfaceIndex
    }
}

/// ENODEV: what to report while an end waits for its interface or device.
let notOpen: CInt = 19
