// SPDX-License-Identifier: Apache-2.0

/// A JSON text as a value: what `sync_period` and `--resource` are written in.
package indirect enum JSONText: Equatable, Sendable {
    case string(String)
    /// As written.
    case number(String)
    case bool(Bool)
    case null
    case array([JSONText])
    /// In the order written; a later key does not replace an earlier one.
    case object([Member])

    package struct Member: Equatable, Sendable {
        package let key: String
        package let value: JSONText
        package init(key: String, value: JSONText) {
            self.key = key
            self.value = value
        }
    }

    /// nil: it is no JSON.
    package init?(_ text: String) {
        var reader = JSONReader(bytes: Array(text.utf8))
        guard let value = reader.document() else { return nil }
        self = value
    }

    /// A string, number or truth value as a configuration file has it.
    package var scalar: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "True" : "False"
        case .null, .array, .object: nil
        }
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    var next = 0
    var depth = 0

    mutating func document() -> JSONText? {
        guard let value = value() else { return nil }
        skipBlanks()
        return next == bytes.count ? value : nil
    }

    private mutating func skipBlanks() {
        while next < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[next]) { next += 1 }
    }

    private mutating func take(_ sign: String) -> Bool {
        skipBlanks()
        guard bytes[next...].starts(with: sign.utf8) else { return false }
        next += sign.utf8.count
        return true
    }

    private mutating func value() -> JSONText? {
        depth += 1
        defer { depth -= 1 }
        guard depth < 32 else { return nil }
        if take("{") { return object() }
        if take("[") { return array() }
        if take("\"") { return string().map(JSONText.string) }
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        if take("null") { return .null }
        return number()
    }

    private mutating func object() -> JSONText? {
        var members: [JSONText.Member] = []
        if take("}") { return .object([]) }
        repeat {
            guard take("\""), let key = string(), take(":"), let value = value() else { return nil }
            members.append(JSONText.Member(key: key, value: value))
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array() -> JSONText? {
        var elements: [JSONText] = []
        if take("]") { return .array([]) }
        repeat {
            guard let value = value() else { return nil }
            elements.append(value)
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    private mutating func number() -> JSONText? {
        let digits = bytes[next...].prefix { "+-.eE0123456789".utf8.contains($0) }
        next += digits.count
        let text = String(decoding: digits, as: UTF8.self)
        return Double(text) == nil ? nil : .number(text)
    }

    /// Behind the opening quote.
    private mutating func string() -> String? {
        var text: [UInt8] = []
        while next < bytes.count {
            let byte = bytes[next]
            next += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = escape() else { return nil }
                text += Array(String(escaped).utf8)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Character? {
        guard next < bytes.count else { return nil }
        next += 1
        switch bytes[next - 1] {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "u"): return scalar()
        case let other: return "\"\\/".utf8.contains(other) ? Character(Unicode.Scalar(other)) : nil
        }
    }

    private mutating func scalar() -> Character? {
        guard var code = unit() else { return nil }
        if (0xD800..<0xDC00).contains(code) {
            guard bytes[next...].starts(with: "\\u".utf8) else { return nil }
            next += 2
            guard let low = unit(), (0xDC00..<0xE000).contains(low) else { return nil }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        return Unicode.Scalar(code).map { Character($0) }
    }

    private mutating func unit() -> UInt32? {
        let digits = bytes[next...].prefix(4)
        guard digits.count == 4, !digits.contains(UInt8(ascii: "+")) else { return nil }
        next += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
