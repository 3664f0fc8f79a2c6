// SPDX-License-Identifier: Apache-2.0

extension ConfigDocument {
    /// Writes the file anew as nodemgr does: `[section]`, `keyword = value`, one blank line after
    /// each section. Order and comments stay. Source: opensvc.md 6.
    package mutating func rewrite() {
        let heads = groupHeads
        var written: [UInt8] = []
        for (index, line) in lines.enumerated() where line.content != .blank {
            if heads.contains(index) && !written.isEmpty { written.append(.lineFeed) }
            written += rewritten(line) + [.lineFeed]
        }
        if !sections.isEmpty { written.append(.lineFeed) }
        replace(0..<text.count, with: written)
    }

    /// Headers, or the comments that stand right above one.
    private var groupHeads: Set<Int> {
        var heads: Set<Int> = []
        var first = 0
        for (index, line) in lines.enumerated() {
            guard case .section = line.content else { continue }
            let isTop = first == 0 && lines[..<index].allSatisfy { $0.content == .comment }
            heads.insert(isTop ? 0 : leadingComments(before: index, notBefore: first))
            first = index + 1
        }
        return heads
    }

    /// Without the end of the line.
    private func rewritten(_ line: ConfigLine) -> [UInt8] {
        switch line.content {
        case .blank: []
        case .comment, .refused: Array(rest(of: line, from: line.bytes.lowerBound))
        case .section(let name):
            Array("[\(name)]".utf8) + rest(of: line, from: headerEnd(of: line))
        case .entry(let key, let value):
            Array((value.isEmpty ? "\(key) =" : "\(key) = ").utf8) + text[value]
                + rest(of: line, from: value.upperBound)
        case .continuation(let value):
            [.tab] + text[value] + rest(of: line, from: value.upperBound)
        }
    }

    private func headerEnd(of line: ConfigLine) -> Int {
        (text[line.bytes].firstIndex(of: UInt8(ascii: "]")) ?? line.bytes.lowerBound) + 1
    }

    /// The comment of a line with the blanks before it.
    private func rest(of line: ConfigLine, from start: Int) -> ArraySlice<UInt8> {
        var end = line.bytes.upperBound
        while end > start, text[end - 1].isBlank || "\r\n".utf8.contains(text[end - 1]) { end -= 1 }
        return text[start..<end]
    }
}
