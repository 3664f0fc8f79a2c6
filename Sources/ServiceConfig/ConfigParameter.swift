// SPDX-License-Identifier: Apache-2.0

/// `--param`: a keyword and its section.
package struct ConfigParameter: Equatable, Sendable {
    /// nil: one word was given.
    package let section: String?
    /// The keyword with its scope; of one word, whatever the command takes it for.
    package let word: String

    /// Splits at the single dot. Dots of a scope do not count: `fs#0.mnt@node1.example.com`.
    ///
    /// - Returns: nil for `malformed parameter. format as 'section.key'`.
    package init?(_ text: String) {
        let scope = text.firstIndex(of: "@") ?? text.endIndex
        let parts = text[..<scope].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        section = parts.count == 2 ? String(parts[0]) : nil
        word = String(parts[parts.count - 1] + text[scope...])
    }
}
