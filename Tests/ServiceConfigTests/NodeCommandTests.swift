// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import ServiceConfig
import ServiceDrivers
import Testing

@testable import svcmgr

struct EditorTests {
    /// A place whose editor is a script.
    static func edit(_ script: String, _ text: String) throws -> (
        place: Place, result: Result<Void, Refusal>
    ) {
        let place = try Place()
        try place.service("svc1", text)
        try place.write("/editor", "#!/bin/sh\n" + script)
        chmod(place.root + "/editor", 0o755)
        let file = try place.services.file(ofService: "svc1")
        var editor = ConfigEditor(file: file, directory: place.directory)
        editor.environment = ["EDITOR": place.root + "/editor --wait", "PATH": "/usr/bin:/bin"]
        do throws(Refusal) {
            try editor.run { (old, new) throws(Refusal) in
                try place.services.check(new, instead: old, "svc1")
            }
            return (place, .success(()))
        } catch {
            return (place, .failure(error))
        }
    }

    static func copies(_ place: Place) -> [String] {
        (try? directoryEntries(place.root + "/var/tmp/opensvc")) ?? []
    }

    @Test("what the editor leaves replaces the file")
    func taken() throws {
        let (place, _) = try EditorTests.edit("echo 'app = x' >> \"$2\"\n", "[DEFAULT]\n")
        #expect(place.text("svc1.env") == "[DEFAULT]\napp = x\n")
        #expect(EditorTests.copies(place) == [])
    }

    @Test("a text that cannot be used is kept beside, and the file stays as it was")
    func refused() throws {
        let (place, result) = try EditorTests.edit("echo junk >> \"$2\"\n", "[DEFAULT]\n")
        #expect(place.text("svc1.env") == "[DEFAULT]\n")
        let copies = EditorTests.copies(place)
        #expect(copies.count == 1)
        let reason = "this line is neither a [section], a comment nor 'keyword = value'"
        let copy = "\(place.root)/var/tmp/opensvc/\(copies.first ?? "")"
        let expected = Refusal(
            "\(place.path("svc1.env")):2: \(reason): nothing is changed, your text is in \(copy)")
        #expect(throws: expected) { try result.get() }
    }

    @Test("a file that changed under the editor is not overwritten")
    func meanwhile() throws {
        let script =
            "echo 'app = x' >> \"$2\"; echo 'app = y' >> \"${0%/*}/etc/opensvc/svc1.env\"\n"
        let (place, result) = try EditorTests.edit(script, "[DEFAULT]\n")
        #expect(place.text("svc1.env") == "[DEFAULT]\napp = y\n")
        #expect(throws: Refusal.self) { try result.get() }
        #expect(EditorTests.copies(place).count == 1)
    }

    @Test("an editor that fails changes nothing")
    func failure() throws {
        let (place, result) = try EditorTests.edit("echo junk > \"$2\"; exit 3\n", "[DEFAULT]\n")
        #expect(place.text("svc1.env") == "[DEFAULT]\n")
        #expect(throws: Refusal.self) { try result.get() }
    }
}

struct NodeCommandTests {
    @Test("set makes node.conf for root alone, in its form, and prints nothing")
    func set() throws {
        let place = try Place()
        #expect(place.node.set(parameter: "hb#1.type", value: "unicast") == 0)
        #expect(place.text("node.conf") == "[hb#1]\ntype = unicast\n\n")
        #expect(place.mode("node.conf") == 0o600)
        #expect(place.node.set(parameter: "node.env", value: "DEV") == 0)
        #expect(place.text("node.conf") == "[hb#1]\ntype = unicast\n\n[node]\nenv = DEV\n\n")
        #expect(try place.directory.node().environment == "DEV")
        #expect(place.node.set(parameter: "word", value: "x") == 0)
        #expect(place.node.get(parameter: "DEFAULT.word") == 0)
        #expect(place.node.get(parameter: "hb#1.type") == 0)
        #expect(place.output == "x\nunicast\n" && place.complaints == [])
    }

    @Test("the mode of a file that is there stays")
    func mode() throws {
        let place = try Place()
        try place.write("/etc/opensvc/node.conf", "[node]\nenv=PRD # ours\n")
        #expect(place.node.set(parameter: "node.ruser", value: "osvc") == 0)
        #expect(place.mode("node.conf") == 0o644)
        #expect(place.text("node.conf") == "[node]\nenv = PRD # ours\nruser = osvc\n\n")
    }

    @Test("unset removes a key or a section")
    func unset() throws {
        let place = try Place()
        try place.write("/etc/opensvc/node.conf", "[node]\nenv = PRD\n\n[hb#1]\ntype = x\n\n")
        #expect(place.node.unset(parameter: "hb#1") == 0)
        #expect(place.text("node.conf") == "[node]\nenv = PRD\n\n")
        #expect(place.node.unset(parameter: "node.env") == 0)
        #expect(place.text("node.conf") == "[node]\n\n")
        #expect(place.output == "" && place.complaints == [])
    }

    @Test("what is missing or malformed is said with the texts to the byte")
    func complaints() throws {
        let place = try Place()
        try place.write("/etc/opensvc/node.conf", "[node]\nenv = PRD\n")
        let before = place.snapshot
        let node = place.node
        let malformed = "malformed parameter. format as 'section.key'"
        let cut = "'a #' would be cut at its '#', which begins a comment there: nothing is changed"
        let calls: [(String, () -> Int32)] = [
            ("option 'x' not found in section 'node'", { node.get(parameter: "node.x") }),
            ("option 'x' not found in section 'a'", { node.get(parameter: "a.x") }),
            (malformed, { node.get(parameter: "x") }),
            (malformed, { node.get(parameter: "a.b.c") }),
            ("no parameter. set --param", { node.get(parameter: nil) }),
            ("no parameter. set --param", { node.set(parameter: nil, value: "x") }),
            ("no value. set --value", { node.set(parameter: "a.b", value: nil) }),
            (malformed, { node.set(parameter: "a.b.c", value: "x") }),
            ("section 'a' not found", { node.unset(parameter: "a.b") }),
            ("section 'a' not found", { node.unset(parameter: "a") }),
            ("option 'b' not found in section 'node'", { node.unset(parameter: "node.b") }),
            (cut, { node.set(parameter: "node.b", value: "a #") }),
        ]
        for (reason, call) in calls {
            #expect(call() == 1, "\(reason)")
            #expect(place.complaints == [reason])
        }
        #expect(place.snapshot == before)
    }

    @Test("node.host_mode is the old name of node.env")
    func oldName() throws {
        let place = try Place()
        try place.write("/etc/opensvc/node.conf", "[node]\nhost_mode = PRD\n")
        let notice = "deprecated keyword node.host_mode translated to env"
        #expect(place.node.get(parameter: "node.host_mode") == 0)
        #expect(place.output == "PRD\n" && place.complaints == [notice])
        #expect(place.node.set(parameter: "node.env", value: "DEV") == 0)
        #expect(place.text("node.conf") == "[node]\nenv = DEV\n\n")
    }

    @Test("print config shows no secret")
    func secret() throws {
        let place = try Place()
        #expect(place.node.printConfig() == 0)
        #expect(place.output == "")
        try place.write("/etc/opensvc/node.conf", "[cluster]\nname = a\nsecret = 0123 # s\n")
        #expect(place.node.printConfig() == 0)
        #expect(place.output == "[cluster]\nname = a\nsecret = xxxx # s\n")
    }

    @Test("print config shows no secret of one node, and none that a later line overrides")
    func otherSecrets() throws {
        let place = try Place()
        let text = "[cluster]\nsecret@node1 = 1\nsecret = 2\n  3\nsecret = 4\nsecretary = a\n"
        try place.write("/etc/opensvc/node.conf", text)
        #expect(place.node.printConfig() == 0)
        #expect(
            place.output
                == "[cluster]\nsecret@node1 = xxxx\nsecret = xxxx\nsecret = xxxx\nsecretary = a\n"
        )
    }

    @Test("a value that its keyword cannot have is refused, and nothing changed")
    func refused() throws {
        let place = try Place()
        try place.write("/etc/opensvc/node.conf", "[node]\nenv = DEV\n")
        #expect(place.node.set(parameter: "node.env", value: "prod") == 1)
        #expect(place.complaints.count == 1)
        #expect(place.text("node.conf") == "[node]\nenv = DEV\n")
    }

    @Test("a malformed node.conf is not rewritten")
    func malformed() throws {
        let place = try Place()
        try place.write("/etc/opensvc/node.conf", "junk\n")
        #expect(place.node.set(parameter: "node.env", value: "DEV") == 1)
        let reason = "this line is neither a [section], a comment nor 'keyword = value'"
        #expect(place.complaints == ["\(place.path("node.conf")):1: \(reason): nothing is changed"])
        #expect(place.text("node.conf") == "junk\n")
    }
}
