// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import ServiceConfig
import ServiceDrivers
import Testing

@testable import svcmgr

struct ConfigActionsTests {
    static let file = "[DEFAULT]\t# all\napp = x\t# name\n\n[fs#0]\ndev = a\nmnt=/b ; here\n"

    @Test("get prints the raw value, or says what was not found")
    func get() throws {
        let place = try Place()
        try place.service("svc1", "[fs#0]\nmnt = {env.x}/a # c\nmnt@node1 = /n\n")
        #expect(place.services.get("svc1", parameter: "fs#0.mnt") == 0)
        #expect(place.services.get("svc1", parameter: "fs#0.mnt@node1") == 0)
        #expect(place.output == "{env.x}/a\n/n\n")
        for (parameter, reason) in [
            ("fs#0.dev", "option 'dev' not found in section [fs#0]"),
            ("nodes", "option 'nodes' not found in section [DEFAULT]"),
            ("default.x", "option 'x' not found in section [DEFAULT]"),
            ("a.b.c", "malformed parameter. format as 'section.key'"),
        ] {
            #expect(place.services.get("svc1", parameter: parameter) == 1)
            #expect(place.complaints == [reason])
        }
        #expect(place.services.get("svc1", parameter: nil) == 1)
        #expect(place.complaints == ["no parameter. set --param"])
        #expect(place.services.get("svc2", parameter: "app") == 1)
        #expect(place.complaints == ["svc2: service does not exist"])
    }

    @Test("set and unset change their line and print nothing")
    func setAndUnset() throws {
        let place = try Place()
        let file = ConfigActionsTests.file
        try place.service("svc1", file)
        #expect(place.services.set("svc1", parameter: "fs#0.mnt", value: "/c") == 0)
        #expect(place.text("svc1.env") == file.replacing("/b", with: "/c"))
        #expect(place.services.set("svc1", parameter: "nodes", value: "node1 node2") == 0)
        #expect(place.services.unset("svc1", parameter: "nodes") == 0)
        #expect(place.services.set("svc1", parameter: "fs#0.mnt", value: "/b") == 0)
        #expect(place.text("svc1.env") == file)
        #expect(place.output == "" && place.complaints == [])
        #expect(place.services.unset("svc1", parameter: "nodes") == 1)
        #expect(place.complaints == ["option 'nodes' not found in section [DEFAULT]"])
        #expect(place.services.set("svc1", parameter: "nodes", value: nil) == 1)
        #expect(place.complaints == ["no value. set --value"])
        #expect(place.text("svc1.env") == file)
    }

    @Test(
        "an edit that would make the service unusable is refused in one line and changes nothing",
        arguments: [
            ("rollback", "perhaps", "Invalid value for boolean conversion: perhaps"),
            ("env", "TEST", "'TEST' is none of"), ("hb#0.type", "linuxha", "is not supported"),
            ("app", "a # b", "would be cut at its '#'"), ("app", "a\nb", "is one line"),
            ("fs#/x.dev", "y", "cannot be a resource's section"),
        ])
    func unusable(parameter: String, value: String, reason: String) throws {
        let place = try Place()
        try place.service("svc1", ConfigActionsTests.file)
        #expect(place.services.set("svc1", parameter: parameter, value: value) == 1)
        let complaints = place.complaints
        #expect(complaints.count == 1 && complaints[0].contains(reason), "\(complaints)")
        #expect(complaints.first?.hasSuffix("nothing is changed") == true)
        #expect(place.text("svc1.env") == ConfigActionsTests.file)
    }

    @Test("an unusable file can be mended, step by step")
    func mended() throws {
        let place = try Place()
        try place.service("svc1", "[DEFAULT]\nrollback = x\nshow_disabled = z\n")
        #expect(place.services.validateConfig("svc1") == 1)
        #expect(
            place.complaints == [
                "\(place.path("svc1.env")):2: Invalid value for boolean conversion: x",
                "\(place.path("svc1.env")):3: Invalid value for boolean conversion: z",
            ])
        #expect(place.services.set("svc1", parameter: "rollback", value: "yes") == 0)
        #expect(place.services.unset("svc1", parameter: "show_disabled") == 0)
        #expect(place.services.set("svc1", parameter: "fs#0.dev", value: "{fs#1.dev}") == 0)
        #expect(place.services.set("svc1", parameter: "colour", value: "red") == 0)
        #expect(place.complaints == [])
        #expect(place.services.unset("svc1", parameter: "fs#0.dev") == 0)
        #expect(place.services.set("svc1", parameter: "fs#0.dev", value: "a") == 0)
        #expect(place.services.set("svc1", parameter: "fs#0.mnt", value: "/b") == 0)
        #expect(place.services.validateConfig("svc1") == 0)
        let warning = "warning: unknown keyword 'colour' in section [DEFAULT]"
        #expect(place.complaints == ["\(place.path("svc1.env")):3: \(warning)"])
    }

    @Test("print config is the file, byte for byte")
    func printConfig() throws {
        let place = try Place()
        try place.service("svc1", ConfigActionsTests.file)
        #expect(place.services.printConfig("svc1") == 0)
        #expect(place.output == ConfigActionsTests.file)
    }

    @Test("disable and enable edit one keyword of the resources named, or of the service")
    func disable() throws {
        let place = try Place()
        let file = ConfigActionsTests.file
        try place.service("svc1", file)
        #expect(place.services.disable("svc1", rids: ["fs"]) == 0)
        #expect(place.text("svc1.env") == file + "disable = True\n")
        #expect(place.services.enable("svc1", rids: ["fs#0"]) == 0)
        #expect(place.text("svc1.env") == file + "disable = False\n")
        #expect(place.services.disable("svc1", rids: []) == 0)
        #expect(
            place.text("svc1.env")?.hasPrefix("[DEFAULT]\t# all\napp = x\t# name\ndisable = True\n")
                == true)
        #expect(place.complaints == [])
        #expect(place.services.enable("svc1", rids: ["fs#0"]) == 0)
        #expect(
            place.complaints == [
                "svc1: fs#0 is still disabled here: see disable in section [DEFAULT]"
            ])
        #expect(place.services.enable("svc1", rids: []) == 0)
        #expect(place.services.disable("svc1", rids: ["app", "sync#i0"]) == 0)
        #expect(
            place.text("svc1.env")?.hasSuffix(
                "\n[app]\ndisable = True\n\n[sync#i0]\ndisable = True\n") == true)
        let before = place.text("svc1.env")
        #expect(place.services.disable("svc1", rids: ["fs#0", "ip#0"]) == 1)
        #expect(place.complaints == ["svc1: section 'ip#0' not found: nothing is changed"])
        #expect(place.text("svc1.env") == before)
    }

    @Test("delete --rid removes sections, all of those named or none")
    func deleteResources() throws {
        let place = try Place()
        try place.service("svc1", ConfigActionsTests.file)
        #expect(place.services.delete("svc1", rids: ["fs#0", "app"]) == 1)
        #expect(place.complaints == ["svc1: section 'app' not found: nothing is changed"])
        #expect(place.text("svc1.env") == ConfigActionsTests.file)
        #expect(place.services.delete("svc1", rids: ["fs#0"]) == 0)
        #expect(place.text("svc1.env") == "[DEFAULT]\t# all\napp = x\t# name\n\n")
    }

    @Test("delete takes all of a service away, but no launcher that someone wrote")
    func deleteService() throws {
        let place = try Place()
        for name in ["svc1", "svc10"] {
            #expect(place.services.create([name], configFile: nil, resources: []) == 0)
            try place.link(name + ".cluster", to: place.root + "/usr/bin/svcmgr")
            for file in [
                "\(name).push", "FROZEN.\(name)", "sync/node2/\(name)!sync#i0",
                "last_sync_\(name)_sync#i0", "\(name)/status.json",
            ] {
                try place.write("/var/lib/opensvc/\(file)", "")
            }
        }
        try place.write("/etc/opensvc/svc1.dir/S10x", "")
        #expect(place.services.delete("svc1", rids: []) == 0)
        #expect(place.complaints == ["svc1: \(place.path("svc1.dir")) is kept: not empty"])
        #expect(
            Set(place.snapshot.keys) == [
                "svc1.dir", "svc10", "svc10.conf", "svc10.d", "svc10.dir", "svc10.cluster",
            ])
        let left = FileManager.default.enumerator(atPath: place.root + "/var/lib/opensvc")
        let names = (left?.compactMap { $0 as? String } ?? []).filter { !$0.hasPrefix("lock") }
        #expect(names.filter { $0.contains("svc1") && !$0.contains("svc10") } == [])
        #expect(names.count == 8)
        #expect(place.services.delete("svc1", rids: []) == 1)
        #expect(place.complaints == ["svc1: service does not exist"])
    }

    @Test("owner and mode of an edited file stay, and a link to it stays a link")
    func mode() throws {
        let place = try Place()
        try place.service("svc1", "[DEFAULT]\n", suffix: "real")
        try place.link("svc1.conf", to: "svc1.real")
        #expect(chmod(place.path("svc1.real"), 0o640) == 0)
        #expect(place.services.set("svc1", parameter: "app", value: "x") == 0)
        #expect(place.mode("svc1.real") == 0o640 && place.target("svc1.conf") == "svc1.real")
        #expect(place.text("svc1.real") == "[DEFAULT]\napp = x\n")
    }

    @Test("a write that fails says so in one line and changes nothing")
    func failure() throws {
        let place = try Place()
        try place.service("svc1", ConfigActionsTests.file)
        // Root may write everywhere; a file in the place of the locks' directory stops it, too.
        try place.write("/var/lib/opensvc/lock", "")
        let before = place.snapshot
        #expect(place.services.set("svc1", parameter: "app", value: "y") == 1)
        let path = place.root + "/var/lib/opensvc/lock"
        #expect(
            place.complaints == ["svc1: make directory \(path): File exists: nothing is changed"])
        #expect(place.snapshot == before)
    }

    @Test("commands that edit at once all get their edit in")
    func concurrent() async throws {
        let place = try Place()
        try place.service("svc1", "[DEFAULT]\n")
        await withTaskGroup(of: Int32.self) { group in
            for index in 0..<8 {
                group.addTask { place.services.set("svc1", parameter: "env.k\(index)", value: "v") }
            }
            for await code in group { #expect(code == 0) }
        }
        let document = try place.directory.document(ofService: "svc1")
        #expect(document.section("env")?.entries.count == 8)
    }
}
