// SPDX-License-Identifier: Apache-2.0

import WireFormat

/// Where a trailer says how long it is and where its checksum stands, by docs/wire-format.md: written
/// down once more on purpose, since what reads trailers must not be judged by its own words.
enum Seal {
    static let magic: [UInt8] = [0x89, 0x45, 0x5A, 0x48, 0x41, 0x0D, 0x0A, 0x1A]
    static let versionOffset = 8
    static let lengthOffset = 12
    static let beatOffset = 48
    static let shortest = 64

    static func hasMagic(_ bytes: [UInt8], _ layout: Layout) -> Bool {
        bytes.dropFirst(layout.size).starts(with: magic)
    }

    /// The length that a trailer declares; nil without one.
    static func declaredLength(_ bytes: [UInt8], _ layout: Layout) -> Int? {
        guard hasMagic(bytes, layout), bytes.count >= layout.size + shortest else { return nil }
        let start = layout.size + lengthOffset
        return (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }

    /// `bytes` with a right checksum at the end of its trailer; nil when there is none to mend.
    static func mended(_ bytes: [UInt8], _ layout: Layout) -> [UInt8]? {
        guard let length = declaredLength(bytes, layout), length >= shortest,
            length <= bytes.count - layout.size
        else { return nil }
        let end = layout.size + length - 4
        var crc = CRC32C()
        crc.update(bytes, 0..<end)
        var mended = bytes
        for place in 0..<4 {
            mended[end + place] = UInt8(truncatingIfNeeded: crc.value >> (8 * UInt32(place)))
        }
        return mended == bytes ? nil : mended
    }
}
