// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Writes a small file, replacing it.
func write(_ text: String, to path: String) throws {
    do {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
        throw LabError.failed("cannot write \(path): \(error)")
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
