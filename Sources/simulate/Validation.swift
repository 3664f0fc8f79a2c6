// SPDX-License-Identifier: Apache-2.0

import DecisionJournal
import Platform

/// Asks the core once more for each decision of these journals, and says of each file in one line what
/// came of it.
///
/// - Returns: 0 if all decisions are the same, 1 if one differs or a file makes no sense.
func validateJournals(_ files: [String]) -> Int32 {
    var isGood = true
    for file in files where !validate(file) { isGood = false }
    return isGood ? 0 : 1
}

private func validate(_ file: String) -> Bool {
    let bytes: [UInt8]
    do throws(SystemError) {
        bytes = try readFile(file, limit: 1 << 30)
    } catch {
        print("\(file): \(error)")
        return false
    }
    var replay = JournalReplay()
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What follows the last end of a line: nothing, or a line that is being written.
    let rest = lines.popLast() ?? []
    for (index, line) in lines.enumerated() {
        do throws(JournalError) {
            guard let found = try replay.take(line, line: index + 1) else { continue }
            print("\(file):\(found.line): \(found.decision) differs after \(summary(replay))")
            print("  recorded: \(found.recorded)")
            print("  now:      \(found.now)")
            return false
        } catch {
            print("\(file):\(error.line): \(error.reason); before it \(summary(replay))")
            return false
        }
    }
    let cut = rest.isEmpty ? "" : ", the last line is cut off"
    print("\(file): \(lines.count) lines, \(summary(replay)), all the same\(cut)")
    return true
}

private func summary(_ replay: JournalReplay) -> String {
    var parts = [
        "\(replay.decisions) decisions of \(replay.nmondStarts) starts and "
            + "\(replay.actions) actions"
    ]
    if replay.gaps > 0 { parts.append("\(replay.gaps) gaps") }
    if replay.unchecked > 0 { parts.append("\(replay.unchecked) lines without their beginning") }
    return parts.joined(separator: ", ")
}
