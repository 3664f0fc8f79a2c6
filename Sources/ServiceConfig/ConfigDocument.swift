// SPDX-License-Identifier: Apache-2.0

/// The text of a configuration file, byte for byte, and what it says.
///
/// Editing changes the lines it is about and no other byte: see `set`. Source: opensvc.md 1.3.
package struct ConfigDocument: Equatable, Sendable {
    /// `keyword = value`, the last definition in its section.
    package struct Entry: Equatable, Sendable {
        /// Lower case, with its scope: `ipname@node1`.
        package let key: String
        /// Without comments; several lines are joined by a line feed.
        package let value: String
        /// From 1.
        package let line: Int
    }

    /// All that stands under one name, however often the name appears.
    package struct Section: Equatable, Sendable {
        package let name: String
        /// Of its first header.
        package let line: Int
        /// In the order of their first appearance.
        package fileprivate(set) var entries: [Entry]
    }

    /// Where it was read, for messages.
    package let file: String
    package private(set) var text: [UInt8]
    /// In the order of their first appearance.
    package private(set) var sections: [Section]
    /// The lines that cannot be read.
    package private(set) var malformed: [ConfigFinding]
    private(set) var lines: [ConfigLine]

    package init(file: String, text: [UInt8]) {
        self.file = file
        self.text = text
        (lines, sections, malformed) = ([], [], [])
        read()
    }

    package init(file: String, text: String) { self.init(file: file, text: Array(text.utf8)) }

    package func section(_ name: String) -> Section? {
        let name = sectionName(name)
        return sections.first { $0.name == name }
    }

    /// The entry under exactly this key, its scope included.
    package func entry(_ key: String, in section: String) -> Entry? {
        let key = key.lowercased()
        return self.section(section)?.entries.first { $0.key == key }
    }

    package func value(_ key: String, in section: String) -> String? {
        entry(key, in: section)?.value
    }

    /// Puts bytes in place of others, and reads it all anew.
    mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        text.replaceSubrange(range, with: bytes)
        read()
    }

    private mutating func read() {
        lines = ConfigLine.lines(of: text)
        (sections, malformed) = ([], [])
        var current: Int?
        for (index, line) in lines.enumerated() {
            switch line.content {
            case .blank, .comment, .continuation: break
            case .section(let name): current = sectionIndex(name, line: line.number)
            case .entry(let key, let value):
                guard let current else {
                    refuse(line, "stands before the first [section]")
                    continue
                }
                let words = words(at: index, first: value)
                define(Entry(key: key, value: words, line: line.number), in: current)
            case .refused(let reason): refuse(line, reason)
            }
        }
    }

    private mutating func refuse(_ line: ConfigLine, _ reason: String) {
        malformed.append(
            ConfigFinding(.unusable, file: file, line: line.number, reason: "this line \(reason)"))
    }

    private mutating func sectionIndex(_ name: String, line: Int) -> Int {
        if let known = sections.firstIndex(where: { $0.name == name }) { return known }
        sections.append(Section(name: name, line: line, entries: []))
        return sections.count - 1
    }

    private mutating func define(_ entry: Entry, in section: Int) {
        if let old = sections[section].entries.firstIndex(where: { $0.key == entry.key }) {
            sections[section].entries[old] = entry
        } else {
            sections[section].entries.append(entry)
        }
    }

    /// The value of the entry in line `index`, with the lines that continue it.
    private func words(at index: Int, first: Range<Int>) -> String {
        var parts = first.isEmpty ? [] : [first]
        for line in lines[(index + 1)...] {
            if case .continuation(let more) = line.content {
                parts.append(more)
            } else if !line.isSkipped {
                break
            }
        }
        return parts.map { String(decoding: text[$0], as: UTF8.self) }.joined(separator: "\n")
    }
}

extension ConfigLine {
    /// A value goes on behind it: blank lines and comments end none.
    var isSkipped: Bool { content == .blank || content == .comment }
}
