// SPDX-License-Identifier: Apache-2.0

/// One of the four structures OpenHA ever sent; little-endian, without padding.
///
/// There is no version field: only its size tells a datagram's layout. Source: specification, 7.1.
package enum Layout: String, CaseIterable, Sendable, BitwiseCopyable {
    /// 0.3.6, the tutorial's: 16 services of 15 characters, 504 bytes, one disk block.
    case a = "A"
    /// Twelve days of 2014; decoded only, never correct on a disk.
    case b = "B"
    /// 0.4.0 to 0.4.3.
    case c = "C"
    /// 0.4.4 and later, the FHS one: 128 services of 63 characters.
    case d = "D"

    /// How many services fit.
    package var capacity: Int { self == .a ? 16 : 128 }
    /// Bytes of one service name, its NUL included.
    package var nameWidth: Int { self == .d ? 64 : 16 }
    /// Bytes of one state: an ASCII digit, or a 32-bit integer.
    package var stateWidth: Int { self == .a || self == .b ? 1 : 4 }
    /// Where the states begin, in bytes from the start.
    package var statesOffset: Int { Layout.namesOffset + capacity * nameWidth }
    /// Where hostid, elapsed and pid begin, four bytes each.
    package var tailOffset: Int { statesOffset + capacity * (stateWidth + 4) }
    /// Bytes of the whole structure.
    package var size: Int { tailOffset + 12 }
    /// Blocks of 512 bytes that a C program of this layout writes on a disk: A 1, C 7, D 19.
    package var slotBlocks: Int { (size + 511) / 512 }

    /// Bytes that we read and write at a slot: its blocks, and room for a trailer as long as 128
    /// services with long names and their notes make it.
    ///
    /// - Parameter distance: Of the two closest slots of the disk; nil when it has only one.
    package func slotLength(within distance: Int?) -> Int {
        let wanted = slotBlocks * 512 + 16_384
        return max(min(wanted, distance ?? wanted) / 512 * 512, 512)
    }

    /// The longest node name, in bytes: the field holds 128, its NUL included.
    package static let nodeNameLimit = 127
    package static let namesOffset = 156

    /// The layout of a datagram of exactly this size, without a trailer.
    package init?(size: Int) {
        guard let match = Layout.allCases.first(where: { $0.size == size }) else { return nil }
        self = match
    }
}
