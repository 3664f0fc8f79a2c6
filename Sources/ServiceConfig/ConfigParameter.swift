// SPDX-License-Identifier: Apache-2.0

/// `--param`: a keyword and its section.
package struct ConfigParameter: Equatable, Sendable {
    package let section: String
    /// nil: the section as a whole was named, which is for `unset` of node.conf.
    package let keyword: String?

    /// Splits at the single dot. Dots of a scope do not count: `fs#0.mnt@node1.example.com`.
    ///
    /// - Returns: nil for `malformed parameter. format as 'section.key'`.
    package init?(_ text: String) {
        let scope = text.firstIndex(of: "@") ?? text.endIndex
        let parts = text[..<scope].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        section = String(parts[0])
        keyword = parts.count == 2 ? parts[1] + String(text[scope...]) : nil
        if parts.count == 1 && scope != text.endIndex { return nil }
    }
}
