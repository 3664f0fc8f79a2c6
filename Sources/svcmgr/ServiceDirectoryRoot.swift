// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers

extension Directories {
    /// Below `OSVC_ROOT_PATH`, from the environment, else from the first of these files that sets
    /// it; else below `/`.
    ///
    /// Source: opensvc.md 1.1.
    static func located(
        environment: [String: String] = environmentVariables(),
        settings: [String] = ["/etc/default/opensvc", "/etc/sysconfig/opensvc"]
    ) throws(Refusal) -> Directories {
        var root = environment["OSVC_ROOT_PATH"]
        for file in settings where root == nil {
            guard let bytes = try? readFile(file) else { continue }
            root = assignment("OSVC_ROOT_PATH", in: String(decoding: bytes, as: UTF8.self))
        }
        var path = root ?? ""
        while path.hasSuffix("/") { path.removeLast() }
        guard path.isEmpty || path.hasPrefix("/") else {
            throw Refusal("OSVC_ROOT_PATH is '\(path)': it has to begin with '/'")
        }
        return Directories(root: path)
    }

    /// The value of `NAME=value`, `export NAME="value"` in shell style; the last one counts.
    private static func assignment(_ name: String, in text: String) -> String? {
        var value: String?
        for line in text.split(separator: "\n") {
            var words = line.trimmed
            if words.hasPrefix("export ") { words = words.dropFirst("export ".count).trimmed }
            guard words.hasPrefix(name + "=") else { continue }
            let rest = words.dropFirst(name.count + 1)
            if let quote = rest.first, quote == "\"" || quote == "'" {
                value = String(rest.dropFirst().prefix { $0 != quote })
            } else {
                value = String(rest.prefix { $0 != " " && $0 != "\t" && $0 != "#" })
            }
        }
        return value
    }
}
