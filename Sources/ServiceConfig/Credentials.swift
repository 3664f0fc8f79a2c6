// SPDX-License-Identifier: Apache-2.0

/// What auth.conf says about one target: `[<target>]` with `username`, `key`, `password`, and
/// whatever else a fence agent wants to be told.
///
/// Source: opensvc.md 4.7; decision 11.
package struct Credentials: Equatable, Sendable {
    /// In the order of the file; keys are lower case.
    package let entries: [ConfigDocument.Entry]

    package var username: String? { value("username") }
    /// Path of a private key.
    package var key: String? { value("key") }
    package var password: String? { value("password") }

    /// nil: the file does not know the target.
    package init?(for target: String, in document: ConfigDocument) {
        guard let section = document.section(target) else { return nil }
        entries = section.entries
    }

    private func value(_ key: String) -> String? {
        let value = entries.first { $0.key == key }?.value
        return value?.isEmpty == false ? value : nil
    }
}
