// SPDX-License-Identifier: Apache-2.0

/// A CRC32C (Castagnoli) checksum while it grows.
///
/// Polynomial 0x1EDC6F41, reflected, as in iSCSI (RFC 3720, B.4): of `123456789` it is 0xE3069283.
/// Eight table look-ups per eight bytes; allocates nothing after its first use in a process.
package struct CRC32C: Equatable, Sendable, BitwiseCopyable {
    private var register: UInt32 = .max

    package init() {}

    /// The checksum of all bytes so far.
    package var value: UInt32 { ~register }

    /// Takes `bytes[range]` in; the range must lie within `bytes`.
    package mutating func update(_ bytes: RawSpan, _ range: Range<Int>) {
        let table = CRC32C.table
        let entries = table.span
        var crc = register
        var offset = range.lowerBound
        while range.upperBound - offset >= 8 {
            let low = crc ^ bytes.uint32(at: offset)
            let high = bytes.uint32(at: offset + 4)
            crc = entries[1792 + Int(low & 0xFF)] ^ entries[1536 + Int(low >> 8 & 0xFF)]
            crc ^= entries[1280 + Int(low >> 16 & 0xFF)] ^ entries[1024 + Int(low >> 24)]
            crc ^= entries[768 + Int(high & 0xFF)] ^ entries[512 + Int(high >> 8 & 0xFF)]
            crc ^= entries[256 + Int(high >> 16 & 0xFF)] ^ entries[Int(high >> 24)]
            offset += 8
        }
        while offset < range.upperBound {
            crc = crc >> 8 ^ entries[Int((crc ^ UInt32(bytes.byte(at: offset))) & 0xFF)]
            offset += 1
        }
        register = crc
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

    /// Entry `k * 256 + b`: what byte `b` adds when `k` more bytes follow it.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
            table[byte] = crc
        }
        for index in 256..<table.count {
            let shorter = table[index - 256]
            table[index] = shorter >> 8 ^ table[Int(shorter & 0xFF)]
        }
        return table
    }()
}
