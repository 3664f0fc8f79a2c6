// SPDX-License-Identifier: Apache-2.0

/// Puts a `Codable` value into a `JournalValue`, whose form only this module's decoder needs to
/// understand: for the state of the core at the head of a file.
final class ValueEncoder: Encoder {
    private enum Shape {
        case single(JournalValue)
        case keyed([(key: String, value: ValueEncoder)])
        case list([ValueEncoder])
    }

    private var shape = Shape.single(.null)
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func encode(_ value: some Encodable) throws -> JournalValue {
        let encoder = ValueEncoder()
        try encoder.put(value)
        return encoder.value
    }

    private var value: JournalValue {
        switch shape {
        case .single(let value): value
        case .keyed(let members): .object(members.map { .init($0.key, $0.value.value) })
        case .list(let values): .list(values.map(\.value))
        }
    }

    fileprivate func put(_ value: some Encodable) throws {
        switch value {
        case let isSo as Bool: shape = .single(.bool(isSo))
        case let text as String: shape = .single(.text(text))
        case let number as UInt64: shape = .single(JournalValue(number))
        case let number as any BinaryInteger: shape = .single(JournalValue(number))
        default: try value.encode(to: self)
        }
    }

    fileprivate func putNil() { shape = .single(.null) }

    fileprivate func member(_ key: any CodingKey) -> ValueEncoder {
        guard case .keyed(var members) = shape else { preconditionFailure("no keyed container") }
        shape = .single(.null)
        let child = ValueEncoder()
        members.append((key.stringValue, child))
        shape = .keyed(members)
        return child
    }

    fileprivate func element() -> ValueEncoder {
        guard case .list(var values) = shape else { preconditionFailure("no list") }
        shape = .single(.null)
        let child = ValueEncoder()
        values.append(child)
        shape = .list(values)
        return child
    }

    fileprivate var count: Int {
        if case .list(let values) = shape { values.count } else { 0 }
    }

    func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        shape = .keyed([])
        return KeyedEncodingContainer(MemberWriter(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        shape = .list([])
        return ElementWriter(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleWriter(encoder: self)
    }
}

private struct MemberWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) throws { encoder.member(key).putNil() }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try encoder.member(key).put(value)
    }
    func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key)
        -> KeyedEncodingContainer<Nested>
    {
        encoder.member(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder.member(key).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { preconditionFailure("no classes in a journal") }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.member(key) }
}

private struct ElementWriter: UnkeyedEncodingContainer {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { [] }
    var count: Int { encoder.count }

    func encodeNil() throws { encoder.element().putNil() }
    func encode<T: Encodable>(_ value: T) throws { try encoder.element().put(value) }
    func nestedContainer<Nested>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder.element().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        encoder.element().unkeyedContainer()
    }
    func superEncoder() -> any Encoder { encoder.element() }
}

private struct SingleWriter: SingleValueEncodingContainer {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil() throws { encoder.putNil() }
    func encode<T: Encodable>(_ value: T) throws { try encoder.put(value) }
}
