// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the tutorial shows, cut out of it word for word: see `Golden`.
struct Transcripts {
    private let texts: [String: String]

    /// Blocks of "=== NAME (LINE OF THE TUTORIAL): PROMPT" and what was printed there.
    init() throws {
        var texts: [String: String] = [:]
        var name = ""
        for line in try Golden.text("transcripts.txt").components(separatedBy: "\n") {
            if line.hasPrefix("=== ") {
                name = String(line.dropFirst(4).prefix { $0 != " " })
                texts[name] = ""
            } else {
                texts[name, default: ""] += line + "\n"
            }
        }
        self.texts = texts
    }

    subscript(name: String) -> String {
        guard let text = texts[name] else { preconditionFailure("no transcript \(name)") }
        return Masked(text).text
    }
}

enum Golden {
    /// A file of the resource folder.
    static func text(_ name: String) throws -> String {
        let folder = Bundle.module.resourceURL!.appendingPathComponent("Golden")
        return try String(
            contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }
}

/// A transcript without what differs from run to run: times, durations, pids, counts; and without
/// what a terminal adds: escape sequences, carriage returns.
struct Masked {
    let text: String

    init(_ raw: String) {
        var text = raw.replacing("\r\n", with: "\n")
        for (pattern, mask) in Masked.rules {
            text = text.replacingOccurrences(
                of: pattern, with: mask, options: .regularExpression)
        }
        while text.last == "\n" { text.removeLast() }
        self.text = text
    }

    private static let rules = [
        // Escape sequences; a line that erased itself (progress) up to its last return.
        ("\u{1b}\\[[0-9;?]*[A-Za-z]", ""), ("(?m)^[^\\n]*\\r", ""),
        // Trailing blanks (D14).
        ("(?m)[ \\t]+$", ""),
        ("(?m)^\\d\\d:\\d\\d:\\d\\d ", "TT:TT:TT "),
        ("done in \\d+:\\d\\d:\\d\\d(\\.\\d{6})? ", "done in D "),
        ("\\d+/\\d+ files, \\d+/\\d+ blocks", "N/N files, N/N blocks"),
        ("pid \\d+ status", "pid P status"),
        ("updated at [A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d", "updated at T"),
        // The two lines of the tutorial with a typing slip, in the padded form (5.1).
        ("HB#0 +/etc", "HB#0    /etc"),
    ]
}
