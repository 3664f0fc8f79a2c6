// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// One line of the monitor file: one node's end of one link, as it sends.
///
/// Source: specification, 2.3.
package struct MonitorLine: Equatable, Sendable {
    /// The sender. Every other node listens.
    package var node: String
    package var kind: LinkKind
    /// Interface, or path of the device.
    package var device: String
    /// Group or address as spelt; for a disk the offset as spelt, in blocks of 512 bytes.
    package var address: String
    /// As spelt; empty for a disk.
    package var port: String
    /// As spelt: arguments in `ps` must equal the file.
    package var timeoutText: String
    /// Silence that means down, 0.1 s and more.
    package var timeout: Duration
    /// The offset of a disk link in blocks of 512 bytes.
    package var offset: UInt64?
    /// Where it stands, from 1.
    package var lineNumber: Int

    package static let shortestTimeout: Duration = .milliseconds(100)
    package static let longestTimeout: Duration = .seconds(86400)

    /// The arguments of the sender, after its name.
    package var senderArguments: [String] {
        kind.isDisk ? [device, address] : [device, address, port]
    }
    /// The arguments of the receiver, after its name.
    package var receiverArguments: [String] { senderArguments + [timeoutText] }

    /// The name of its lock file and of its page, without `.key` (specification, 9.3).
    package var keyName: String {
        guard kind.isDisk else { return "\(address)-\(port)-\(device)" }
        let dotted = device.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: ".") : $0 }
        return String(decoding: dotted, as: UTF8.self) + "." + address
    }

    /// What names this link in a trailer: CRC32C of node, keyword and sender arguments, joined by
    /// blanks. Both nodes read the same file, so both find the same number.
    package var linkID: UInt32 {
        CRC32C.checksum(
            Array(([node, kind.rawValue] + senderArguments).joined(separator: " ").utf8))
    }

    /// The default beat interval: min(1 s, timeout / 4).
    package var interval: Duration { min(.seconds(1), timeout / 4) }

    /// The columns of its line in the file.
    package var columns: [String] { [node, kind.rawValue] + receiverArguments }
}

extension MonitorLine {
    /// Reads the columns of one line, as it stands in the file or as a program's arguments say.
    package init(columns: [String], lineNumber: Int) throws(Refusal) {
        guard columns.count >= 2 else { throw Refusal("only 1 column: no type of link") }
        try checkWords(columns)
        node = columns[0]
        guard isNodeName(node), node.utf8.count <= Layout.nodeNameLimit else {
            throw Refusal("\(node) cannot be a node's name")
        }
        kind = try linkKind(columns[1])
        let wanted = kind.isDisk ? 5 : 6
        guard columns.count >= wanted else {
            let names = kind.isDisk ? "DEVICE OFFSET TIMEOUT" : "INTERFACE ADDRESS PORT TIMEOUT"
            throw Refusal(
                "only \(columns.count) columns of \(wanted): NODE \(columns[1]) \(names)")
        }
        device = columns[2]
        address = columns[3]
        port = kind.isDisk ? "" : columns[4]
        timeoutText = columns[wanted - 1]
        timeout = try linkTimeout(timeoutText)
        offset = nil
        self.lineNumber = lineNumber
        if kind.isDisk { offset = try slotOffset() } else { try checkAddress() }
        guard keyName.utf8.count + 4 <= 255 else { throw Refusal("device name is too long") }
    }

    private func slotOffset() throws(Refusal) -> UInt64 {
        guard device.hasPrefix("/") else {
            throw Refusal("device \(device) is not an absolute path")
        }
        guard let blocks = decimal(address) else {
            throw Refusal("offset \(address) is not a number of 512-byte blocks")
        }
        guard blocks <= UInt64(Int64.max) / 512 - 1024 else {
            throw Refusal("offset \(address) lies beyond any disk")
        }
        return blocks
    }

    private func checkAddress() throws(Refusal) {
        guard device.utf8.count <= 15, !device.contains("/") else {
            throw Refusal("\(device) cannot be a network interface")
        }
        guard let numbers = ipv4(address) else {
            throw Refusal("\(address) is not an IPv4 address")
        }
        let isMulticast = (224...239).contains(numbers[0])
        guard isMulticast == (kind == .net) else {
            throw Refusal("\(address) is \(isMulticast ? "a" : "no") multicast address")
        }
        guard Port(port) != nil else {
            throw Refusal("port \(port) is neither a name nor a number from 1 to 65535")
        }
    }
}

private func linkKind(_ word: String) throws(Refusal) -> LinkKind {
    // The C documentation speaks of `raw`; its programs know only `disk`.
    if word == "raw" { return .disk }
    guard let kind = LinkKind(rawValue: word) else {
        throw Refusal("unknown type of link \(word): net, unicast, disk or dio")
    }
    return kind
}

private func linkTimeout(_ text: String) throws(Refusal) -> Duration {
    guard let timeout = seconds(text) else {
        throw Refusal("timeout \(text) is not a number of seconds")
    }
    guard (MonitorLine.shortestTimeout...MonitorLine.longestTimeout).contains(timeout) else {
        throw Refusal("timeout \(text) is not from 0.1 to 86400 seconds")
    }
    return timeout
}
