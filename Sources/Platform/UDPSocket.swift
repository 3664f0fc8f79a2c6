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
///
/// It stays on the interface it was opened on: when that one is deleted and made anew, nothing tells
/// so, and the socket is deaf. Whoever hears nothing for long compares `interfaceIndex`.
package struct UDPSocket: ~Copyable {
    package let descriptor: CInt
    private let destination: UInt32
    private let port: UInt16

    /// Sends to a multicast group through one interface: TTL 6, loop on, source port = port when
    /// free. An interface without address or missing: throws, try again later.
    package init(multicastSenderTo group: UInt32, port: UInt16, interface: String)
        throws(SystemError)
    {
        let opened = cshims_open_multicast_sender(port, interface)
        descriptor = try check("open multicast socket", interface, opened)
        destination = group
        self.port = port
    }

    /// Hears one group on one interface.
    package init(multicastReceiverOf group: UInt32, port: UInt16, interface: String)
        throws(SystemError)
    {
        let opened = cshims_open_multicast_receiver(group, port, interface)
        descriptor = try check("open multicast socket", interface, opened)
        destination = group
        self.port = port
    }

    /// Sends to one address from an ephemeral port.
    package init(unicastSenderTo address: UInt32, port: UInt16) throws(SystemError) {
        descriptor = try check("open unicast socket", "", cshims_open_unicast_sender())
        destination = address
        self.port = port
    }

    /// Hears any local address of one interface at `port`.
    package init(unicastReceiverAt port: UInt16, interface: String) throws(SystemError) {
        let opened = cshims_open_unicast_receiver(port, interface)
        descriptor = try check("open unicast socket", interface, opened)
        destination = 0
        self.port = port
    }

    deinit { _ = cshims_close(descriptor) }

    /// Sends one datagram to the address of init. Never blocks, allocates nothing.
    ///
    /// - Returns: The count of bytes, or minus `errno`.
    package func send(_ bytes: UnsafeRawBufferPointer) -> CInt {
        cshims_send_datagram(descriptor, bytes.baseAddress, bytes.count, destination, port)
    }

    /// Takes the next waiting datagram; nil when none waits. Never blocks, allocates nothing.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Datagram? {
        var found = cshims_datagram()
        let count = cshims_receive_datagram(descriptor, buffer.baseAddress, buffer.count, &found)
        guard count >= 0 else { return nil }
        return Datagram(
            length: Int(count), isTruncated: found.is_truncated != 0, source: found.source,
            sourcePort: found.source_port, destination: found.destination)
    }
}
