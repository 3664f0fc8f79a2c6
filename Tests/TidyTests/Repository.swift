// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files of this repository, as they stand in the working copy.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The files below a folder, by their paths from the root, without hidden ones.
    static func files(in folder: String, suffixes: String...) -> [String] {
        let names = FileManager.default.enumerator(atPath: root + "/" + folder)
        return (names?.compactMap { $0 as? String } ?? [])
            .filter { name in suffixes.isEmpty || suffixes.contains { name.hasSuffix($0) } }
            .map { "\(folder)/\($0)" }
            .filter { path in
                var isFolder: ObjCBool = false
                FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder)
                return !isFolder.boolValue && !path.contains("/.")
            }.sorted()
    }

    static func text(_ path: String) -> String {
        let data = FileManager.default.contents(atPath: root + "/" + path) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    static func lines(_ path: String) -> [String] {
        text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root + "/" + path)
    }

    static let swift = ["Sources", "Tests"].flatMap { files(in: $0, suffixes: ".swift") }
    static let c = ["CShims", "Tests"].flatMap { files(in: $0, suffixes: ".c", ".h") }
    static let scripts =
        files(in: "init").filter { lines($0).first?.hasPrefix("#!/bin/sh") == true }
        + files(in: "init", suffixes: ".sh") + [".ci/run"]
    static let manualPages = files(in: "docs/man")

    /// What a source file imports, attributes and submodules left out.
    static func imports(_ path: String) -> [String] {
        lines(path).compactMap { line in
            let words = line.split(separator: " ")
            guard let position = words.firstIndex(of: "import"), words.count > position + 1,
                words[..<position].allSatisfy({ $0.hasPrefix("@") || $0 == "package" })
            else { return nil }
            return String(words[position + 1].prefix { $0 != "." })
        }
    }
}
