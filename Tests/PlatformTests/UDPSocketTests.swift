// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

private let loopback = parseIPv4("127.0.0.1")!
private let group = parseIPv4("239.131.50.10")!
/// Not the same for two runs of these tests on one machine.
private let port = UInt16(20_000 + getpid() % 20_000)

@Test("a multicast beat comes whole, with its sender and its group", .enabled(if: isRoot, "binds"))
func multicast() throws {
    let receiver = try UDPSocket(multicastReceiverOf: group, port: port, interface: "lo")
    let sender = try UDPSocket(multicastSenderTo: group, port: port, interface: "lo")
    for size in [1, 504, 9384, 65_507] {
        let bytes = [UInt8](repeating: UInt8(size % 251), count: size)
        #expect(send(sender, bytes) == CInt(size))
        let (datagram, found) = try receive(receiver)
        #expect(found == bytes && !datagram.isTruncated)
        #expect(datagram.source == loopback && datagram.destination == group)
    }
    #expect(send(sender, [UInt8](repeating: 0, count: 65_508)) == -EMSGSIZE)
    var room: [UInt8] = [0]
    #expect(room.withUnsafeMutableBytes { receiver.receive(into: $0)?.length } == nil)
}

@Test("a multicast receiver does not hear another group", .enabled(if: isRoot, "binds"))
func otherGroup() throws {
    let receiver = try UDPSocket(multicastReceiverOf: group, port: port &+ 1, interface: "lo")
    let other = try UDPSocket(multicastReceiverOf: group + 1, port: port &+ 1, interface: "lo")
    let sender = try UDPSocket(multicastSenderTo: group + 1, port: port &+ 1, interface: "lo")
    #expect(send(sender, [1, 2]) == 2)
    #expect(try receive(other).bytes == [1, 2])
    #expect(!isReadable(receiver.descriptor))
}

@Test("a unicast beat too long for the buffer is told as cut short", .enabled(if: isRoot, "binds"))
func unicast() throws {
    let receiver = try UDPSocket(unicastReceiverAt: port &+ 2, interface: "lo")
    let sender = try UDPSocket(unicastSenderTo: loopback, port: port &+ 2)
    #expect(send(sender, [1, 2, 3, 4]) == 4)
    let (datagram, found) = try receive(receiver, room: 3)
    #expect(found == [1, 2, 3] && datagram.isTruncated && datagram.destination == loopback)
    #expect(send(sender, []) == 0)
    #expect(try receive(receiver).bytes == [])
}

@Test("an interface that is missing is told by name")
func missingInterface() {
    let refused = SystemError("open multicast socket", "eth77", code: ENODEV)
    #expect(throws: refused) {
        _ = try UDPSocket(multicastSenderTo: group, port: port, interface: "eth77")
    }
    #expect(throws: refused) {
        _ = try UDPSocket(multicastReceiverOf: group, port: port, interface: "eth77")
    }
    #expect(throws: SystemError("open unicast socket", "", code: ENODEV)) {
        _ = try UDPSocket(unicastReceiverAt: port, interface: "")
    }
    #expect(interfaceIndex("eth77") == nil && interfaceAddress("eth77") == nil)
    #expect(interfaceIndex("lo") != nil && interfaceAddress("lo") == loopback)
}

@Test("an address is four plain numbers")
func addresses() {
    #expect(parseIPv4("239.131.50.10") == 0xEF83_320A)
    #expect(parseIPv4("0.0.0.0") == 0 && parseIPv4("255.255.255.255") == .max)
    for text in ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.", "1..2.3", "01.2.3.4", "+1.2.3.4"]
    {
        #expect(parseIPv4(text) == nil, "\(text)")
    }
}

@Test("a port is a UDP service's name first, then a number")
func ports() {
    let services = """
        # comment
        domain 53/tcp
        domain\t53/udp  nameserver # name-domain server
        echo 7/tcp
        1234 4321/udp
        broken
        bad x/udp
        """
    #expect(parseUDPPort("domain", services: services) == 53)
    #expect(parseUDPPort("nameserver", services: services) == 53)
    #expect(parseUDPPort("1234", services: services) == 4321)
    #expect(parseUDPPort("1235", services: services) == 1235)
    for text in ["echo", "bad", "broken", "name-domain", "", "0", "65536", "-1", "+5", "5x"] {
        #expect(parseUDPPort(text, services: services) == nil, "\(text)")
    }
}

private func send(_ socket: borrowing UDPSocket, _ bytes: [UInt8]) -> CInt {
    bytes.withUnsafeBytes { socket.send($0) }
}

private func receive(
    _ socket: borrowing UDPSocket, room: Int = 65_536
) throws -> (datagram: Datagram, bytes: [UInt8]) {
    #expect(isReadable(socket.descriptor, within: 60_000))
    var buffer = [UInt8](repeating: 0, count: room)
    let datagram = try #require(buffer.withUnsafeMutableBytes { socket.receive(into: $0) })
    return (datagram, Array(buffer[..<datagram.length]))
}
