// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Listens on an interface to every UDP datagram, whoever it is for; how tests know the last beat.
package enum Tap {
    /// Prints `NANOSECONDS SOURCE PORT SIZE` per datagram (by `LabClock`; SIZE of the first
    /// fragment) until it is killed.
    package static func run(on interface: String) throws {
        let allProtocols = UInt16(0x0003).bigEndian  // ETH_P_ALL
        // SOCK_DGRAM: without the Ethernet header.
        let descriptor = socket(17, Int32(SOCK_DGRAM.rawValue), Int32(allProtocols))
        guard descriptor >= 0 else { throw LabError.failed("packet socket: errno \(errno)") }
        // struct sockaddr_ll, of which only family, protocol and interface matter here.
        var address = [UInt8](repeating: 0, count: 20)
        let index = if_nametoindex(interface)
        withUnsafeBytes(of: UInt16(17)) { address.replaceSubrange(0..<2, with: $0) }
        withUnsafeBytes(of: allProtocols) { address.replaceSubrange(2..<4, with: $0) }
        withUnsafeBytes(of: index) { address.replaceSubrange(4..<8, with: $0) }
        let bound = address.withUnsafeBytes {
            bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), 20)
        }
        guard bound == 0, index != 0 else { throw LabError.failed("no interface \(interface)") }
        var packet = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &packet, packet.count, 0)
            guard count >= 28, let line = describe(packet[..<count]) else { continue }
            line.withCString { _ = write(1, $0, strlen($0)) }
        }
    }

    /// The line for one IPv4 packet; nil for anything but the first fragment of a UDP datagram.
    private static func describe(_ packet: ArraySlice<UInt8>) -> String? {
        let header = Int(packet[0] & 15) * 4
        let fragmentOffset = (Int(packet[6] & 31) << 8) | Int(packet[7])
        guard packet[0] >> 4 == 4, packet[9] == 17, fragmentOffset == 0 else { return nil }
        let source = packet[12..<16].map(String.init).joined(separator: ".")
        let port = Int(packet[header + 2]) << 8 | Int(packet[header + 3])
        let size = (Int(packet[header + 4]) << 8 | Int(packet[header + 5])) - 8
        let now = LabClock.now.components
        let nanoseconds = now.seconds * 1_000_000_000 + now.attoseconds / 1_000_000_000
        return "\(nanoseconds) \(source) \(port) \(size)\n"
    }
}

/// The datagrams that pass over one of a lab's bridges, noted by a process of its own.
package final class BeatTap {
    private let command: RunningCommand

    init(_ network: Network) throws {
        guard Programs.isBuilt("lab") else {
            throw LabError.notPossibleHere("\(Programs.built)/lab is not built")
        }
        command = try network.janitor.command(
            [Programs.built + "/lab", "tap", "br\(network.number)"]
        ).start()
    }

    /// When the last datagram of a node was heard, by `LabClock`.
    package func lastBeat(from node: Node, on network: Int = 0) -> Duration? {
        let address = node.address(on: network)
        let line = command.outputSoFar.split(separator: "\n").last {
            $0.split(separator: " ")[1] == address
        }
        return line.flatMap { Int64($0.split(separator: " ")[0]) }.map(Duration.nanoseconds)
    }

    /// Ends it.
    package func stop() { command.kill() }

    deinit { stop() }
}

extension Network {
    /// Begins to note the datagrams that pass.
    package func startTap() throws -> BeatTap { try BeatTap(self) }
}
