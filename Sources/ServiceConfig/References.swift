// SPDX-License-Identifier: Apache-2.0

/// Puts values in place of `{fs#0.mnt}`, `{nodes[1]}`, `{#nodes}`, `{env.x}` and `$(2 + 3)`, until
/// nothing is left to replace.
///
/// Braces that hold no possible reference stay: `{}`, `{print $1}`. Source: opensvc.md 1.3.
struct References {
    struct Failure: Error, Equatable { let reason: String }

    /// The value as it stands in the file, scoped, of a keyword in a section; nil: not set.
    let lookup: (_ section: String, _ keyword: String) -> String?
    let hasSection: (String) -> Bool
    /// `nodename`, `svcname`, ...
    let names: [String: String]
    /// The process environment.
    let environment: [String: String]

    /// More is a file gone wrong, such as values that double each other.
    private static let stepLimit = 1000
    private static let sizeLimit = 1 << 16

    func resolve(_ text: String) throws(Failure) -> String {
        var steps = 0
        return try resolve(text, inside: [], &steps)
    }

    private func resolve(_ text: String, inside: [String], _ steps: inout Int)
        throws(Failure) -> String
    {
        // Most values hold nothing to replace.
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "$") })
        else { return text }
        var bytes = Array(text.utf8)
        while true {
            steps += 1
            guard steps < References.stepLimit, bytes.count < References.sizeLimit else {
                throw Failure(reason: "references without end")
            }
            if let range = innermostReference(bytes) {
                let name = String(decoding: bytes[range.dropFirst().dropLast()], as: UTF8.self)
                guard !inside.contains(name) else {
                    throw Failure(reason: "circular reference {\(name)}")
                }
                let raw = try value(of: name, inside: inside, &steps)
                bytes.replaceSubrange(range, with: Array(raw.utf8))
            } else if let range = innermostArithmetic(bytes) {
                let inner = range.dropFirst(2).dropLast()
                let number = try arithmetic(String(decoding: bytes[inner], as: UTF8.self))
                bytes.replaceSubrange(range, with: Array("\(number)".utf8))
            } else {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    private func arithmetic(_ text: String) throws(Failure) -> Int {
        do { return try Arithmetic.value(of: text) } catch { throw Failure(reason: error.reason) }
    }

    /// - Parameter name: What stands between the braces.
    private func value(of name: String, inside: [String], _ steps: inout Int)
        throws(Failure) -> String
    {
        var (rest, index) = (name[...], Int?.none)
        if rest.hasSuffix("]"), let open = rest.lastIndex(of: "[") {
            index = Int(rest[rest.index(after: open)...].dropLast())
            guard index != nil else { throw Failure(reason: "{\(name)} counts no word") }
            rest = rest[..<open]
        }
        let dot = rest.lastIndex(of: ".")
        let section = dot.map { String(rest[..<$0]) } ?? "DEFAULT"
        var keyword = dot.map { rest[rest.index(after: $0)...] } ?? rest
        let counts = keyword.hasPrefix("#")
        if counts { keyword = keyword.dropFirst() }
        let raw = try raw(section, String(keyword), name: name, isPlain: dot == nil)
        let words = try resolve(raw, inside: inside + [name], &steps)
        if counts { return "\(words.words.count)" }
        return try index.map { (index) throws(Failure) in
            let all = words.words
            let position = index < 0 ? all.count + index : index
            guard all.indices.contains(position) else {
                throw Failure(reason: "{\(name)}: '\(words)' has \(all.count) words")
            }
            return all[position]
        } ?? words
    }

    private func raw(_ section: String, _ keyword: String, name: String, isPlain: Bool)
        throws(Failure) -> String
    {
        if isPlain, let value = names[keyword.lowercased()] { return value }
        if section.lowercased() == "env", let value = environment[keyword.uppercased()] {
            return value
        }
        if let value = lookup(section, keyword) { return value }
        if section.lowercased() == "env" {
            throw Failure(
                reason: "\(keyword.uppercased()) is not in the environment, \(keyword) not in [env]"
            )
        }
        guard hasSection(section) else { throw Failure(reason: "section \(section) not found") }
        throw Failure(reason: "keyword \(keyword) not found in section \(section)")
    }

    /// `{...}` with nothing inside that a reference cannot hold.
    private func innermostReference(_ bytes: [UInt8]) -> Range<Int>? {
        var open: Int?
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "{"): open = index
            case UInt8(ascii: "}"):
                if let start = open, index > start + 1, mayBegin(bytes[start + 1]) {
                    return start..<index + 1
                }
                open = nil
            case let other: if !mayHold(other) { open = nil }
            }
        }
        return nil
    }

    private func mayBegin(_ byte: UInt8) -> Bool {
        isLetter(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "#")
    }

    private func mayHold(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || "_-.#@[]".utf8.contains(byte)
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// The last `$(` with its `)`, parentheses between them in pairs.
    private func innermostArithmetic(_ bytes: [UInt8]) -> Range<Int>? {
        let starts = bytes.indices.dropLast().filter {
            bytes[$0] == UInt8(ascii: "$") && bytes[$0 + 1] == UInt8(ascii: "(")
        }
        for start in starts.reversed() {
            var depth = 0
            for index in start + 1..<bytes.count {
                if bytes[index] == UInt8(ascii: "(") { depth += 1 }
                if bytes[index] == UInt8(ascii: ")") { depth -= 1 }
                if depth == 0 { return start..<index + 1 }
            }
        }
        return nil
    }
}
