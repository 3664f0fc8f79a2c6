// SPDX-License-Identifier: Apache-2.0

/// An edit that would not say what was asked for; nothing was changed.
package struct EditRefusal: Error, Equatable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

extension ConfigDocument {
    /// Gives a keyword a value, in the line where it is defined last; else in a new line behind the
    /// last one of its section; else in a new section at the end.
    ///
    /// The spelling of the keyword, the blanks around the separator and the comment behind the value
    /// stay. Lines that continued the old value go.
    package mutating func set(_ key: String, to value: String, in section: String)
        throws(EditRefusal)
    {
        let value = value.trimmed
        try ConfigDocument.check(section: section, key: key, value: value)
        var edited = self
        if let line = edited.definitions(of: key, in: section).last {
            edited.putValue(value, inLine: line)
        } else if let line = edited.lastLine(of: section) {
            edited.insert("\(key) = \(value)", afterLine: line)
        } else {
            edited.append(section: section, "\(key) = \(value)")
        }
        guard edited.value(key, in: section) == value, edited.differs(from: self, in: section, key)
        else { throw EditRefusal("'\(section).\(key)' cannot be changed among malformed lines") }
        self = edited
    }

    /// Removes every definition of a keyword with its lines.
    ///
    /// - Returns: False when there is none.
    package mutating func unset(_ key: String, in section: String) -> Bool {
        let starts = definitions(of: key, in: section)
        guard !starts.isEmpty else { return false }
        for start in starts.reversed() { removeLines(valueLines(from: start).reversed()) }
        return true
    }

    /// Removes all blocks of a section. Comments that stand right above the next one stay with it.
    ///
    /// - Returns: False when there is none.
    package mutating func removeSection(_ name: String) -> Bool {
        let blocks = self.blocks(of: name)
        guard !blocks.isEmpty else { return false }
        for block in blocks.reversed() {
            let kept = leadingComments(before: block.upperBound, notBefore: block.lowerBound + 1)
            removeLines(Array(block.lowerBound..<kept).reversed())
        }
        return true
    }

    /// Puts `xxxx` in the place of each value of a keyword, of scoped ones too, and of those that a
    /// later line overrides.
    package mutating func mask(_ keyword: String, in section: String) {
        let secrets = blocks(of: section).joined().filter { index in
            guard case .entry(let key, _) = lines[index].content else { return false }
            return key.prefix { $0 != "@" } == keyword
        }
        // From below, since what continued a value goes.
        for line in secrets.reversed() { putValue("xxxx", inLine: line) }
    }

    /// Why a value cannot be written; nil: it can.
    ///
    /// Source: decision 11: a value that D1 would cut is refused.
    package static func refusal(ofValue value: String) -> String? {
        let value = value.trimmed
        if value.utf8.contains(where: { $0 < 0x20 && $0 != .tab || $0 == 0x7F }) {
            return "a value is one line without control characters"
        }
        // Right behind the separator's blank it begins a comment, too.
        var blank = true
        for byte in value.utf8 {
            if blank && byte.isCommentSign {
                let sign = Character(Unicode.Scalar(byte))
                return "'\(value)' would be cut at its '\(sign)', which begins a comment there"
            }
            blank = byte.isBlank
        }
        return nil
    }

    private static func check(section: String, key: String, value: String) throws(EditRefusal) {
        if let reason = refusal(ofValue: value) { throw EditRefusal(reason) }
        let lines = ConfigLine.lines(of: Array("[\(section)]\n\(key) = x\n".utf8))
        guard lines.count == 2, lines[0].content == .section(sectionName(section)) else {
            throw EditRefusal("'\(section)' cannot be a section's name")
        }
        guard case .entry(key.lowercased(), let found) = lines[1].content, found.count == 1,
            !key.utf8.contains(where: { $0.isBlank })
        else { throw EditRefusal("'\(key)' cannot be a keyword") }
    }

    /// Whether nothing but this keyword has another value than in `old`.
    private func differs(from old: ConfigDocument, in section: String, _ key: String) -> Bool {
        let (name, key) = (sectionName(section), key.lowercased())
        func others(_ document: ConfigDocument) -> [[String]] {
            document.sections.flatMap { section in
                section.entries.filter { section.name != name || $0.key != key }
                    .map { [section.name, $0.key, $0.value] }
            }
        }
        return others(self) == others(old) && malformed.count == old.malformed.count
    }
}

// MARK: - Lines

extension ConfigDocument {
    /// Line indexes from a header of this section to the line before the next header.
    fileprivate func blocks(of section: String) -> [Range<Int>] {
        let name = sectionName(section)
        let headers = lines.indices.filter {
            if case .section = lines[$0].content { true } else { false }
        }
        return headers.enumerated().compactMap { position, start in
            guard lines[start].content == .section(name) else { return nil }
            return start..<(position + 1 < headers.count ? headers[position + 1] : lines.count)
        }
    }

    fileprivate func definitions(of key: String, in section: String) -> [Int] {
        let key = key.lowercased()
        return blocks(of: section).joined().filter {
            if case .entry(key, _) = lines[$0].content { true } else { false }
        }
    }

    /// The line that says the last word of a section: its header, an entry or what continues one.
    fileprivate func lastLine(of section: String) -> Int? {
        blocks(of: section).last?.last { !lines[$0].isSkipped }
    }

    /// The entry's line and those that continue it.
    fileprivate func valueLines(from start: Int) -> [Int] {
        var found = [start]
        for index in lines.indices.dropFirst(start + 1) {
            if case .continuation = lines[index].content {
                found.append(index)
            } else if !lines[index].isSkipped {
                break
            }
        }
        return found
    }

    /// The first of the comment lines right above line `end`, when a blank line sets them off from
    /// what is above; else `end`.
    func leadingComments(before end: Int, notBefore first: Int) -> Int {
        var start = end
        while start > first, lines[start - 1].content == .comment { start -= 1 }
        return start > first && lines[start - 1].content == .blank ? start : end
    }

    fileprivate mutating func putValue(_ value: String, inLine index: Int) {
        let more = valueLines(from: index).dropFirst()
        removeLines(more.reversed())
        guard case .entry(_, let old) = lines[index].content else { return }
        replace(old, with: Array((old.isEmpty ? " \(value)" : value).utf8))
    }

    /// - Parameter indexes: Highest first.
    fileprivate mutating func removeLines(_ indexes: [Int]) {
        let ranges = indexes.map { lines[$0].bytes }
        var rest = text
        for range in ranges { rest.removeSubrange(range) }
        replace(0..<text.count, with: rest)
    }

    fileprivate mutating func insert(_ words: String, afterLine index: Int) {
        let end = lines[index].bytes.upperBound
        let isOpen = end > 0 && text[end - 1] != .lineFeed
        replace(end..<end, with: (isOpen ? lineEnd : []) + Array(words.utf8) + lineEnd)
    }

    fileprivate mutating func append(section: String, _ words: String) {
        var bytes: [UInt8] = []
        if let last = text.last, last != .lineFeed { bytes += lineEnd }
        if let last = lines.last, last.content != .blank { bytes += lineEnd }
        bytes += Array("[\(section)]".utf8) + lineEnd + Array(words.utf8) + lineEnd
        replace(text.count..<text.count, with: bytes)
    }

    /// As the first line ends.
    private var lineEnd: [UInt8] {
        guard let first = text.firstIndex(of: .lineFeed), first > 0 else { return [.lineFeed] }
        return text[first - 1] == .carriageReturn ? [.carriageReturn, .lineFeed] : [.lineFeed]
    }
}
