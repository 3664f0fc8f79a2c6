// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Writes a small file, replacing what it held.
///
/// Close-on-exec, so that no program started by another thread keeps a script open for writing.
func write(_ text: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    let bytes = Array(text.utf8)
    guard descriptor >= 0 else { throw LabError.failed("cannot write \(path): errno \(errno)") }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
        throw LabError.failed("cannot write \(path): errno \(errno)")
    }
}

/// The whole of a small text file.
func text(of path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw LabError.failed("cannot read \(path)")
    }
    return String(decoding: data, as: UTF8.self)
}

/// The first line of a small text file, without its end.
func firstLine(of path: String) throws -> String {
    try text(of: path).split(separator: "\n").first.map(String.init) ?? ""
}

/// Makes a directory and its ancestors, unless it is there.
func makeDirectory(_ path: String) throws {
    do {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    } catch {
        throw LabError.failed("cannot make \(path): \(error)")
    }
}
