// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import ServiceConfig
import ServiceDrivers
import Testing

@testable import svcmgr

struct DiscoveryTests {
    @Test("a service is a link to svcmgr and a file; other names are none")
    func names() throws {
        let place = try Place()
        try place.service("p26.opensvc.com", "[DEFAULT]\n")
        try place.service("svc1", "", suffix: "conf")
        try place.write("/etc/opensvc/p26.opensvc.com.env.before.openha", "")
        try place.write("/etc/opensvc/nolink.conf", "")
        try place.write("/etc/opensvc/node.conf", "")
        try place.link("nofile", to: place.root + "/usr/bin/svcmgr")
        try place.link("p26.opensvc.com.cluster", to: place.root + "/usr/bin/svcmgr")
        try place.write("/etc/opensvc/other.conf", "")
        try place.link("other", to: "/bin/sh")
        try place.write("/etc/opensvc/broken.conf", "")
        try place.link("broken", to: "/nowhere/svcmgr")
        try place.write("/etc/opensvc/plain.conf", "")
        try place.write("/etc/opensvc/plain", "")
        #expect(place.services.list(nil) == 0)
        #expect(place.output == "p26.opensvc.com\nsvc1\n")
        #expect(place.services.list(["svc1", "plain"]) == 1)
        #expect(place.output == "svc1\n")
        #expect(place.complaints == ["plain: service does not exist"])
    }

    @Test("of .conf and .env the first one counts")
    func precedence() throws {
        let place = try Place()
        try place.service("svc1", "[DEFAULT]\napp = old\n")
        #expect(place.services.get("svc1", parameter: "app") == 0)
        try place.write("/etc/opensvc/svc1.conf", "[DEFAULT]\napp = new\n")
        #expect(place.services.get("svc1", parameter: "DEFAULT.app") == 0)
        #expect(place.output == "old\nnew\n")
    }

    @Test("a node without /etc/opensvc has no services, and that is no failure")
    func nothing() throws {
        let place = try Place()
        #expect(place.services.list(nil) == 0)
        #expect(place.output == "" && place.complaints == [])
    }

    @Test("a loaded service is seen from this node, with its launchers")
    func load() throws {
        let place = try Place()
        try place.service("svc1", "[app#0]\nscript = x\nenv = y\n")
        let node = try place.directory.node()
        let bare = try place.directory.load("svc1", node: node, environment: [:])
        #expect(bare.resources.map(\.rid) == ["app#0"] && bare.service.nodes == ["node1"])
        try place.link("svc1.d", to: "/nowhere")
        let full = try place.directory.load("svc1", node: node, environment: [:])
        #expect(full.resources.map(\.rid) == ["app#0", "app"])
        #expect(throws: Refusal("service does not exist")) {
            try place.directory.load("svc2", node: node, environment: [:])
        }
    }

    @Test("OSVC_ROOT_PATH comes from the environment, else from a file of shell assignments")
    func root() throws {
        let place = try Place()
        try place.write("/default", "# x\nexport OSVC_ROOT_PATH=\"/a b/\" # c\n")
        try place.write("/sysconfig", "OSVC_ROOT_PATH=/c\nOSVC_ROOT_PATH=/d # c\n")
        let files = [place.root + "/none", place.root + "/default", place.root + "/sysconfig"]
        func located(_ environment: [String: String], _ files: [String]) throws -> String {
            try Directories.located(environment: environment, settings: files).root
        }
        #expect(try located(["OSVC_ROOT_PATH": "/x/"], files) == "/x")
        #expect(try located([:], files) == "/a b")
        #expect(try located([:], [files[2]]) == "/d")
        #expect(try located([:], []) == "")
        #expect(try located(["OSVC_ROOT_PATH": "/"], files) == "")
        #expect(throws: Refusal("OSVC_ROOT_PATH is 'x': it has to begin with '/'")) {
            try located(["OSVC_ROOT_PATH": "x"], files)
        }
    }
}

struct CreateTests {
    @Test("create makes the tutorial's four files and prints nothing")
    func create() throws {
        let place = try Place()
        #expect(place.services.create(["svc1"], configFile: nil, resources: []) == 0)
        #expect(place.output == "" && place.complaints == [])
        #expect(place.target("svc1") == place.root + "/usr/bin/svcmgr")
        #expect(place.target("svc1.d") == "svc1.dir" && isDirectory(place.path("svc1.dir")))
        #expect(place.text("svc1.conf") == "[DEFAULT]\nnodes = node1\nenv = TST\n")
        #expect(place.mode("svc1.conf") == 0o644)
        #expect(place.snapshot.count == 4)
        #expect(place.services.create(["svc1"], configFile: nil, resources: []) == 1)
        #expect(place.complaints == ["service svc1 already exists"])
    }

    @Test("create takes one name, and not any")
    func names() throws {
        let place = try Place()
        for names in [[], ["a", "b"]] {
            #expect(place.services.create(names, configFile: nil, resources: []) == 1)
            let reason = "you must specify a single service name with the 'create' action"
            #expect(place.complaints == [reason])
        }
        #expect(place.services.create(["svcmgr"], configFile: nil, resources: []) == 1)
        #expect(place.complaints == ["'svcmgr' cannot be a service's name: it is a program's"])
        #expect(!isDirectory(place.path("")))
    }

    @Test("a configuration without link is moved away, and that is said")
    func setAside() throws {
        let place = try Place()
        try place.write("/etc/opensvc/svc1.conf", "mine")
        #expect(place.services.create(["svc1"], configFile: nil, resources: []) == 0)
        let backup = place.root + "/var/tmp/opensvc/svc1.conf.bak"
        #expect(try readFile(backup) == Array("mine".utf8))
        #expect(
            place.complaints == ["svc1: \(place.path("svc1.conf")) had no link: moved to \(backup)"]
        )
    }

    @Test("create takes a file and resources")
    func resources() throws {
        let place = try Place()
        try place.write("/given", "[DEFAULT]\t# all\nnodes = a b\n[fs#0]\ndev = a\nmnt = /b\n")
        let code = place.services.create(
            ["svc1"], configFile: place.root + "/given",
            resources: [
                #"{"rtype": "fs", "dev": "c", "mnt": "/d", "optional": true}"#,
                #"[{"rid": "DEFAULT", "app": "x"}, {"rid": "app#1", "script": "y", "start": 1}]"#,
            ])
        #expect(code == 0 && place.complaints == [])
        let expected = """
            [DEFAULT]\t# all
            nodes = a b
            app = x
            [fs#0]
            dev = a
            mnt = /b

            [fs#1]
            dev = c
            mnt = /d
            optional = True

            [app#1]
            script = y
            start = 1

            """
        #expect(place.text("svc1.conf") == expected)
    }

    @Test(
        "what cannot be created leaves nothing behind",
        arguments: [
            (#"{"#, "is no JSON"), (#"{"dev": "x"}"#, "has neither 'rid' nor 'rtype'"),
            (#"{"rid": "DEFAULT", "rollback": "x"}"#, "boolean conversion: x"),
            (#"{"rid": "DEFAULT", "app": "a # b"}"#, "would be cut"),
            (#"{"rid": "DEFAULT", "app": {}}"#, "no text or list"), ("3", "no JSON object"),
        ])
    func refused(json: String, reason: String) throws {
        let place = try Place()
        #expect(place.services.create(["svc1"], configFile: nil, resources: [json]) == 1)
        let complaints = place.complaints
        #expect(complaints.count == 1 && complaints[0].contains(reason), "\(complaints)")
        #expect(place.snapshot == [:])
        #expect(place.services.create(["s"], configFile: "/nowhere", resources: []) == 1)
        #expect(place.complaints == ["open /nowhere: No such file or directory"])
    }

    @Test("something in the way of a link is not overwritten")
    func obstacle() throws {
        let place = try Place()
        for name in ["svc1", "svc2.d", "svc3.dir"] {
            try place.write("/etc/opensvc/\(name)", "mine")
            let before = place.snapshot
            let service = String(name.prefix(4))
            #expect(place.services.create([service], configFile: nil, resources: []) == 1)
            #expect(place.complaints.first?.hasPrefix("\(place.path(name)) is in the way") == true)
            #expect(place.snapshot == before)
        }
    }
}
