// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import ServiceConfig
import ServiceDrivers
import Synchronization
import Testing

@testable import svcmgr

/// A node's directories below a temporary one, and what the commands said.
final class Place: Sendable {
    let root: String
    private let spoken = Mutex<(out: [UInt8], lines: [String])>(([], []))

    init() throws {
        var template = Array("/tmp/ezha-config-XXXXXX".utf8CString)
        root = String(cString: try #require(mkdtemp(&template)))
        try write("/usr/bin/svcmgr", "")
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var directory: ServiceDirectory {
        ServiceDirectory(directories: Directories(root: root), nodeName: "node1")
    }
    private var console: Console {
        Console(
            write: { [self] bytes in spoken.withLock { $0.out += bytes } },
            complain: { [self] line in spoken.withLock { $0.lines.append(line) } })
    }
    var services: ConfigActions { ConfigActions(directory: directory, console: console) }
    var node: NodeCommand { NodeCommand(directory: directory, console: console) }

    /// What was written to stdout since the last call.
    var output: String {
        spoken.withLock { spoken in
            defer { spoken.out = [] }
            return String(decoding: spoken.out, as: UTF8.self)
        }
    }
    /// The lines on stderr since the last call.
    var complaints: [String] {
        spoken.withLock { spoken in
            defer { spoken.lines = [] }
            return spoken.lines
        }
    }

    func path(_ name: String) -> String { "\(root)/etc/opensvc/\(name)" }
    func write(_ path: String, _ text: String) throws {
        let parent = (root + path).split(separator: "/").dropLast().joined(separator: "/")
        try makeDirectory("/" + parent)
        try replaceFile(root + path, with: Array(text.utf8), sync: false)
    }
    func text(_ name: String) -> String? {
        (try? readFile(path(name))).map { String(decoding: $0, as: UTF8.self) }
    }
    func target(_ name: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: path(name))
    }
    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: path(name), withDestinationPath: target)
    }
    func mode(_ name: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path(name)))?[.posixPermissions] as? Int
    }
    /// Everything below etc, with what it holds or where it leads.
    var snapshot: [String: String] {
        let names = (try? directoryEntries(path(""))) ?? []
        return names.reduce(into: [:]) { $0[$1] = text($1) ?? target($1) ?? "directory" }
    }

    /// A service by hand, as the tutorial makes p26.
    func service(_ name: String, _ text: String, suffix: String = "env") throws {
        try write("/etc/opensvc/\(name).\(suffix)", text)
        try link(name, to: root + "/usr/bin/svcmgr")
    }
}
