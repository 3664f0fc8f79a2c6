// SPDX-License-Identifier: Apache-2.0

/// The text of `<var>/<svc>/resource.status.last.<rid>` (opensvc.md 3.7): the status, then one line
/// per note.
package enum StatusCache {
    package static func encode(_ evaluation: Evaluation) -> String {
        let notes = evaluation.notes.flatMap { note in
            note.lines.map { "\(note.level.rawValue): \($0)" }
        }
        return ([evaluation.status.rawValue] + notes).map { $0 + "\n" }.joined()
    }

    /// - Returns: nil unless it begins with a status and ends with a line feed: a file that was cut
    ///   short says nothing. A line without a level is an `info`.
    package static func decode(_ text: String) -> Evaluation? {
        guard text.hasSuffix("\n") else { return nil }
        let lines = text.split(separator: "\n")
        guard let first = lines.first, let status = Status(rawValue: String(first)) else {
            return nil
        }
        return Evaluation(status, lines.dropFirst().map(note))
    }

    private static func note(_ line: Substring) -> StatusNote {
        for level in [StatusNote.Level.info, .warn, .error] {
            let prefix = "\(level.rawValue): "
            if line.hasPrefix(prefix) {
                return StatusNote(level, String(line.dropFirst(prefix.count)))
            }
        }
        return StatusNote(.info, String(line))
    }
}

extension StatusNote {
    /// Its text line by line, without empty ones and carriage returns: a program may have said it.
    var lines: [String] {
        text.unicodeScalars.split(separator: "\n").map { line in
            String(String.UnicodeScalarView(line.filter { $0 != "\r" }))
        }.filter { !$0.isEmpty }
    }
}
