// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import ServiceDrivers

/// What real tools printed, by their command lines: `Recorded/*.txt`.
enum RecordedTexts {
    struct Session {
        fileprivate var results: [String: [CommandResult]] = [:]

        /// What the `turn`th run of a command printed; the first is 0.
        func result(_ line: String, turn: Int = 0) -> CommandResult {
            guard let all = results[line], all.indices.contains(turn) else {
                fatalError("not recorded: \(line) (\(turn))")
            }
            return all[turn]
        }
    }

    static let lvm = session("lvm-2.03.16.txt")

    /// `$ command`, then `O|` and `E|` before the lines of stdout and stderr, then `= code`.
    private static func session(_ file: String) -> Session {
        let url = Bundle.module.url(forResource: "Recorded/" + file, withExtension: nil)
        let text = url.flatMap { try? String(contentsOf: $0, encoding: .utf8) } ?? ""
        var session = Session()
        var (command, output, error) = ("", "", "")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("$ ") {
                (command, output, error) = (String(line.dropFirst(2)), "", "")
            } else if line.hasPrefix("O|") {
                output += line.dropFirst(2) + "\n"
            } else if line.hasPrefix("E|") {
                error += line.dropFirst(2) + "\n"
            } else if line.hasPrefix("= "), let code = Int32(line.dropFirst(2)) {
                let result = CommandResult(.exited(code), output: output, error: error)
                session.results[command, default: []].append(result)
            }
        }
        return session
    }
}

extension CommandResult {
    static let well = CommandResult(.exited(0))
    static func printed(_ text: String) -> CommandResult { CommandResult(.exited(0), output: text) }
    static func failed(_ code: Int32, _ error: String = "", output: String = "") -> CommandResult {
        CommandResult(.exited(code), output: output, error: error)
    }
}

extension LogRecorder {
    /// Without what only `--debug` shows.
    var visible: [String] { lines.filter { !$0.hasPrefix("DEBUG ") } }
}

/// A step that is expected to fail: its reason in an optional of its own.
func failure(of step: () async throws -> Void) async -> StepFailure? {
    do {
        try await step()
        return nil
    } catch {
        return error as? StepFailure
    }
}
