// SPDX-License-Identifier: Apache-2.0

/// What `ValueEncoder` has put down, as a value again.
struct ValueDecoder: Decoder {
    struct Misfit: Error {}

    let value: JournalValue
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func decode<T: Decodable>(_ type: T.Type, from value: JournalValue) throws -> T {
        switch (type, value) {
        case (is Bool.Type, .bool(let isSo)): return isSo as! T
        case (is String.Type, .text(let text)): return text as! T
        // Their own decoding would only ask here once more, without end.
        case (is Bool.Type, _), (is String.Type, _), (is any BinaryFloatingPoint.Type, _):
            throw Misfit()
        case (let number as any FixedWidthInteger.Type, _):
            guard let found = integer(number, value) as? T else { throw Misfit() }
            return found
        default:
            let found = try T(from: ValueDecoder(value: value))
            if let time = found as? Duration, !plausible.contains(time) { throw Misfit() }
            return found
        }
    }

    /// Times since boot and what is added to them: far from where a sum of several overflows.
    private static let plausible = Duration.zero ..< .nanoseconds(1 << 62)

    private static func integer<N: FixedWidthInteger>(_ type: N.Type, _ value: JournalValue) -> N? {
        switch value {
        case .number(let number): N(exactly: number)
        case .text(let text): N(text)
        case .null, .bool, .list, .object: nil
        }
    }

    func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw Misfit() }
        return KeyedDecodingContainer(MemberReader(members: members))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let values) = value else { throw Misfit() }
        return ElementReader(values: values)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleReader(value: value)
    }
}

private struct MemberReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [JournalValue.Member]
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

    private func value(_ key: Key) throws -> JournalValue {
        guard let member = members.first(where: { $0.key == key.stringValue }) else {
            throw ValueDecoder.Misfit()
        }
        return member.value
    }

    func contains(_ key: Key) -> Bool { members.contains { $0.key == key.stringValue } }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key) == .null }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try ValueDecoder.decode(type, from: value(key))
    }
    func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        try ValueDecoder(value: value(key)).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(value: value(key)).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { throw ValueDecoder.Misfit() }
    func superDecoder(forKey key: Key) throws -> any Decoder {
        ValueDecoder(value: try value(key))
    }
}

private struct ElementReader: UnkeyedDecodingContainer {
    let values: [JournalValue]
    var codingPath: [any CodingKey] { [] }
    var currentIndex = 0
    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex >= values.count }

    init(values: [JournalValue]) { self.values = values }

    private mutating func next() throws -> JournalValue {
        guard !isAtEnd else { throw ValueDecoder.Misfit() }
        currentIndex += 1
        return values[currentIndex - 1]
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { throw ValueDecoder.Misfit() }
        guard values[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try ValueDecoder.decode(type, from: next())
    }
    mutating func nestedContainer<Nested>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    {
        try ValueDecoder(value: next()).container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(value: next()).unkeyedContainer()
    }
    mutating func superDecoder() throws -> any Decoder { ValueDecoder(value: try next()) }
}

private struct SingleReader: SingleValueDecodingContainer {
    let value: JournalValue
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { value == .null }
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try ValueDecoder.decode(type, from: value)
    }
}
