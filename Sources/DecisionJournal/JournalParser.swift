// SPDX-License-Identifier: Apache-2.0

/// Why a line of a journal was refused.
package struct JournalError: Error, Equatable, CustomStringConvertible {
    /// Counted from 1.
    package var line: Int
    package var reason: String

    package init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    package var description: String { "line \(line): \(reason)" }
}

/// Reads the text of one line, without its end.
///
/// Takes any bytes and never traps: what is no JSON of whole numbers is refused with its place.
package func parse(
    _ bytes: some Sequence<UInt8>, line: Int
) throws(JournalError) -> JournalValue {
    var parser = JournalParser(bytes: Array(bytes))
    do throws(JournalParser.Fault) {
        return try parser.parse()
    } catch {
        throw JournalError(line: line, reason: "\(error.reason) at byte \(parser.position + 1)")
    }
}

private struct JournalParser {
    struct Fault: Error {
        var reason: String
    }

    /// Deeper than any line of ours.
    private static let deepest = 24

    let bytes: [UInt8]
    private(set) var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func parse() throws(Fault) -> JournalValue {
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw Fault(reason: "something after the value") }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Fault) -> JournalValue {
        guard depth < Self.deepest else { throw Fault(reason: "nested too deeply") }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try list(depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte):
            return try number()
        case nil: throw Fault(reason: "the line ends too early")
        default: throw Fault(reason: "no JSON value")
        }
    }

    private mutating func word(_ word: String, _ value: JournalValue) throws(Fault) -> JournalValue
    {
        for byte in word.utf8 {
            guard next == byte else { throw Fault(reason: "no JSON value") }
            position += 1
        }
        return value
    }

    private mutating func number() throws(Fault) -> JournalValue {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let digits = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        let isPadded = position - digits > 1 && bytes[digits] == 0x30
        if let byte = next, [0x2E, 0x45, 0x65].contains(byte) {
            throw Fault(reason: "a number that is not whole")
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard !isPadded, let number = Int64(text) else { throw Fault(reason: "no whole number") }
        return .number(number)
    }

    private mutating func list(_ depth: Int) throws(Fault) -> JournalValue {
        position += 1
        var values: [JournalValue] = []
        if take(UInt8(ascii: "]")) { return .list(values) }
        repeat { values.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw Fault(reason: "a list that does not end") }
        return .list(values)
    }

    private mutating func object(_ depth: Int) throws(Fault) -> JournalValue {
        position += 1
        var members: [JournalValue.Member] = []
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw Fault(reason: "a member without a name") }
            let key = try text()
            guard take(UInt8(ascii: ":")) else { throw Fault(reason: "a member without a value") }
            members.append(.init(key, try value(depth: depth + 1)))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw Fault(reason: "an object that does not end") }
        return .object(members)
    }

    private mutating func text() throws(Fault) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Fault(reason: "text that is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += String(try escaped()).utf8
            case 0..<0x20: throw Fault(reason: "a control character in text")
            default: text.append(byte)
            }
        }
        throw Fault(reason: "text that does not end")
    }

    private mutating func escaped() throws(Fault) -> Unicode.Scalar {
        guard let byte = next else { throw Fault(reason: "text that does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicode()
        default: throw Fault(reason: "an unknown escape")
        }
    }

    private mutating func unicode() throws(Fault) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // Half of a pair: the other half must follow.
        guard (0xD800..<0xDC00).contains(first), next == UInt8(ascii: "\\") else {
            throw Fault(reason: "half a character")
        }
        position += 1
        guard next == UInt8(ascii: "u") else { throw Fault(reason: "half a character") }
        position += 1
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw Fault(reason: "half a character") }
        return scalar
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw Fault(reason: "an escape without four digits")
            }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }
}
