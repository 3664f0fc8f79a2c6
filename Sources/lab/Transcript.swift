// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import Foundation

/// What the demo shows: when, where, what was typed, and what came of it.
final class Transcript {
    private let isInColor: Bool
    private let start = LabClock.now

    init(inColor: Bool) { isInColor = inColor }

    /// How something is made to stand out on a terminal.
    enum Look: String {
        case plain = ""
        case faint = "2"
        case typed = "1"
        case good = "32"
        case busy = "33"
        case bad = "1;31"
    }

    /// A chapter's title.
    func chapter(_ title: String) {
        show("")
        show("        " + look(title, .typed))
        show("")
    }

    /// What is typed on a node, or on both.
    func typed(_ command: String, on place: String) {
        line(at: LabClock.now, place, look("# " + command, .typed))
    }

    /// What it printed.
    func output(_ text: String) {
        guard !text.isEmpty else { return }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for line in text.hasSuffix("\n") ? lines.dropLast() : lines {
            show("                    " + colored(String(line)))
        }
    }

    /// What happened by itself.
    func event(_ text: String, on place: String, at time: Duration, _ kind: Look = .plain) {
        line(at: time, place, look("=> " + text, kind))
    }

    /// A remark.
    func note(_ text: String) { show("        " + look(text, .faint)) }

    /// What went wrong.
    func failure(_ text: String) { show("        " + look("FAILED: " + text, .bad)) }

    private func line(at time: Duration, _ place: String, _ text: String) {
        let seconds = String(format: "%6.2f", (time - start).inSeconds)
        let column = place.padding(toLength: 6, withPad: " ", startingAt: 0)
        show("\(look(seconds + " s", .faint))  \(column)    \(text)")
    }

    /// States and link judgements in their colours.
    private func colored(_ line: String) -> String {
        guard isInColor else { return line }
        var line = line
        for (word, kind) in [
            ("START_READY", Look.busy), ("STARTING", .busy), ("STARTED", .good), (" UP,", .good),
            ("UNKNOWN", .bad), (" DOWN", .bad),
        ] {
            line = line.replacingOccurrences(of: word, with: look(word, kind))
        }
        return line
    }

    private func look(_ text: String, _ kind: Look) -> String {
        isInColor && kind != .plain ? "\u{1b}[\(kind.rawValue)m\(text)\u{1b}[0m" : text
    }

    private func show(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
