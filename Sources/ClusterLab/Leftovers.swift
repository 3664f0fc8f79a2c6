// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// What a lab that ended badly, its janitor too, may have left on the machine.
enum Leftovers {
    /// Every lab's directory begins so; the pid of its process follows.
    static let prefix = "/tmp/ezha-lab."

    /// Notes in a new lab's directory which process it belongs to.
    static func claim(_ directory: String) throws {
        try write("\(getpid()) \(startTime(of: getpid()) ?? "-")\n", to: directory + "/owner")
    }

    /// Removes the directories, processes and loop devices of labs whose process is gone.
    static func remove() {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
        for entry in entries where "/tmp/\(entry)".hasPrefix(prefix) {
            let directory = "/tmp/\(entry)"
            guard let owner = try? firstLine(of: directory + "/owner") else { continue }
            let words = owner.split(separator: " ").map(String.init)
            guard words.count == 2, let process = pid_t(words[0]) else { continue }
            // The pid may be somebody else's by now: then the start time differs.
            if startTime(of: process) == words[1] { continue }
            // The lab's janitor may just be at it.
            if janitorLives(directory) { continue }
            endNodes(of: directory)
            _ = try? Command(["rm", "-rf", directory]).run()
        }
    }

    private static func endNodes(of directory: String) {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for entry in entries where entry.hasPrefix("node") {
            guard let line = try? firstLine(of: "\(directory)/\(entry)/init"),
                let process = pid_t(line), commandLine(of: process).contains(directory)
            else { continue }
            kill(process, SIGKILL)
        }
    }

    private static func janitorLives(_ directory: String) -> Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.contains { entry in
            guard let process = pid_t(entry) else { return false }
            return commandLine(of: process).contains(directory + "/janitor")
        }
    }

    private static func commandLine(of process: pid_t) -> String {
        (try? text(of: "/proc/\(process)/cmdline")) ?? ""
    }

    /// Field 22 of /proc/PID/stat: tells apart processes that had the same pid.
    private static func startTime(of process: pid_t) -> String? {
        guard let stat = try? text(of: "/proc/\(process)/stat"),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[end...].split(separator: " ")
        return fields.count > 20 ? String(fields[20]) : nil
    }
}
