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

    /// The arguments of the sender, after its name.
    package var senderArguments: [String] { fatalError("stub") }
    /// The arguments of the receiver, after its name.
    package var receiverArguments: [String] { senderArguments + [timeoutText] }
    /// The name of its lock file and of its page, without `.key` (specification, 9.3).
    package var keyName: String { fatalError("stub") }
    /// What names this link in a trailer: CRC32C of node, keyword and sender arguments, joined by
    /// blanks. Both nodes read the same file, so both find the same number.
    package var linkID: UInt32 { fatalError("stub") }
    /// The default beat interval: min(1 s, timeout / 4).
    package var interval: Duration { fatalError("stub") }
}

/// The monitor file: all links of all nodes, in the file's order.
package struct MonitorFile: Equatable, Sendable {
    package var lines: [MonitorLine]

    package init(lines: [MonitorLine]) { self.lines = lines }

    /// Reads the text of a monitor file; bad lines become findings, the rest counts.
    package static func parse(_ text: [UInt8], file: String) -> Parsed<MonitorFile> {
        fatalError("stub")
    }

    /// Slots that lie too close for `layout`, each finding naming both lines and EZ_WIRE.
    ///
    /// - Parameter deviceID: Equal for two names of one disk (st_rdev); a device that cannot be
    ///   looked at is compared by name.
    package func overlaps(layout: Layout, file: String, deviceID: (String) -> UInt64?) -> [Finding]
    {
        fatalError("stub")
    }

    /// The most bytes a slot of `line` may carry: the smallest distance between two slots of that
    /// device; nil when the device has only this one slot (decision 10).
    package func slotRoom(of line: MonitorLine, deviceID: (String) -> UInt64?) -> Int? {
        fatalError("stub")
    }
}
