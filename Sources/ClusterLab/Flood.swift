// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Sends datagrams that nobody asked for, as fast as a node must be able to stand.
package enum Flood {
    /// Sends the files of a directory in turn to a multicast group, to all ports in turn.
    ///
    /// - Parameters:
    ///   - rate: Datagrams a second, together, if that leaves others a moment of the processor now
    ///     and then.
    ///   - duration: How long.
    /// - Returns: How many were sent.
    package static func run(
        files directory: String, group: String, ports: [UInt16], rate: Int, for duration: Duration
    ) throws -> Int {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        let datagrams = names.compactMap {
            FileManager.default.contents(atPath: "\(directory)/\($0)").map(Array.init)
        }
        guard !datagrams.isEmpty else { throw LabError.failed("no files in \(directory)") }
        let sockets = try ports.map { try socket(to: group, port: $0) }
        let start = LabClock.now
        var sent = 0
        while LabClock.now < start + duration {
            let due = Int((LabClock.now - start).inSeconds * Double(rate))
            for _ in 0..<min(max(due - sent, 0), rate / 50) {
                let bytes = datagrams[sent / sockets.count % datagrams.count]
                _ = send(sockets[sent % sockets.count], bytes, bytes.count, 0)
                sent += 1
            }
            LabClock.pause(.microseconds(100))
        }
        return sent
    }

    private static func socket(to group: String, port: UInt16) throws -> CInt {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, group, &address.sin_addr)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard connected == 0 else { throw LabError.failed("connect \(group): errno \(errno)") }
        return descriptor
    }
}
