// SPDX-License-Identifier: Apache-2.0

/// A CRC32C (Castagnoli) checksum while it grows.
///
/// Polynomial 0x1EDC6F41, reflected, as in iSCSI (RFC 3720, B.4): of `123456789` it is 0xE3069283.
/// One table look-up per byte, sixteen of them side by side; allocates nothing.
package struct CRC32C: Equatable, Sendable, BitwiseCopyable {
    private var register: UInt32 = .max

    package init() {}

    /// The checksum of all bytes so far.
    package var value: UInt32 { ~register }

    /// Takes `bytes[range]` in; the range must lie within `bytes`.
    package mutating func update(_ bytes: RawSpan, _ range: Range<Int>) {
        let bytes = bytes.extracting(range)
        let end = bytes.byteCount
        var crc = register
        var offset = 0
        while end &- offset >= 16 {
            // The second half first: it need not wait for the checksum so far.
            let late = CRC32C.share(of: bytes.uint64(at: offset &+ 8), before: 0)
            crc = late ^ CRC32C.share(of: bytes.uint64(at: offset) ^ UInt64(crc), before: 8)
            offset &+= 16
        }
        if end &- offset >= 8 {
            crc = CRC32C.share(of: bytes.uint64(at: offset) ^ UInt64(crc), before: 0)
            offset &+= 8
        }
        while offset < end {
            let index = Int(UInt8(truncatingIfNeeded: crc) ^ bytes.byte(at: offset))
            crc = crc >> 8 ^ CRC32C.table[0][index]
            offset &+= 1
        }
        register = crc
    }

    /// What eight bytes add to the checksum when `count` more bytes follow them, at most 8.
    @inline(__always)
    private static func share(of word: UInt64, before count: Int) -> UInt32 {
        let early = entry(count + 7, word) ^ entry(count + 6, word >> 8)
        let middle = entry(count + 5, word >> 16) ^ entry(count + 4, word >> 24)
        let late = entry(count + 3, word >> 32) ^ entry(count + 2, word >> 40)
        return early ^ middle ^ late ^ entry(count + 1, word >> 48) ^ entry(count, word >> 56)
    }

    @inline(__always)
    private static func entry(_ count: Int, _ word: UInt64) -> UInt32 {
        table[count][Int(word & 0xFF)]
    }

    /// The same from an array, where `bytes` is `unsafe` only for elements with padding.
    package mutating func update(_ bytes: [UInt8], _ range: Range<Int>) {
        unsafe update(bytes.span.bytes, range)
    }

    package static func checksum(_ bytes: RawSpan) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes, 0..<bytes.byteCount)
        return crc.value
    }

    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes, 0..<bytes.count)
        return crc.value
    }

    /// `table[k][b]`: what byte `b` adds when `k` more bytes follow it. Of fixed size, so that the compiler
    /// sees every index to be within.
    private static let table: InlineArray<16, InlineArray<256, UInt32>> = {
        var table = InlineArray<16, InlineArray<256, UInt32>>(
            repeating: InlineArray(repeating: 0))
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
            table[0][byte] = crc
        }
        for count in 1..<16 {
            for byte in 0..<256 {
                let shorter = table[count - 1][byte]
                table[count][byte] = shorter >> 8 ^ table[0][Int(shorter & 0xFF)]
            }
        }
        return table
    }()
}
