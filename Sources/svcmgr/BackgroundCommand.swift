// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceDrivers

/// A command that outlives us: in a session of its own, with its output in cmdworker.log.
struct BackgroundCommand {
    private let words: [String]
    private let log: LogFile

    init(_ words: [String], directories: Directories) {
        self.words = words
        log = LogFile(directories.log + "/cmdworker.log")
    }

    func start() {
        note("INFO", words.joined(separator: " "))
        log.flush()
        var options = ChildProcess.Options()
        options.newSession = true
        options.input = .null
        options.output = .append(log.path)
        options.error = .append(log.path)
        options.directory = "/"
        do {
            _ = try ChildProcess(words[0], words, options: options)
        } catch {
            note("ERROR", "\(error)")
        }
    }

    private func note(_ level: String, _ text: String) {
        log.append("\(TimeOfDay.now.stamp) - cmdworker - \(level) - \(text)\n")
    }
}
