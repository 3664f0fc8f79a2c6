// SPDX-License-Identifier: Apache-2.0

/// Appends values to bytes: little-endian numbers, texts and lists with their length in front.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put<Element>(_ list: [Element], _ one: (inout ByteWriter, Element) -> Void) {
        put(UInt32(list.count))
        for element in list { one(&self, element) }
    }

    mutating func put<Value>(optional value: Value?, _ some: (inout ByteWriter, Value) -> Void) {
        put(value != nil)
        if let value { some(&self, value) }
    }
}

/// Bytes end too early, or hold what their type has no value for.
struct ByteReaderError: Error {}

/// Takes values from bytes, in the order in which `ByteWriter` put them.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(ByteReaderError) -> Number {
        let bytes = try take(MemoryLayout<Number>.size)
        return bytes.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    mutating func flag() throws(ByteReaderError) -> Bool {
        let byte = try number(UInt8.self)
        guard byte <= 1 else { throw ByteReaderError() }
        return byte == 1
    }

    mutating func text() throws(ByteReaderError) -> String {
        let count = Int(try number(UInt32.self))
        return String(decoding: try take(count), as: UTF8.self)
    }

    mutating func list<Element>(
        _ one: (inout ByteReader) throws(ByteReaderError) -> Element
    ) throws(ByteReaderError) -> [Element] {
        let count = try number(UInt32.self)
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try one(&self)) }
        return elements
    }

    mutating func optional<Value>(
        _ some: (inout ByteReader) throws(ByteReaderError) -> Value
    ) throws(ByteReaderError) -> Value? {
        try flag() ? try some(&self) : nil
    }

    private mutating func take(_ count: Int) throws(ByteReaderError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw ByteReaderError() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
