// SPDX-License-Identifier: Apache-2.0

import Config

/// One entry of a file of lines: where it stands, and its words.
struct FileEntry: Hashable {
    /// 0 where the parser does not say.
    var line: Int
    var columns: [String]
}

/// A file of which each line counts by itself.
///
/// Findings name lines that exist. A broken line, before or behind, changes no other; and the lines
/// that counted count alike when nothing else is in the file.
struct LineFile: Sendable {
    let parse: @Sendable ([UInt8]) -> Parsed<[FileEntry]>
    /// Lines that cannot count.
    let brokenLines: [[UInt8]]

    static let unreadable: [[UInt8]] = [[0x61, 0], [0xFF, 0xFE], [0x61, 0x1B, 0x63]]

    static let nodes = LineFile(
        parse: { text in
            let parsed = NodesFile.parse(text, file: "nodes")
            let entries = parsed.value.names.map { FileEntry(line: 0, columns: [$0]) }
            return Parsed(entries, findings: parsed.findings)
        },
        brokenLines: unreadable + [Array("a/b c".utf8), Array("..".utf8)])

    func examine(_ text: [UInt8]) -> FuzzOutcome {
        let parsed = parse(text)
        let broken =
            linesBroken(parsed, of: text) ?? appendingBroken(parsed, text)
            ?? prependingBroken(parsed, text) ?? aloneBroken(parsed)
        return FuzzOutcome(accepted: parsed.value.count, broken: broken)
    }

    /// Lines of a text, as an editor counts them.
    static func count(_ text: [UInt8]) -> Int {
        text.count { $0 == 0x0A } + (text.isEmpty || text.last == 0x0A ? 0 : 1)
    }

    static func line(_ finding: Finding, isIn text: [UInt8]) -> Bool {
        (0...count(text)).contains(finding.line)
    }

    private func linesBroken(_ parsed: Parsed<[FileEntry]>, of text: [UInt8]) -> String? {
        if let finding = parsed.findings.first(where: { !Self.line($0, isIn: text) }) {
            return "\(finding), in \(Self.count(text)) lines"
        }
        let numbers = parsed.value.map(\.line).filter { $0 != 0 }
        guard zip(numbers, numbers.dropFirst()).allSatisfy(<), numbers.last ?? 0 <= Self.count(text)
        else { return "lines \(numbers)" }
        return nil
    }

    private func appendingBroken(_ parsed: Parsed<[FileEntry]>, _ text: [UInt8]) -> String? {
        let end: [UInt8] = text.isEmpty || text.last == 0x0A ? [] : [0x0A]
        for line in brokenLines {
            let longer = parse(text + end + line)
            let new = Self.count(text) + 1
            guard longer.value == parsed.value else { return "behind it, \(line) changes values" }
            guard longer.findings.filter({ $0.line != new }) == parsed.findings,
                longer.findings.contains(where: { $0.line == new && !$0.isWarning })
            else { return "behind it, \(line) is not what is found: \(longer.findings)" }
        }
        return nil
    }

    private func prependingBroken(_ parsed: Parsed<[FileEntry]>, _ text: [UInt8]) -> String? {
        for line in brokenLines {
            let longer = parse(line + [0x0A] + text)
            let moved = parsed.value.map { entry in
                FileEntry(line: entry.line == 0 ? 0 : entry.line + 1, columns: entry.columns)
            }
            guard longer.value == moved, longer.findings.count == parsed.findings.count + 1 else {
                return "before it, \(line) changes what is found: \(longer.findings)"
            }
        }
        return nil
    }

    private func aloneBroken(_ parsed: Parsed<[FileEntry]>) -> String? {
        let lines = parsed.value.map { $0.columns.joined(separator: "\t") + "\n" }
        let alone = parse(Array(lines.joined().utf8))
        guard alone.value.map(\.columns) == parsed.value.map(\.columns) else {
            return "without the rest, \(parsed.value) are \(alone.value)"
        }
        let error = alone.findings.first { !$0.isWarning && $0.line > 0 }
        return error.map { "without the rest: \($0)" }
    }
}
