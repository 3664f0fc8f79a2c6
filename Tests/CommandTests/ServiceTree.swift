// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Platform

/// A node's service manager in a folder of its own: `OSVC_ROOT_PATH`, the built svcmgr, and stand-ins
/// for the programs that would change the machine. Removed when its owner lets go.
final class ServiceTree {
    typealias Outcome = CommandTree.Outcome

    let root: String
    /// This machine, which svcmgr takes for the local node.
    let node = nodeName().lowercased()

    init() throws {
        root =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("svcmgr-\(UUID().uuidString.prefix(8))").path
        for directory in [etc, bin, root + "/stand-ins"] { try makeDirectory(directory) }
        for name in ["svcmgr", "nodemgr", "svcmon"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(bin)/\(name)", withDestinationPath: CommandTree.products + "/svcmgr")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var etc: String { root + "/etc/opensvc" }
    var state: String { root + "/var/lib/opensvc" }
    var log: String { root + "/var/log/opensvc" }
    var bin: String { root + "/usr/bin" }

    var environment: [String: String] {
        [
            "OSVC_ROOT_PATH": root, "PATH": "\(root)/stand-ins:/usr/bin:/bin", "TZ": "UTC",
            "SWIFT_BACKTRACE": "enable=no", "HOME": root,
        ]
    }

    func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// A service by its file's text, with link and launcher directory as in the tutorial.
    func addService(_ name: String, _ configuration: String = "", suffix: String = "conf") throws {
        try write(configuration, to: "\(etc)/\(name).\(suffix)")
        try makeDirectory("\(etc)/\(name).dir")
        try link("\(etc)/\(name).d", to: "\(name).dir")
        try link("\(etc)/\(name)", to: "\(bin)/svcmgr")
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    /// A launcher of a service.
    func launcher(_ name: String, of service: String, _ text: String) throws {
        try script("\(etc)/\(service).dir/\(name)", text)
    }

    /// A program that svcmgr finds in place of the machine's.
    func standIn(_ name: String, _ text: String) throws {
        try script("\(root)/stand-ins/\(name)", text)
    }

    private func script(_ path: String, _ text: String) throws {
        try write("#!/bin/sh\n\(text)\n", to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    @discardableResult
    func svcmgr(_ arguments: String..., adding: [String: String] = [:]) throws -> Outcome {
        try run("\(bin)/svcmgr", arguments, adding)
    }

    func nodemgr(_ arguments: String...) throws -> Outcome { try run("\(bin)/nodemgr", arguments) }

    /// Calls a link of a service: `svc1`, `svc1.cluster`.
    func call(_ link: String, _ arguments: String...) throws -> Outcome {
        try run("\(etc)/\(link)", arguments)
    }

    func run(_ program: String, _ arguments: [String], _ more: [String: String] = [:]) throws
        -> Outcome
    {
        let running = try start(program, arguments, more)
        return try running.outcome()
    }

    func start(_ program: String, _ arguments: [String], _ more: [String: String] = [:]) throws
        -> Running
    {
        try Running(
            program, arguments, environment.merging(more) { $1 },
            "\(root)/call-\(UUID().uuidString)")
    }

    /// Under a pseudo terminal, of 80 columns; what `input` holds is typed at once.
    func onTerminal(_ command: String, input: String = "", _ more: [String: String] = [:]) throws
        -> Outcome
    {
        let file = "\(root)/typed-\(UUID().uuidString)"
        try write(input, to: file)
        let running = try Running(
            "/usr/bin/script", ["-qefc", "stty cols 80 rows 24; \(command)", "/dev/null"],
            environment.merging(["TERM": "xterm"]) { $1 }.merging(more) { $1 },
            "\(root)/call-\(UUID().uuidString)", input: file)
        return try running.outcome()
    }
}

/// A command under way.
final class Running {
    let process = Process()
    private let files: String

    init(
        _ program: String, _ arguments: [String], _ environment: [String: String], _ files: String,
        input: String = "/dev/null"
    ) throws {
        self.files = files
        for suffix in [".out", ".err"] {
            try Data().write(to: URL(fileURLWithPath: files + suffix))
        }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle(forReadingAtPath: input)
        process.standardOutput = FileHandle(forWritingAtPath: files + ".out")
        process.standardError = FileHandle(forWritingAtPath: files + ".err")
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var output: String { text(".out") }
    var error: String { text(".err") }
    private func text(_ suffix: String) -> String {
        String(decoding: (try? readFile(files + suffix)) ?? [], as: UTF8.self)
    }

    func signal(_ number: CInt) { kill(process.processIdentifier, number) }

    func outcome() throws -> CommandTree.Outcome {
        process.waitUntilExit()
        let code = process.terminationStatus
        return CommandTree.Outcome(
            output: output, error: error,
            exit: process.terminationReason == .exit ? code : -code)
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
