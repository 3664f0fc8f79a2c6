// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServiceConfig

struct DocumentTests {
    static func value(_ line: String, key: String = "k") -> String? {
        Sample.document("[s]\n\(line)\n").value(key, in: "s")
    }

    @Test(
        "a comment behind a value begins with a blank and # or ;",
        arguments: [
            ("k = v # c", "v"), ("k = v\t# c", "v"), ("k = v ; c", "v"), ("k = v\t;c", "v"),
            ("k = v #", "v"), ("k = a#b", "a#b"), ("k = ip#0", "ip#0"), ("k = a;b", "a;b"),
            ("k = # c", ""), ("k =#c", "#c"), ("k = a # b # c", "a"), ("k = «a» # «c»", "«a»"),
        ])
    func comments(line: String, value: String) { #expect(DocumentTests.value(line) == value) }

    @Test(
        "a keyword and its value stand around = or :, whichever comes first, blanks or not",
        arguments: [
            ("k=v", "v"), ("k:v", "v"), ("k : v", "v"), ("k = a:b", "a:b"), ("k: a=b", "a=b"),
            ("k\t=\tv\t", "v"), ("K = v", "v"), ("k =", ""), ("k = a  b", "a  b"),
        ])
    func separators(line: String, value: String) { #expect(DocumentTests.value(line) == value) }

    @Test("of several definitions the last one counts, though its section begins twice")
    func lastDefinition() {
        let document = Sample.document("[s]\nk = 1\nK = 2\n[t]\nk = 9\n[s]\nk: 3\n")
        #expect(document.value("k", in: "s") == "3")
        #expect(document.sections.map(\.name) == ["s", "t"])
        #expect(document.entry("k", in: "s")?.line == 7)
    }

    @Test("[default] is [DEFAULT], and headers may have comments")
    func defaultSection() {
        let text = "[default] # all\nnodes = a\n[DEFAULT]\t; more\napp = b\n"
        let document = Sample.document(text)
        #expect(document.sections.map(\.name) == ["DEFAULT"])
        #expect(document.value("app", in: "default") == "b")
        #expect(document.malformed == [])
    }

    @Test("a line that begins with a blank goes on with the value, across comments and blank lines")
    func continuation() {
        let text = "[s]\nk = a # one\n  b # two\n# three\n\n\tc\n   # four\nl = d\n"
        let document = Sample.document(text)
        #expect(document.value("k", in: "s") == "a\nb\nc")
        #expect(document.value("k", in: "s")?.words == ["a", "b", "c"])
        #expect(document.value("l", in: "s") == "d")
    }

    @Test("a byte order mark, CR LF and a missing last line end are no part of a value")
    func lineEnds() {
        let document = Sample.document("\u{FEFF}[s]\r\nk = v\r\nl = w")
        #expect(document.value("k", in: "s") == "v")
        #expect(document.value("l", in: "s") == "w")
        #expect(document.malformed == [])
    }

    @Test(
        "a line that cannot be read is told with its file and line",
        arguments: [
            ("[s]\nnonsense\n", 2, "is neither a [section], a comment nor 'keyword = value'"),
            ("[s\nk = v\n", 1, "begins a section without closing it with ]"),
            ("k = v\n[s]\n", 1, "stands before the first [section]"),
            (
                "[s]\n  k = v\n", 2,
                "begins with a blank, and there is no keyword before it to continue"
            ),
            ("[s]\n= v\n", 2, "has no keyword before its '='"),
            ("[s] t\n", 1, "has more than a comment behind the section's ]"),
            ("[]\n", 1, "names no section"), ("[s]\nk = \u{1}\n", 2, "holds a control character"),
        ])
    func malformed(text: String, line: Int, reason: String) {
        let found = Sample.document(text).malformed
        #expect(found.first?.description == "svc.conf:\(line): this line \(reason)")
        #expect(Sample.refusal(text) == "svc.conf:\(line): this line \(reason)")
    }

    @Test("other text than UTF-8 is refused in values and left alone in comments")
    func encoding() {
        let bytes = Array("[s]\nk = v # ".utf8) + [0xE9] + Array("\nl = ".utf8) + [0xE9, 0x0A]
        let document = ConfigDocument(file: "f", text: bytes)
        #expect(document.value("k", in: "s") == "v")
        #expect(document.malformed.map(\.description) == ["f:3: this line is not UTF-8"])
    }
}

struct EditTests {
    /// A text after an edit.
    static func edited(_ text: String, _ edit: (inout ConfigDocument) throws -> Void) rethrows
        -> String
    {
        var document = Sample.document(text)
        try edit(&document)
        return String(decoding: document.text, as: UTF8.self)
    }

    @Test("a set value replaces the old one in its line, and the comment behind it stays")
    func set() throws {
        let text = try EditTests.edited(Sample.p26) {
            try $0.set("nodes", to: "node1 node2 node3", in: "DEFAULT")
        }
        let expected = Sample.p26.replacing("= node1 node2", with: "= node1 node2 node3")
        #expect(text == expected)
    }

    @Test("spelling, blanks and line ends of the edited line stay")
    func spelling() throws {
        #expect(
            try EditTests.edited("[s]\r\nKey:a\r\n") { try $0.set("key", to: "b", in: "s") }
                == "[s]\r\nKey:b\r\n")
        #expect(
            try EditTests.edited("[s]\nk =\t\t# c\n") { try $0.set("k", to: "v", in: "s") }
                == "[s]\nk = v\t\t# c\n")
        #expect(
            try EditTests.edited("[s]\nk=v") { try $0.set("k", to: "w", in: "s") }
                == "[s]\nk=w")
    }

    @Test("a new keyword comes behind the last one of its section, a new section at the end")
    func additions() throws {
        let text = "[a]\nk = 1\n  2\n# end of a\n\n[b]\nl = 3"
        #expect(
            try EditTests.edited(text) { try $0.set("m", to: "4", in: "a") }
                == "[a]\nk = 1\n  2\nm = 4\n# end of a\n\n[b]\nl = 3")
        #expect(
            try EditTests.edited(text) { try $0.set("m", to: "4", in: "b") }
                == text + "\nm = 4\n")
        #expect(
            try EditTests.edited(text) { try $0.set("m", to: "4", in: "c#1") }
                == text + "\n\n[c#1]\nm = 4\n")
        #expect(
            try EditTests.edited("") { try $0.set("m", to: "4", in: "default") }
                == "[default]\nm = 4\n")
    }

    @Test("setting a value of several lines takes its further lines away")
    func severalLines() throws {
        let text = "[s]\nk = a # one\n  b\n# kept\n  c\nl = d\n"
        #expect(
            try EditTests.edited(text) { try $0.set("k", to: "x", in: "s") }
                == "[s]\nk = x # one\n# kept\nl = d\n")
    }

    @Test("unset removes every definition, so that no older one comes back")
    func unset() {
        let text = "[s]\nk = 1\nl = 2\n[t]\nk = 3\n[s]\nK = 4\n  5\n"
        #expect(
            EditTests.edited(text) { _ = $0.unset("k", in: "s") }
                == "[s]\nl = 2\n[t]\nk = 3\n[s]\n")
        #expect(EditTests.edited(text) { _ = $0.unset("x", in: "s") } == text)
    }

    @Test("a removed section takes its comments along, but not those above the next one")
    func removeSection() {
        let text = "[a]\nk = 1\n\n[b]\n# of b\nl = 2\n\n# of c\n[c]\nm = 3\n"
        #expect(
            EditTests.edited(text) { _ = $0.removeSection("b") }
                == "[a]\nk = 1\n\n# of c\n[c]\nm = 3\n")
        #expect(EditTests.edited(text) { _ = $0.removeSection("d") } == text)
    }

    @Test(
        "a value that would be cut, or is no line, is refused and nothing changes",
        arguments: [
            ("a # b", "'a # b' would be cut at its '#', which begins a comment there"),
            ("#b", "'#b' would be cut at its '#', which begins a comment there"),
            ("a\t;b", "'a\t;b' would be cut at its ';', which begins a comment there"),
            ("a\nb", "a value is one line without control characters"),
        ])
    func refused(value: String, reason: String) {
        var document = Sample.document(Sample.p26)
        #expect(throws: EditRefusal(reason)) { try document.set("app", to: value, in: "DEFAULT") }
        #expect(document.text == Array(Sample.p26.utf8))
    }

    @Test(
        "what cannot be a keyword or a section is refused",
        arguments: [
            ("s", "a b"), ("s", "a=b"), ("s", ""), ("s", "#a"), ("s]", "a"), ("", "a"),
            ("s\n[t", "a"), ("s", "a\nb"),
        ])
    func names(section: String, key: String) {
        var document = Sample.document("[s]\n")
        #expect(throws: EditRefusal.self) { try document.set(key, to: "v", in: section) }
        #expect(document.text == Array("[s]\n".utf8))
    }

    @Test("a new keyword comes behind malformed lines, which stay as they are")
    func malformed() throws {
        #expect(
            try EditTests.edited("[s]\n  lost\n\n[t]\n") { try $0.set("k", to: "v", in: "s") }
                == "[s]\n  lost\nk = v\n\n[t]\n")
    }

    /// A file of odd lines, made of a seed.
    static func file(seed: UInt64) -> String {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
        let lines = [
            "", "# comment", "; comment", "\t# indented", "k = 1", "K: 2 # «two»", "l=3\t;x",
            "m =", "  more", "k = # none", "n = a#b", "junk", "[s]", "[t] # t", "[default]", "   ",
        ]
        let end = next(3) == 0 ? "\r\n" : "\n"
        let body = (0..<next(24)).map { _ in lines[next(lines.count)] }.joined(separator: end)
        return (next(4) > 0 ? "[s]" + end : "") + body + (next(2) == 0 ? end : "")
    }

    @Test("an edit changes the lines of its keyword and no other byte", arguments: 1...500)
    func property(seed: UInt64) throws {
        let text = EditTests.file(seed: seed)
        let old = Sample.document(text)
        for (section, key) in [("s", "k"), ("t", "l"), ("DEFAULT", "m"), ("u", "k")] {
            var new = old
            do { try new.set(key, to: "new value", in: section) } catch { continue }
            #expect(new.value(key, in: section) == "new value", "seed \(seed)")
            // Without the lines of this keyword, both are the same.
            #expect(rest(new, key, section) == rest(old, key, section), "seed \(seed)")
            var gone = new
            let isFound = gone.unset(key, in: section)
            #expect(isFound, "seed \(seed)")
            #expect(gone.value(key, in: section) == nil, "seed \(seed)")
            #expect(rest(gone, key, section) == rest(old, key, section), "seed \(seed)")
        }
        var rewritten = old
        rewritten.rewrite()
        let values = { (document: ConfigDocument) in
            document.sections.map { ($0.entries.map { [$0.key, $0.value] }) }
        }
        if old.malformed.isEmpty {
            #expect(values(rewritten) == values(old), "seed \(seed)")
            var again = rewritten
            again.rewrite()
            #expect(again.text == rewritten.text, "seed \(seed)")
        }
    }

    /// The lines without those of one keyword, without blank lines and headers, which an edit may add.
    private func rest(_ document: ConfigDocument, _ key: String, _ section: String) -> [String] {
        var (isIn, isOurs) = (false, false)
        var rest: [String] = []
        for line in document.lines {
            switch line.content {
            case .section(let name): (isIn, isOurs) = (name == section, false)
            case .entry(let found, _): isOurs = isIn && found == key
            case .refused: isOurs = false
            case .blank, .comment, .continuation: break
            }
            let isHeader = if case .section = line.content { true } else { false }
            let isSkipped = line.content == .comment
            guard line.content != .blank, !isHeader, !isOurs || isSkipped else { continue }
            rest.append(
                String(decoding: document.text[line.bytes], as: UTF8.self).trimmed)
        }
        return rest
    }
}

struct RewritingTests {
    @Test("nodemgr writes [section], key = value, a blank line behind each section")
    func form() throws {
        var document = ConfigDocument(file: "node.conf", text: [])
        try document.set("type", to: "unicast", in: "hb#1")
        document.rewrite()
        #expect(document.text == Array("[hb#1]\ntype = unicast\n\n".utf8))
        try document.set("env", to: "PRD", in: "node")
        document.rewrite()
        #expect(document.text == Array("[hb#1]\ntype = unicast\n\n[node]\nenv = PRD\n\n".utf8))
    }

    @Test("what people wrote by hand keeps its order and its comments")
    func comments() {
        var document = Sample.document(
            "# mine\n[default]\nA=1 # one\nb:2\n  3\n\n\n; of c\n[c]\n# in c\nd =\n")
        document.rewrite()
        let expected =
            "# mine\n[DEFAULT]\na = 1 # one\nb = 2\n\t3\n\n; of c\n[c]\n# in c\nd =\n\n"
        #expect(String(decoding: document.text, as: UTF8.self) == expected)
    }
}
