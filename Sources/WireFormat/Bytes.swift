// SPDX-License-Identifier: Apache-2.0

/// Reading numbers and texts out of bytes. Everything on the wire is little-endian.
///
/// An offset outside the bytes traps: callers check lengths first. The loads are `unsafe` to the
/// compiler only because not every type could be read so; integers can.
extension RawSpan {
    @inline(__always)
    func byte(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    @inline(__always)
    func uint16(at offset: Int) -> UInt16 {
        UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always)
    func uint32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    func uint64(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    func int32(at offset: Int) -> Int32 { Int32(bitPattern: uint32(at: offset)) }

    /// How many bytes stand before the first NUL; nil when `width` bytes hold none.
    func textLength(at offset: Int, width: Int) -> Int? {
        for length in 0..<width where byte(at: offset + length) == 0 { return length }
        return nil
    }

    /// The text up to its NUL or to the end of its field. What is no UTF-8 is replaced.
    func text(at offset: Int, width: Int) -> String {
        text(offset..<offset + (textLength(at: offset, width: width) ?? width))
    }

    func text(_ range: Range<Int>) -> String {
        unsafe extracting(range).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Whether `expected` stands at `offset`, wholly within the bytes.
    func holds(_ expected: [UInt8], at offset: Int) -> Bool {
        guard offset + expected.count <= byteCount else { return false }
        let found = extracting(offset..<offset + expected.count)
        return unsafe found.isSame(as: expected.span.bytes)
    }

    /// Whether these are the same bytes, eight at a time.
    func isSame(as other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        var offset = 0
        while byteCount - offset >= 8 {
            if uint64(at: offset) != other.uint64(at: offset) { return false }
            offset += 8
        }
        while offset < byteCount {
            if byte(at: offset) != other.byte(at: offset) { return false }
            offset += 1
        }
        return true
    }

    func isZero(_ range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        while range.upperBound - offset >= 8 {
            if uint64(at: offset) != 0 { return false }
            offset += 8
        }
        while offset < range.upperBound {
            if byte(at: offset) != 0 { return false }
            offset += 1
        }
        return true
    }
}

extension [UInt8] {
    /// Whether both hold the same bytes; `==` looks at them one by one.
    package func isSame(as other: [UInt8]) -> Bool {
        unsafe span.bytes.isSame(as: other.span.bytes)
    }
}

/// Writing them, at the end or in place.
extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
        var rest = number
        for _ in 0..<Number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Overwrites in place; allocates nothing while nobody else holds the array.
    mutating func set<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        var rest = number
        for index in 0..<Number.bitWidth / 8 {
            self[offset + index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
    }

    mutating func set(_ text: String, at offset: Int) {
        for (index, byte) in text.utf8.enumerated() { self[offset + index] = byte }
    }
}
