// SPDX-License-Identifier: Apache-2.0

/// Reads keywords of a file as one node sees them: scoped, references resolved, types checked.
///
/// A bad value becomes a finding, and reads as absent, so that one pass finds all of them.
struct KeywordReader {
    let document: ConfigDocument
    /// Names of the file's keywords by their other name, which is asked for second.
    private static let aliases = [
        "env": "service_type", "service_type": "env", "vgname": "name", "drpnodes": "drpnode",
    ]
    /// `@node1`, `@nodes`, ..., and last nothing.
    private(set) var scopes: [String]
    private(set) var findings: [ConfigFinding] = []
    /// Of keywords that a reference may ask for though nobody wrote them.
    private var defaults: [String: String] = [:]
    private let names: [String: String]
    private let environment: [String: String]

    init(_ document: ConfigDocument, names: [String: String], environment: [String: String] = [:]) {
        self.document = document
        self.names = names
        self.environment = environment
        scopes = names["nodename"].map { ["@\($0)", ""] } ?? [""]
    }

    /// Makes the scopes known that hold on this node.
    mutating func scope(_ groups: [String], defaults: [String: String]) {
        scopes = [scopes[0]] + groups.map { "@\($0)" } + [""]
        self.defaults = defaults
    }

    // MARK: Values

    /// The entry that holds here; the first match wins.
    func entry(_ keyword: String, in section: String) -> ConfigDocument.Entry? {
        for scope in scopes {
            if let entry = document.entry(keyword + scope, in: section) { return entry }
        }
        return nil
    }

    /// The value with its references resolved; nil: absent, or refused.
    ///
    /// - Parameter isLenient: A reference that leads nowhere stays as written.
    mutating func text(_ keyword: String, in section: String, isLenient: Bool = false) -> String? {
        guard let entry = entry(keyword, in: section) else { return nil }
        do {
            return try references.resolve(entry.value)
        } catch {
            if isLenient { return entry.value }
            let reason = "\(entry.value): reference evaluation failed: \(error.reason)"
            note(.unusable, entry.line, reason, isVerbatim: true)
            return nil
        }
    }

    /// The value as its type; nil: absent, or refused.
    mutating func value<Value>(
        _ keyword: String, in section: String, as type: (String) throws(ValueError) -> Value
    ) -> Value? {
        guard let text = text(keyword, in: section) else { return nil }
        do {
            return try type(text)
        } catch {
            let line = entry(keyword, in: section)?.line ?? 0
            let place = error.isVerbatim ? "" : "\(keyword) in section [\(section)]: "
            note(.unusable, line, place + error.reason, isVerbatim: error.isVerbatim)
            return nil
        }
    }

    mutating func flag(_ keyword: String, in section: String) -> Bool? {
        value(keyword, in: section, as: Values.bool)
    }

    /// Blank-separated words; absent: none.
    mutating func list(_ keyword: String, in section: String) -> [String] {
        text(keyword, in: section)?.words ?? []
    }

    /// The value of a keyword without which the resource is left out; an empty one is none.
    mutating func required(_ keyword: String, or other: String? = nil, in section: String)
        -> String?
    {
        for name in [keyword, other].compactMap({ $0 }) {
            guard entry(name, in: section) != nil else { continue }
            // Refused, a finding says so already.
            guard let text = text(name, in: section) else { return nil }
            if !text.isEmpty { return text }
        }
        let isDevice = keyword == "ipdev"
        note(
            .error, document.section(section)?.line ?? 0,
            isDevice
                ? "ipdev not found in ip section \(section)"
                : "\(keyword) must be set in section \(section)", isVerbatim: true)
        return nil
    }

    mutating func note(
        _ level: ConfigFinding.Level, _ line: Int, _ reason: String, isVerbatim: Bool = false
    ) {
        let finding = ConfigFinding(
            level, file: document.file, line: line, reason: reason, isVerbatim: isVerbatim)
        if !findings.contains(finding) { findings.append(finding) }
    }

    // MARK: References

    private var references: References {
        References(
            lookup: { section, keyword in raw(keyword, in: section) },
            hasSection: { $0 == "DEFAULT" || document.section($0) != nil },
            names: names, environment: environment)
    }

    /// What `{section.keyword}` stands for.
    private func raw(_ keyword: String, in section: String) -> String? {
        let keyword = keyword.lowercased()
        if keyword.contains("@") { return document.value(keyword, in: section) }
        for name in [keyword, KeywordReader.aliases[keyword]].compactMap({ $0 }) {
            if let entry = entry(name, in: section) { return entry.value }
        }
        return sectionName(section) == "DEFAULT" ? defaults[keyword] : nil
    }
}
