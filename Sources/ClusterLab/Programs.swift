// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The built programs, gathered in `bin` directories as an installation has them.
package enum Programs {
    /// The repository's root.
    package static let repository: String = {
        let file = URL(fileURLWithPath: #filePath)
        return file.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }()

    /// Where the compiler put the executables: beside the one that runs now.
    ///
    /// The tests' helper lives elsewhere, but its arguments name the test bundle.
    package static let built: String = {
        var candidates = CommandLine.arguments.map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().path
        }
        if let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            candidates.append(URL(fileURLWithPath: own).deletingLastPathComponent().path)
        }
        candidates.append(repository + "/.build/debug")
        let named = ProcessInfo.processInfo.environment["EZHA_BUILT"]
        return named ?? candidates.first { access($0 + "/heartbeat", X_OK) == 0 }
            ?? repository + "/.build/debug"
    }()

    /// Whether an executable of that name has been built.
    package static func isBuilt(_ name: String) -> Bool { access("\(built)/\(name)", X_OK) == 0 }

    /// The names of the heartbeat binary.
    package static let heartbeatNames = [
        "nmond", "heartd", "heartc", "heartd_unicast", "heartc_unicast", "heartd_dio",
        "heartc_dio", "heartd_raw", "heartc_raw", "ezguard", "ezwriter", "ezjournal",
    ]
    /// The names of the command binary.
    package static let commandNames = ["service", "hb", "openha"]

    /// Makes `bin` (the product) and, if the plan has one, `legacy/bin` in a lab's directory.
    static func install(in directory: String, plan: Lab.Plan) throws {
        for (path, content) in [
            (directory + "/janitor.ready", nil), (directory + "/node-init", NodeInit.script),
        ] {
            if let content { try write(content, to: path) } else { unlink(path) }
        }
        let bin = directory + "/bin"
        try makeDirectory(bin)
        if access(built + "/heartbeat", X_OK) == 0 {
            try copy(built + "/heartbeat", to: bin + "/heartbeat", named: heartbeatNames)
        }
        if access(built + "/hactl", X_OK) == 0 {
            // Clients take an `openha` in the PATH for the other layout.
            let names = plan.layout == .fhs ? commandNames : commandNames.filter { $0 != "openha" }
            try copy(built + "/hactl", to: bin + "/hactl", named: names)
        }
        for (peer, name) in Set(plan.legacy.values).map({ ($0, $0.directoryName) }) {
            let bin = "\(directory)/\(name)"
            try makeDirectory(bin)
            guard access(built + "/lab", X_OK) == 0 else {
                throw LabError.notPossibleHere("\(built)/lab is not built")
            }
            try copy(built + "/lab", to: bin + "/legacy", named: LegacyPeer.programNames)
            try write(peer.layout.rawValue + "\n", to: bin + "/layout")
        }
    }

    /// Copies a binary (it must not change while a node runs it) and gives it its names.
    private static func copy(_ binary: String, to target: String, named names: [String]) throws {
        // By another process: a descriptor of ours, open for writing, could leak into a program that
        // another thread starts just now, and the copy could not be executed ("text file busy").
        try Command(["cp", binary, target]).check()
        let directory = URL(fileURLWithPath: target).deletingLastPathComponent().path
        for name in names
        where symlink(
            URL(fileURLWithPath: target).lastPathComponent,
            "\(directory)/\(name)") != 0
        {
            throw LabError.failed("cannot link \(directory)/\(name): errno \(errno)")
        }
    }
}

extension Lab {
    /// Puts a new version of the programs in the place of the old one, as a package does: by a rename,
    /// so that what runs goes on as it is.
    package func replacePrograms() throws {
        for name in ["heartbeat", "hactl"] {
            let path = "\(directory)/bin/\(name)"
            try Command(["cp", path, path + ".new"]).check()
            guard rename(path + ".new", path) == 0 else {
                throw LabError.failed("rename \(path): errno \(errno)")
            }
        }
    }
}
