// SPDX-License-Identifier: Apache-2.0

/// A configuration entry that cannot be used; why, for people.
package struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Whether `name` may become a directory: `[A-Za-z0-9._-]+`, not `.` or `..`, no leading `-`.
package func isServiceName(_ name: String) -> Bool {
    guard !name.isEmpty, name != ".", name != "..", name.utf8.first != UInt8(ascii: "-") else {
        return false
    }
    return name.utf8.allSatisfy { byte in
        isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }
}

/// Whether `name` may be a node's: it becomes a part of a file name, as a service's does.
package func isNodeName(_ name: String) -> Bool { isServiceName(name) }

/// Refuses words that a line would not hold as they are: they may come from a command.
func checkWords(_ columns: [String]) throws(Refusal) {
    for column in columns {
        guard !column.isEmpty else { throw Refusal("an empty word") }
        guard !column.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw Refusal("blank or control character in '\(column)'")
        }
    }
    let length = columns.reduce(columns.count - 1) { $0 + $1.utf8.count }
    guard length <= TextLine.limit else {
        throw Refusal("\(length) characters, the limit of a line is \(TextLine.limit)")
    }
}

/// Reads a decimal number without sign, such as a disk's offset; nil for anything else.
package func decimal(_ text: String) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy(isDigit) else { return nil }
    return UInt64(text)
}

/// Reads seconds with or without a fraction, `10` or `0.5`, to the nanosecond; nil for anything
/// else, a sign, or more than nine digits on a side.
package func seconds(_ text: String) -> Duration? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ (1...9).contains($0.count) }),
        parts.allSatisfy({ $0.allSatisfy(isDigit) }), let whole = Int64(String(parts[0]) ?? "")
    else { return nil }
    guard parts.count == 2 else { return .seconds(whole) }
    let fraction = (String(parts[1]) ?? "") + String(repeating: "0", count: 9 - parts[1].count)
    return .seconds(whole) + .nanoseconds(Int64(fraction) ?? 0)
}

/// Writes seconds so that `seconds(_:)` reads them back, without superfluous zeros.
package func secondsText(_ duration: Duration) -> String {
    let (whole, attoseconds) = duration.components
    let nanoseconds = attoseconds / 1_000_000_000
    guard nanoseconds > 0 else { return String(whole) }
    let digits = String(nanoseconds)
    var fraction = String(repeating: "0", count: 9 - digits.count) + digits
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(whole).\(fraction)"
}

/// The four numbers of an IPv4 address; nil for anything else. A leading zero is refused, since C
/// would read octal.
package func ipv4(_ text: String) -> [UInt8]? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    let numbers = parts.compactMap { part -> UInt8? in
        guard part.allSatisfy(isDigit), part.count == 1 || part.first != UInt8(ascii: "0") else {
            return nil
        }
        return UInt8(String(part) ?? "")
    }
    return numbers.count == 4 ? numbers : nil
}

/// What the port column of the monitor file says.
package enum Port: Equatable, Sendable {
    case number(UInt16)
    /// To be looked up in /etc/services, for UDP.
    case name(String)

    /// Reads a number, 1 to 65535, decimal even with a leading zero, or a name; nil for the rest.
    package init?(_ text: String) {
        if let number = decimal(text) {
            guard (1...65535).contains(number) else { return nil }
            self = .number(UInt16(number))
        } else if text.utf8.contains(where: isLetter), text.utf8.first != UInt8(ascii: "-"),
            !text.hasPrefix("0x"), !text.hasPrefix("0X"),
            text.utf8.allSatisfy({ isDigit($0) || isLetter($0) || "-_.+".utf8.contains($0) })
        {
            self = .name(text)
        } else {
            return nil
        }
    }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}
func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }

/// ASCII capitals to small letters; other characters stay.
func lowercasedASCII(_ text: String) -> String {
    String(decoding: text.utf8.map { isCapital($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
}

/// Once per name: OpenSVC looks for the state files of a node under its name in small letters.
struct CapitalWarnings {
    private var warned: Set<String> = []
    mutating func finding(_ node: String, file: String, line: Int) -> Finding? {
        guard node.utf8.contains(where: isCapital), warned.insert(node).inserted else { return nil }
        return Finding(
            file: file, line: line,
            reason: "node name \(node) has capitals: OpenSVC clients look for it in small letters",
            isWarning: true)
    }
}
