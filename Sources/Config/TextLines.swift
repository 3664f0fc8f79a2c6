// SPDX-License-Identifier: Apache-2.0

/// One line of a configuration file, cut at blanks and tabs.
///
/// There is no quoting, no continuation and no trailing comment. Source: specification, 2.1.
struct TextLine: Equatable {
    enum Content: Equatable {
        /// Nothing but blanks, or a comment: `#` is its first character.
        case empty
        case columns([String])
        /// It cannot be read; the reason for people.
        case refused(String)
    }

    /// From 1.
    let number: Int
    /// Its bytes in the text, with the LF.
    let bytes: Range<Int>
    let content: Content

    /// The longest line, in bytes: C OpenHA takes the rest for a further line.
    static let limit = 254
}

/// The lines of a text. The last LF may be missing; one CR before an LF is dropped.
func textLines(_ text: [UInt8]) -> [TextLine] {
    var lines: [TextLine] = []
    var start = 0
    while start < text.count {
        let end = text[start...].firstIndex(of: 0x0A) ?? text.count
        let next = min(end + 1, text.count)
        let content = lineContent(text[start..<end])
        lines.append(TextLine(number: lines.count + 1, bytes: start..<next, content: content))
        start = next
    }
    return lines
}

private func lineContent(_ line: ArraySlice<UInt8>) -> TextLine.Content {
    let bytes = line.last == 0x0D ? line.dropLast() : line
    guard !bytes.contains(0) else { return .refused("holds a NUL byte: ignored") }
    let words = bytes.split { $0 == 0x20 || $0 == 0x09 }
    guard let first = words.first, first.first != UInt8(ascii: "#") else { return .empty }
    guard bytes.count <= TextLine.limit else {
        return .refused("\(bytes.count) characters, the limit is \(TextLine.limit): ignored")
    }
    guard !bytes.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
        return .refused("holds a control character: ignored")
    }
    let columns = words.compactMap { String(validating: $0, as: UTF8.self) }
    guard columns.count == words.count else { return .refused("is not UTF-8: ignored") }
    return .columns(columns)
}

/// `text` with `columns` as its last line, TABs between them; the rest stays as it is.
func appendingLine(_ columns: [String], to text: [UInt8]) -> [UInt8] {
    let line = Array((columns.joined(separator: "\t") + "\n").utf8)
    let needsEnd = !text.isEmpty && text.last != 0x0A
    return text + (needsEnd ? [0x0A] : []) + line
}

/// `text` without the lines whose columns `match`, byte for byte otherwise; nil when there are none.
func removingLines(
    from text: [UInt8], where match: (_ number: Int, _ columns: [String]) -> Bool
) -> [UInt8]? {
    let matching = textLines(text).filter { line in
        guard case .columns(let columns) = line.content else { return false }
        return match(line.number, columns)
    }
    guard !matching.isEmpty else { return nil }
    var rest = text
    for line in matching.reversed() { rest.removeSubrange(line.bytes) }
    return rest
}
