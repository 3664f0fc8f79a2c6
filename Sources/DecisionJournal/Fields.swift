// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// Why a value of a journal is not what stands there by the format.
struct Misfit: Error {
    var reason: String
}

/// The members of an object, by their names.
struct Fields {
    private let members: [JournalValue.Member]

    init(_ value: JournalValue) throws(Misfit) {
        guard case .object(let members) = value else { throw Misfit(reason: "no object") }
        self.members = members
    }

    subscript(key: String) -> JournalValue? { members.first { $0.key == key }?.value }

    func value(_ key: String) throws(Misfit) -> JournalValue {
        guard let value = self[key] else { throw Misfit(reason: "\(key) is missing") }
        return value
    }

    func text(_ key: String) throws(Misfit) -> String {
        guard case .text(let text) = try value(key) else {
            throw Misfit(reason: "\(key) is no text")
        }
        return text
    }

    /// nil when there is no such member.
    func optional<N: FixedWidthInteger>(_ key: String, _: N.Type = N.self) throws(Misfit) -> N? {
        try self[key].map { value throws(Misfit) in try DecisionJournal.integer(value, key) }
    }

    func integer<N: FixedWidthInteger>(_ key: String, _: N.Type = N.self) throws(Misfit) -> N {
        try DecisionJournal.integer(value(key), key)
    }

    /// True when it says so; false when it is missing.
    func isSo(_ key: String) throws(Misfit) -> Bool {
        switch self[key] {
        case nil: return false
        case .bool(let isSo): return isSo
        case .null, .number, .text, .list, .object: throw Misfit(reason: "\(key) is no truth value")
        }
    }

    func list(_ key: String) throws(Misfit) -> [JournalValue] {
        try DecisionJournal.list(value(key), key)
    }

    /// Empty when it is missing.
    func optionalList(_ key: String) throws(Misfit) -> [JournalValue] {
        self[key] == nil ? [] : try list(key)
    }

    func duration(_ key: String) throws(Misfit) -> Duration {
        try DecisionJournal.duration(value(key), key)
    }

    func optionalDuration(_ key: String) throws(Misfit) -> Duration? {
        try self[key].map { value throws(Misfit) in try DecisionJournal.duration(value, key) }
    }

    /// A word of a fixed set.
    func word<Word>(_ key: String, _ meaning: (String) -> Word?) throws(Misfit) -> Word {
        let word = try text(key)
        guard let found = meaning(word) else { throw Misfit(reason: "\(key): \(word) is unknown") }
        return found
    }

    func optionalWord<Word>(_ key: String, _ meaning: (String) -> Word?) throws(Misfit) -> Word? {
        self[key] == nil ? nil : try word(key, meaning)
    }
}

func list(_ value: JournalValue, _ what: String) throws(Misfit) -> [JournalValue] {
    guard case .list(let values) = value else { throw Misfit(reason: "\(what) is no list") }
    return values
}

/// A number; one beyond a number's range is text.
func integer<N: FixedWidthInteger>(
    _ value: JournalValue, _ what: String
) throws(Misfit) -> N {
    var found: N?
    switch value {
    case .number(let number): found = N(exactly: number)
    case .text(let text): found = N(text)
    case .null, .bool, .list, .object: break
    }
    guard let found else { throw Misfit(reason: "\(what) is no number of its range") }
    return found
}

/// Nanoseconds; at most some 73 years, so that sums of several do not overflow.
func duration(_ value: JournalValue, _ what: String) throws(Misfit) -> Duration {
    let nanoseconds: Int64 = try integer(value, what)
    guard (0..<1 << 61).contains(nanoseconds) else {
        throw Misfit(reason: "\(what) is no time since boot")
    }
    return .nanoseconds(nanoseconds)
}

func text(_ value: JournalValue, _ what: String) throws(Misfit) -> String {
    guard case .text(let text) = value else { throw Misfit(reason: "\(what) is no text") }
    return text
}
