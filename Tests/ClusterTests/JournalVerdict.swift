// SPDX-License-Identifier: Apache-2.0
import DecisionJournal
import Foundation

/// What became of a node's decision journal when the core was asked once more.
struct JournalVerdict: CustomStringConvertible {
    private(set) var replay = JournalReplay()
    private(set) var lines = 0
    /// The first line that differs or makes no sense.
    private(set) var fault: String?

    init(path: String) {
        let text = FileManager.default.contents(atPath: path) ?? Data()
        // What follows the last end of a line is being written.
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            lines += 1
            do throws(JournalError) {
                guard let found = try replay.take(line, line: lines) else { continue }
                fault = "\(found) \(String(decoding: line.prefix(2000), as: UTF8.self))"
                return
            } catch {
                fault = "\(error) \(String(decoding: line.prefix(2000), as: UTF8.self))"
                return
            }
        }
    }

    var description: String {
        "\(lines) lines, \(replay.decisions) decisions, \(replay.nmondStarts) starts, "
            + "\(replay.actions) actions, \(replay.gaps) gaps, \(replay.unchecked) unchecked; "
            + "\(fault ?? "all the same")"
    }
}
