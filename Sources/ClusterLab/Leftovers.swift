// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// What a lab that ended badly, its janitor too, may have left on the machine.
///
/// A lab and its janitor hold a shared lock on the file `owner` in the lab's directory for as long
/// as they live; a directory whose lock is free belongs to nobody.
enum Leftovers {
    /// Every lab's directory begins so; the pid of its process follows.
    static let prefix = "/tmp/ezha-lab."

    /// Makes and locks the mark of a new lab's directory; the lab keeps the descriptor.
    static func claim(_ directory: String) throws -> CInt {
        let owner = open(directory + "/owner", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard owner >= 0, flock(owner, LOCK_SH) == 0 else {
            throw LabError.failed("cannot claim \(directory): errno \(errno)")
        }
        return owner
    }

    /// Removes directories and processes of labs that nobody holds any more.
    static func remove() {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
        for entry in entries where "/tmp/\(entry)".hasPrefix(prefix) {
            let directory = "/tmp/\(entry)"
            let owner = open(directory + "/owner", O_RDWR | O_CLOEXEC)
            guard owner >= 0 else { continue }
            if flock(owner, LOCK_EX | LOCK_NB) == 0 {
                endNodes(of: directory)
                _ = try? Command(["rm", "-rf", directory]).run()
            }
            close(owner)
        }
    }

    private static func endNodes(of directory: String) {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for entry in entries where entry.hasPrefix("node") {
            guard let line = try? firstLine(of: "\(directory)/\(entry)/init"),
                let process = pid_t(line),
                let arguments = try? text(of: "/proc/\(process)/cmdline"),
                arguments.contains(directory)
            else { continue }
            kill(process, SIGKILL)
        }
    }
}
