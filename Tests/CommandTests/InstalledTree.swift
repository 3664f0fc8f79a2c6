// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Foundation
import Glibc
import Platform

/// A classic tree as `make install` makes it, with the programs of this build, whose daemons run for
/// real: one link to a peer that never speaks, and one service. Ends them with its owner.
final class InstalledTree {
    let root: String
    let node = nodeName()
    let port = 20_000 + Int(getpid()) % 10_000 + Int.random(in: 0..<10_000)
    var bin: String { root + "/bin" }
    var states: StateFiles { StateFiles(directory: root + "/services") }
    var state: ServiceState { states.read("svc1", node) }

    init() throws {
        let temporary = NSTemporaryDirectory()
        root =
            (temporary.hasSuffix("/") ? String(temporary.dropLast()) : temporary)
            + "/ezha-\(UUID().uuidString.prefix(8))"
        let made = try execute(
            "/usr/bin/make",
            [
                "-s", "-C", InstallTests.repository, "install", "PARTS=cluster", "PREFIX=\(root)",
                "INSTALL_BINARIES=\(CommandTree.products)",
            ])
        precondition(made.exit == 0, made.output)
        try write("\(node)\npeer\n", to: "conf/nodes")
        // A timeout longer than any test: the peer stays undecided, and nothing starts by itself.
        try write(
            "\(node) unicast lo 127.0.0.1 \(port) 60\npeer unicast lo 127.0.0.9 \(port + 1) 60\n",
            to: "conf/monitor")
        try write("#!/bin/sh\necho $1 >>\(root)/calls\n", to: "script")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: root + "/script")
        try write("svc1 \(root)/script \(node) peer /bin/true\n", to: "conf/services")
        try states.write(.stopped, "svc1", node, sync: false)
    }

    deinit {
        for pid in daemons.values { kill(pid, SIGKILL) }
        try? FileManager.default.removeItem(atPath: root)
    }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(file)"))
    }

    var calls: String {
        String(decoding: (try? readFile(root + "/calls")) ?? [], as: UTF8.self)
    }

    /// Runs the launcher; `HEARTBEAT_TALK_DELAY_ON_START` is 0.
    func launcher(
        _ verb: String, by link: String = "ezha", adding variables: [String: String] = [:]
    )
        throws -> (output: String, exit: Int32)
    {
        try execute("\(root)/\(link)", [verb], variables)
    }

    func execute(_ program: String, _ arguments: [String], _ variables: [String: String] = [:])
        throws -> (output: String, exit: Int32)
    {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let basics = [
            "PATH": "/usr/bin:/bin", "EZ_RUN": root + "/run", "HEARTBEAT_TALK_DELAY_ON_START": "0",
        ]
        process.environment = basics.merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        // Ends when the last process that inherited the pipe has closed it: daemons must not.
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }

    /// The holders of this tree's locks, by key.
    var daemons: [String: Int32] {
        let proc = root + "/log/proc"
        let files = ((try? directoryEntries(proc)) ?? []).filter { $0.hasSuffix(".key") }
        return Dictionary(
            uniqueKeysWithValues: files.compactMap { file in
                lockHolder("\(proc)/\(file)").map { (String(file.dropLast(4)), $0) }
            })
    }

    /// Argument vectors of all processes that were started from `directory`, joined by blanks.
    func processes(from directory: String) -> [String] {
        let pids = ((try? directoryEntries("/proc")) ?? []).filter { Int32($0) != nil }
        return pids.compactMap { pid -> String? in
            guard let bytes = try? readFile("/proc/\(pid)/cmdline") else { return nil }
            let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            let line = words.joined(separator: " ")
            return line.hasPrefix(directory + "/")
                ? String(line.dropFirst(directory.count + 1)) : nil
        }.sorted()
    }

    /// Waits until a condition holds, at most a minute.
    func eventually(_ condition: () -> Bool) -> Bool {
        for _ in 0..<6000 {
            if condition() { return true }
            usleep(10_000)
        }
        return condition()
    }
}
