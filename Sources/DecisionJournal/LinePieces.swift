// SPDX-License-Identifier: Apache-2.0

/// A line too long for one datagram travels, and stands in the file, as several: each a piece of its
/// text.
package enum LinePieces {
    /// The longest line as it is; the pieces of a longer one.
    package static let limit = 24_000

    package static func split(_ line: [UInt8]) -> [[UInt8]] {
        guard line.count > limit else { return [line] }
        var pieces: [String] = []
        var rest = line[...]
        while !rest.isEmpty {
            var end = min(rest.startIndex + limit, rest.endIndex)
            // Not within a character.
            while end < rest.endIndex, rest[end] & 0xC0 == 0x80 { end -= 1 }
            pieces.append(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
            rest = rest[end...]
        }
        return pieces.enumerated().map { index, text in
            JournalValue.members(
                ("piece", JournalValue(index + 1)), ("of", JournalValue(pieces.count)),
                ("text", .text(text))
            ).bytes
        }
    }
}

/// Puts pieces together again.
struct LineJoiner {
    private var text = ""
    private var count = 0

    /// - Returns: The whole line, once its last piece is there; nil before, and when some are missing.
    mutating func take(_ fields: Fields) throws(Misfit) -> String? {
        let piece: Int = try fields.integer("piece")
        let all: Int = try fields.integer("of")
        let next = try fields.text("text")
        if piece == 1 { (text, count) = ("", 0) }
        guard piece == count + 1, piece <= all else {
            (text, count) = ("", 0)
            return nil
        }
        text += next
        count += 1
        guard piece == all else { return nil }
        defer { (text, count) = ("", 0) }
        return text
    }
}
