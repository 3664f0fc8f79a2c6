// SPDX-License-Identifier: Apache-2.0

/// The environment first, then the tunables file; an empty value counts as unset.
struct Settings {
    private let variables: [String: String]
    private let file: String
    private let entries: [String: TunablesFile.Entry]
    private(set) var findings: [Finding]

    init(variables: [String: String], tunables: (file: String, text: [UInt8])?) {
        self.variables = variables.filter { !$0.value.isEmpty }
        file = tunables?.file ?? ""
        let parsed = tunables.map { TunablesFile.parse($0.text, file: $0.file) }
        entries = parsed?.value.entries.filter { !$0.value.value.isEmpty } ?? [:]
        findings = parsed?.findings ?? []
        let unknown = entries.filter { $0.key.hasPrefix("EZ_") && !isKnown($0.key) }
        findings += unknown.map {
            Finding(
                file: file, line: $0.value.lineNumber, reason: "unknown tunable \($0.key)",
                isWarning: true)
        }
        findings.sort { $0.line < $1.line }
    }

    func value(_ name: String) -> String? { variables[name] ?? entries[name]?.value }

    /// A directory or file, without slashes at its end.
    func path(_ name: String) -> String? { value(name).map(withoutTrailingSlash) }

    /// Paths that would mean another place in a daemon, whose directory is `/`.
    var relativePaths: [Finding] {
        pathNames.compactMap { name in
            guard let path = value(name), !path.hasPrefix("/") else { return nil }
            return finding(name, "\(name)=\(path): not an absolute path")
        }
    }

    /// All tunables, those that cannot be read at their defaults, with a finding.
    mutating func takeTunables() -> Tunables {
        var tunables = Tunables()
        for name in Tunables.Name.allCases {
            guard let value = value(name.rawValue) else { continue }
            do throws(Refusal) {
                try tunables.set(name, value)
            } catch {
                findings.append(finding(name.rawValue, "\(error): the default is used"))
            }
        }
        return tunables
    }

    private func finding(_ name: String, _ reason: String) -> Finding {
        guard variables[name] == nil, let entry = entries[name] else {
            return Finding(file: "environment", line: 0, reason: reason)
        }
        return Finding(file: file, line: entry.lineNumber, reason: reason)
    }
}

private let pathNames = [
    "EZ", "EZ_BIN", "EZ_VAR", "EZ_LOG", "EZ_CONF", "EZ_SERVICES", "EZ_NODES", "EZ_MONITOR",
    "EZ_RUN",
]

private func isKnown(_ name: String) -> Bool {
    pathNames.contains(name) || Tunables.Name(rawValue: name) != nil
}

/// `/` and the empty path stay.
func withoutTrailingSlash(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
}
