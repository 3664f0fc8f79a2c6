// SPDX-License-Identifier: Apache-2.0

/// A text that is no value of the type its keyword wants.
struct ValueError: Error, Equatable {
    let reason: String
    /// The reason is the specification's, to the byte.
    var isVerbatim = false
}

/// The types of keywords. Source: opensvc.md 1.3.
enum Values {
    private static let truths = ["yes", "y", "true", "t", "1"]
    private static let falsehoods = ["no", "n", "false", "f", "0", "0.0", "none", "[]", "{}", ""]

    static func bool(_ text: String) throws(ValueError) -> Bool {
        let word = text.lowercased()
        if truths.contains(word) { return true }
        if falsehoods.contains(word) { return false }
        throw ValueError(
            reason: "Invalid value for boolean conversion: \(text)", isVerbatim: true)
    }

    /// A whole number from 0; `k m g t` behind it multiply by 1024 each.
    static func int(_ text: String) throws(ValueError) -> Int {
        let failure = ValueError(reason: "Invalid value for integer conversion: \(text)")
        var digits = text.lowercased()[...]
        var factor = 1
        if let unit = digits.last, let place = "kmgt".firstIndex(of: unit) {
            factor = 1 << (10 * ("kmgt".distance(from: "kmgt".startIndex, to: place) + 1))
            digits = digits.dropLast()
        }
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(digits)
        else { throw failure }
        let (value, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw failure }
        return value
    }

    /// Seconds or minutes as a length of time, at most a century: beyond it is a slip.
    static func duration(_ text: String, unit: Int) throws(ValueError) -> Duration {
        let count = try int(text)
        guard count <= 100 * 366 * 86_400 / unit else {
            throw ValueError(reason: "Invalid value for integer conversion: \(text)")
        }
        return .seconds(count * unit)
    }

    /// Node names are compared in lower case; they become words of commands and names of files.
    static func nodes(_ text: String) throws(ValueError) -> [String] {
        let names = text.lowercased().words
        for name in names where name.hasPrefix("-") || name.hasPrefix(".") || name.contains("/") {
            throw ValueError(reason: "'\(name)' cannot be a node's name")
        }
        return names
    }

    /// `env` of a node or of a service.
    static func environment(_ text: String) throws(ValueError) -> String {
        guard environments.contains(text) else {
            let known = environments.joined(separator: " ")
            throw ValueError(reason: "'\(text)' is none of: \(known)")
        }
        return text
    }

    private static let environments = [
        "DEV", "DRP", "FOR", "INT", "PRA", "PRD", "PRJ", "PPRD", "REC", "STG", "TMP", "TST", "UAT",
    ]

    static func word<Word: RawRepresentable & CaseIterable>(_ text: String, of type: Word.Type)
        throws(ValueError) -> Word where Word.RawValue == String
    {
        if let word = Word(rawValue: text) { return word }
        let known = type.allCases.map(\.rawValue).joined(separator: " ")
        throw ValueError(reason: "'\(text)' is none of: \(known)")
    }
}
