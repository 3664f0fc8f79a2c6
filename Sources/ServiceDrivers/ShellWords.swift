// SPDX-License-Identifier: Apache-2.0

/// The words of a command as a POSIX shell would split it, quotes and backslashes understood, but
/// nothing expanded: what configuration calls a command runs without a shell.
///
/// - Returns: nil: a quote is not closed, or there is no word.
package func shellWords(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var characters = text.makeIterator()
    while let character = characters.next() {
        switch character {
        case " ", "\t", "\n":
            if let complete = word { words.append(complete) }
            word = nil
        case "'":
            guard let quoted = untilApostrophe(&characters) else { return nil }
            word = (word ?? "") + quoted
        case "\"":
            guard let quoted = untilQuote(&characters) else { return nil }
            word = (word ?? "") + quoted
        case "\\":
            guard let next = characters.next() else { return nil }
            word = (word ?? "") + String(next)
        default: word = (word ?? "") + String(character)
        }
    }
    if let complete = word { words.append(complete) }
    return words.isEmpty ? nil : words
}

private func untilApostrophe(_ characters: inout String.Iterator) -> String? {
    var text = ""
    while let character = characters.next() {
        if character == "'" { return text }
        text.append(character)
    }
    return nil
}

/// In double quotes a backslash is itself, but before those it could be meant for.
private func untilQuote(_ characters: inout String.Iterator) -> String? {
    var text = ""
    while let character = characters.next() {
        switch character {
        case "\"": return text
        case "\\":
            guard let next = characters.next() else { return nil }
            text += "\"\\$`".contains(next) ? String(next) : "\\\(next)"
        default: text.append(character)
        }
    }
    return nil
}
