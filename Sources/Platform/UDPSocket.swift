// SPDX-License-Identifier: Apache-2.0

import CShims

/// A received datagram's frame data; its bytes are in the caller's buffer.
package struct Datagram: Sendable {
    package var length: Int
    /// Longer than the buffer.
    package var isTruncated: Bool
    /// Sender's IPv4 address and port, host byte order.
    package var source: UInt32
    package var sourcePort: UInt16
    /// Destination address (IP_PKTINFO), host byte order.
    package var destination: UInt32
}

/// A UDP socket of one link (specification, 6.2 and 6.3).
package struct UDPSocket: ~Copyable {
    package let descriptor: CInt

    /// Sends to a multicast group through one interface: TTL 6, loop on, source port = port when
    /// free. An interface without address or missing: throws, try again later.
    package init(multicastSenderTo group: UInt32, port: UInt16, interface: String)
        throws(SystemError)
    { fatalError("stub") }

    /// Hears one group on one interface.
    package init(multicastReceiverOf group: UInt32, port: UInt16, interface: String)
        throws(SystemError)
    { fatalError("stub") }

    /// Sends to one address from an ephemeral port.
    package init(unicastSenderTo address: UInt32, port: UInt16) throws(SystemError) {
        fatalError("stub")
    }

    /// Hears any local address of one interface at `port`.
    package init(unicastReceiverAt port: UInt16, interface: String) throws(SystemError) {
        fatalError("stub")
    }

    deinit {}

    /// Sends one datagram to the address of init. Never blocks, allocates nothing.
    package func send(_ bytes: UnsafeRawBufferPointer) -> CInt { fatalError("stub") }

    /// Takes the next waiting datagram; nil when none waits. Never blocks, allocates nothing.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Datagram? {
        fatalError("stub")
    }
}

/// Reads `239.131.50.10`; host byte order.
package func parseIPv4(_ text: String) -> UInt32? { fatalError("stub") }
/// A UDP service name of /etc/services first, else a decimal number 1 to 65535.
package func parseUDPPort(_ text: String) -> UInt16? { fatalError("stub") }
/// The kernel's index of an interface, which changes when it is made anew; nil if it is missing.
package func interfaceIndex(_ name: String) -> UInt32? { fatalError("stub") }
/// The first IPv4 address of an interface, host byte order.
package func interfaceAddress(_ name: String) -> UInt32? { fatalError("stub") }
