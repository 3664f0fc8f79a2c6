// SPDX-License-Identifier: Apache-2.0

/// A tunables file: shell assignments, read but not executed (specification, 1.4; decision 21).
struct TunablesFile: Equatable {
    struct Entry: Equatable {
        var value: String
        var lineNumber: Int
    }
    var entries: [String: Entry] = [:]

    /// Reads `KEY=VALUE` lines, also quoted, exported, or with a comment behind. Of two lines with one
    /// key the last counts, as in a shell. A value that a shell would expand is refused.
    static func parse(_ text: [UInt8], file: String) -> Parsed<TunablesFile> {
        var parsed = Parsed(TunablesFile())
        for (index, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            do throws(Refusal) {
                guard let (key, value) = try assignment(line) else { continue }
                parsed.value.entries[key] = Entry(value: value, lineNumber: index + 1)
            } catch {
                parsed.findings.append(
                    Finding(file: file, line: index + 1, reason: "\(error): ignored"))
            }
        }
        return parsed
    }
}

/// One assignment; nil for an empty line, a comment, or an `export` of names alone.
///
/// Byte by byte, as a shell reads it: as characters, a quote and an accent behind it would be one.
private func assignment(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> (String, String)? {
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
        throw Refusal("not a text")
    }
    var rest = bytes.drop(while: isBlank)
    if rest.starts(with: "export".utf8), let next = rest.dropFirst(6).first, isBlank(next) {
        rest = rest.dropFirst(6).drop(while: isBlank)
        if !rest.contains(equals) { return nil }
    }
    guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
    let key = rest.prefix { $0 != equals }
    guard rest.count > key.count, isVariableName(key) else {
        throw Refusal("not KEY=VALUE, and this file is not executed")
    }
    return (String(decoding: key, as: UTF8.self), try plainValue(rest.dropFirst(key.count + 1)))
}

/// The value of an assignment as the shell would see it, quotes removed.
private func plainValue(_ text: ArraySlice<UInt8>) throws(Refusal) -> String {
    var value: [UInt8] = []
    var quote: Unicode.Scalar?
    var rest = text
    while let byte = rest.popFirst() {
        let character = Unicode.Scalar(byte)
        switch (quote, character) {
        case (let open?, _) where open == character: quote = nil
        case ("'", _): value.append(byte)
        case (_, "$"), (_, "`"), (_, "\\"): throw Refusal("\(character) is not expanded here")
        case ("\"", _): value.append(byte)
        case (_, "'"), (_, "\""): quote = character
        case (_, ";"), (_, " "), (_, "\t"), (_, "\r"):
            guard isIgnorable(rest) else { throw Refusal("more than one assignment in a line") }
            return String(decoding: value, as: UTF8.self)
        case (_, "&"), (_, "|"), (_, "<"), (_, ">"), (_, "("), (_, ")"):
            throw Refusal("\(character) is not executed here")
        default: value.append(byte)
        }
    }
    guard quote == nil else { throw Refusal("a quote is not closed") }
    return String(decoding: value, as: UTF8.self)
}

/// Whether nothing that matters follows a value: blanks, `;`, a comment, `export NAME`.
private func isIgnorable(_ text: ArraySlice<UInt8>) -> Bool {
    let rest = text.drop { isBlank($0) || $0 == UInt8(ascii: ";") }
    return rest.isEmpty || rest.first == UInt8(ascii: "#")
        || (rest.starts(with: "export ".utf8) && !rest.contains(equals))
}

private let equals = UInt8(ascii: "=")

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

private func isVariableName(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, !isDigit(first) else { return false }
    return text.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "_") }
}
