// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Foundation
import Glibc
import Platform

/// A node's directories in a folder of their own, with links to the built programs, in which
/// commands are run for real. Removed when its owner lets go.
final class CommandTree {
    enum Layout { case classic, fhs }

    /// What a command said and how it ended.
    struct Outcome: Equatable {
        var output: String
        var error: String
        var exit: Int32
    }

    let root: String
    let layout: Layout
    /// This machine, which the commands take for the local node.
    let node = nodeName()

    init(_ layout: Layout = .classic) throws {
        self.layout = layout
        root =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("ezha-\(UUID().uuidString)").path
        for directory in [bin, conf, state + "/services", proc, run] {
            try makeDirectory(directory)
        }
        for name in ["service", "hb"] { try link(name, to: "hactl") }
        if layout == .fhs { try link("openha", to: "hactl") }
        try write("node1\nnode2\n", to: conf + "/nodes")
        try write("", to: conf + "/services")
        try write("", to: conf + "/monitor")
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var bin: String { layout == .classic ? root + "/bin" : root + "/lib/openha/bin" }
    var conf: String { layout == .classic ? root + "/conf" : root + "/etc/openha" }
    var state: String { layout == .classic ? root : root + "/var" }
    var proc: String { layout == .classic ? root + "/log/proc" : root + "/var/proc" }
    var run: String { root + "/run" }
    var stateFiles: StateFiles { StateFiles(directory: state + "/services") }

    /// Classic commands find their tree by their own path alone.
    var environment: [String: String] {
        var variables = [
            "PATH": "/usr/bin:/bin", "EZ_RUN": run, "TZ": "UTC", "SWIFT_BACKTRACE": "enable=no",
        ]
        guard layout == .fhs else { return variables }
        variables["EZ_BIN"] = bin
        variables["EZ_VAR"] = state
        for name in ["services", "nodes", "monitor"] {
            variables["EZ_\(name.uppercased())"] = "\(conf)/\(name)"
        }
        return variables
    }

    func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    func read(_ path: String) throws -> String {
        String(decoding: try readFile(path), as: UTF8.self)
    }

    /// A script of its own in the tree.
    func script(_ name: String, _ text: String = "exit 0", mode: Int = 0o755) throws -> String {
        let path = "\(root)/\(name)"
        try write("#!/bin/sh\n\(text)\n", to: path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    /// Puts a service into the files as if it had been added long ago.
    func addService(
        _ name: String, on primary: String = "node1", _ first: ServiceState = .frozenStop,
        or secondary: String = "node2", _ second: ServiceState = .frozenStop,
        script: String = "/bin/true"
    ) throws {
        let line = [name, script, primary, secondary, "/bin/true"].joined(separator: "\t")
        try write(try read(conf + "/services") + line + "\n", to: conf + "/services")
        try stateFiles.write(first, name, primary, sync: false)
        try stateFiles.write(second, name, secondary, sync: false)
    }

    /// Runs `<bin>/NAME` and waits for it. Standard input is empty, and no terminal.
    func callAsFunction(
        _ name: String, _ arguments: String..., input: Data = Data(),
        adding variables: [String: String] = [:]
    ) throws -> Outcome {
        try run(name, arguments, input: input, variables)
    }

    func run(
        _ name: String, _ arguments: [String], input: Data = Data(),
        _ variables: [String: String] = [:]
    ) throws -> Outcome {
        let call = "\(root)/call-\(UUID().uuidString)"
        try input.write(to: URL(fileURLWithPath: call + ".in"))
        for suffix in [".out", ".err"] { try write("", to: call + suffix) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(bin)/\(name)")
        process.arguments = arguments
        process.environment = environment.merging(variables) { $1 }
        process.standardInput = FileHandle(forReadingAtPath: call + ".in")
        process.standardOutput = FileHandle(forWritingAtPath: call + ".out")
        process.standardError = FileHandle(forWritingAtPath: call + ".err")
        try process.run()
        process.waitUntilExit()
        return Outcome(
            output: try read(call + ".out"), error: try read(call + ".err"),
            exit: process.terminationStatus)
    }

    private func link(_ name: String, to program: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(bin)/\(name)", withDestinationPath: "\(CommandTree.products)/\(program)")
    }

    /// Where SwiftPM put the programs: beside the bundle of these tests.
    static let products: String = {
        let arguments = CommandLine.arguments
        if let option = arguments.firstIndex(of: "--test-bundle-path"),
            arguments.indices.contains(option + 1)
        {
            var url = URL(fileURLWithPath: arguments[option + 1])
            while url.pathComponents.count > 1 {
                url.deleteLastPathComponent()
                if isExecutable(url.path + "/hactl") { return url.path }
            }
        }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return package.path + "/.build/debug"
    }()
}
