// SPDX-License-Identifier: Apache-2.0

/// One line of an INI file, and what stands where in it.
///
/// Source: opensvc.md 1.3, and D1 for comments after values and section headers.
struct ConfigLine: Equatable {
    enum Content: Equatable {
        case blank
        case comment
        case section(String)
        /// `value` is trimmed and without comment; empty, it begins right behind the separator.
        case entry(key: String, value: Range<Int>)
        /// More of the value of the entry before it.
        case continuation(value: Range<Int>)
        /// It cannot be read; why.
        case refused(String)
    }
    /// From 1.
    let number: Int
    /// Its bytes in the text, with the end of the line.
    let bytes: Range<Int>
    let content: Content

    /// The lines of a text.
    static func lines(of text: [UInt8]) -> [ConfigLine] {
        var lines: [ConfigLine] = []
        var hasEntry = false
        // A byte order mark belongs to no line's words.
        let mark = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: .lineFeed) ?? text.count
            let next = min(end + 1, text.count)
            let hasReturn = end > start && text[end - 1] == .carriageReturn
            let body = min(start == 0 ? mark : start, end)..<(hasReturn ? end - 1 : end)
            let content = ConfigLine.content(of: text, body, hasEntry: hasEntry)
            switch content {
            case .entry: hasEntry = true
            case .section, .refused: hasEntry = false
            case .blank, .comment, .continuation: break
            }
            lines.append(
                ConfigLine(number: lines.count + 1, bytes: start..<next, content: content))
            start = next
        }
        return lines
    }

    private static func content(of text: [UInt8], _ body: Range<Int>, hasEntry: Bool) -> Content {
        guard let first = body.first.map({ text[$0] }) else { return .blank }
        if first.isCommentSign { return .comment }
        let words = trimmed(text, withoutComment(text, body))
        if words.isEmpty { return trimmed(text, body).isEmpty ? .blank : .comment }
        guard !text[words].contains(where: { $0 < 0x20 && $0 != .tab || $0 == 0x7F }) else {
            return .refused("holds a control character")
        }
        guard String(validating: text[words], as: UTF8.self) != nil else {
            return .refused("is not UTF-8")
        }
        if first.isBlank {
            return hasEntry
                ? .continuation(value: words)
                : .refused("begins with a blank, and there is no keyword before it to continue")
        }
        return first == UInt8(ascii: "[")
            ? header(text, body) : entry(text, words.lowerBound..<words.upperBound)
    }

    private static func header(_ text: [UInt8], _ body: Range<Int>) -> Content {
        guard let close = text[body].firstIndex(of: UInt8(ascii: "]")) else {
            return .refused("begins a section without closing it with ]")
        }
        let rest = trimmed(text, close + 1..<body.upperBound)
        guard rest.isEmpty || text[rest.lowerBound].isCommentSign else {
            return .refused("has more than a comment behind the section's ]")
        }
        let name = trimmed(text, body.lowerBound + 1..<close)
        guard !name.isEmpty else { return .refused("names no section") }
        return .section(sectionName(String(decoding: text[name], as: UTF8.self)))
    }

    private static func entry(_ text: [UInt8], _ words: Range<Int>) -> Content {
        let sign = text[words].firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }
        guard let sign else {
            return .refused("is neither a [section], a comment nor 'keyword = value'")
        }
        let key = trimmed(text, words.lowerBound..<sign)
        guard !key.isEmpty else { return .refused("has no keyword before its '='") }
        let value = trimmed(text, sign + 1..<words.upperBound)
        return .entry(
            key: String(decoding: text[key], as: UTF8.self).lowercased(),
            value: value.isEmpty ? sign + 1..<sign + 1 : value)
    }

    /// D1: a blank and `#` or `;` begin a comment.
    private static func withoutComment(_ text: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var blank = false
        for index in range {
            if blank && text[index].isCommentSign { return range.lowerBound..<index }
            blank = text[index].isBlank
        }
        return range
    }

    private static func trimmed(_ text: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high && text[low].isBlank { low += 1 }
        while low < high && text[high - 1].isBlank { high -= 1 }
        return low..<high
    }
}

/// `default` in any case is `DEFAULT`; other names are taken as they are.
func sectionName(_ name: String) -> String {
    name.lowercased() == "default" ? "DEFAULT" : name
}

extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let tab = UInt8(ascii: "\t")
    var isBlank: Bool { self == 0x20 || self == .tab }
    var isCommentSign: Bool { self == UInt8(ascii: "#") || self == UInt8(ascii: ";") }
}
