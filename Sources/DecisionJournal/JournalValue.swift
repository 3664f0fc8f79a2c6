// SPDX-License-Identifier: Apache-2.0

/// A JSON value of a journal: whole numbers only, members in the order written.
package enum JournalValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case text(String)
    case list([JournalValue])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package var key: String
        package var value: JournalValue

        package init(_ key: String, _ value: JournalValue) {
            self.key = key
            self.value = value
        }
    }

    /// An object of those members that have a value.
    static func members(_ members: (String, JournalValue?)...) -> JournalValue {
        .object(members.compactMap { key, value in value.map { Member(key, $0) } })
    }

    /// One beyond the range of a number is written as text.
    init(_ number: UInt64) {
        self = Int64(exactly: number).map(JournalValue.number) ?? .text(String(number))
    }

    init(_ number: some BinaryInteger) { self = .number(Int64(number)) }

    init?(_ number: (some BinaryInteger)?) {
        guard let number else { return nil }
        self.init(number)
    }

    /// Only what is so is said.
    init?(_ isSo: Bool) {
        guard isSo else { return nil }
        self = .bool(true)
    }

    /// Nanoseconds.
    init(_ duration: Duration) { self = .number(duration.nanoseconds) }

    init?(_ duration: Duration?) {
        guard let duration else { return nil }
        self.init(duration)
    }

    /// The line of a journal that says this, without its end.
    package var line: String { String(decoding: bytes, as: UTF8.self) }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let isSo): bytes += (isSo ? "true" : "false").utf8
        case .number(let number): bytes += String(number).utf8
        case .text(let text): Self.quote(text, to: &bytes)
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.quote(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func quote(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20, 0x7F:
                let digits = Array("0123456789abcdef".utf8)
                bytes += "\\u00".utf8
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension Duration {
    /// Whole nanoseconds, towards zero; what does not fit is cut off.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !whole.overflow else { return seconds < 0 ? .min : .max }
        return whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }
}
