// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServiceConfig

struct NodeConfigurationTests {
    static func node(_ text: String, name: String = "node1") -> NodeConfiguration {
        NodeConfiguration(ConfigDocument(file: "node.conf", text: text), nodeName: name)
    }

    @Test("a node without node.conf is a test node, and everyone logs in as root")
    func defaults() {
        let node = NodeConfigurationTests.node("")
        #expect(node.environment == "TST" && node.remoteUsers == [])
        #expect(node.syslog.facility == "daemon" && node.collector == nil)
        #expect(node.maintenanceGrace == .seconds(60) && node.rejoinGrace == .seconds(90))
        #expect(node.findings == [])
    }

    @Test("keys may be scoped by the node's name; host_mode is the old name of env")
    func scopes() {
        let text = "[node]\nhost_mode = DEV\nenv@node1 = PRD\n"
        #expect(NodeConfigurationTests.node(text).environment == "PRD")
        #expect(NodeConfigurationTests.node(text, name: "node2").environment == "DEV")
    }

    @Test("an environment that nobody knows is said, and the default holds")
    func unknownEnvironment() {
        let node = NodeConfigurationTests.node("[node]\nenv = prod\n")
        #expect(node.environment == "TST" && node.findings.count == 1)
        #expect(
            node.findings.first?.reason.hasPrefix("env in section [node]: 'prod' is none of: DEV ")
                == true)
    }

    @Test("the words of ruser are users, for all nodes or for one; an option is none")
    func remoteUsers() {
        let node = NodeConfigurationTests.node("[node]\nruser = osvc admin@Node2 -x\n")
        #expect(node.remoteUsers == ["osvc", "admin@Node2"])
        #expect(node.findings.map(\.description) == ["node.conf:2: ruser: '-x' is no user"])
    }

    @Test("syslog, schedules, fences and the rest")
    func sections() {
        let node = NodeConfigurationTests.node(
            """
            [syslog]
            facility = none
            port = 514
            host = loghost
            [checks]
            schedule = @10
            [stonith#Node2]
            cmd = /bin/fence node2
            [cluster]
            name@node1 = mine
            [node]
            rejoin_grace_period = 5
            maintenance_grace_period = x
            """)
        #expect(node.syslog.facility == nil && node.syslog.port == 514)
        #expect(node.syslog.host == "loghost" && node.schedules == ["checks": "@10"])
        #expect(node.stonithCommands == ["node2": "/bin/fence node2"])
        #expect(node.value("name", in: "cluster") == "mine")
        #expect(node.rejoinGrace == .seconds(5) && node.maintenanceGrace == .seconds(60))
        #expect(node.findings.count == 1)
    }

    @Test("auth.conf knows a target by its section")
    func credentials() throws {
        let document = ConfigDocument(
            file: "auth.conf",
            text: "[ilo1]\nusername = admin\nkey = /k\n[t]\npassword = a#b\nkey =\n")
        let ilo = try #require(Credentials(for: "ilo1", in: document))
        #expect(ilo.username == "admin" && ilo.key == "/k" && ilo.password == nil)
        let other = try #require(Credentials(for: "t", in: document))
        #expect(other.password == "a#b" && other.key == nil && other.username == nil)
        #expect(Credentials(for: "ilo2", in: document) == nil)
    }
}

struct ServiceNameTests {
    @Test(
        "what would be a program, an option, a path or another file is no service's name",
        arguments: [
            "svcmgr", "nodemgr", "svcmon", "node", "auth", "a/b", "-s", ".hidden", "a b", "a\tb",
            "", "a\n", "svc1.conf", "svc1.cluster", "a,b", String(repeating: "x", count: 129),
        ])
    func refused(name: String) { #expect(ServiceName.refusal(name) != nil) }

    @Test("others are", arguments: ["svc1", "p26.opensvc.com", "Été", "a-b_c"])
    func accepted(name: String) { #expect(ServiceName.refusal(name) == nil) }
}

struct ConfigParameterTests {
    @Test("a parameter is split at its single dot; dots of a scope do not count")
    func split() {
        #expect(ConfigParameter("hb#1.type").map { [$0.section, $0.word] } == ["hb#1", "type"])
        #expect(ConfigParameter("app").map { [$0.section, $0.word] } == [nil, "app"])
        let scoped = ConfigParameter("fs#0.mnt@node1.example.com")
        #expect(scoped?.section == "fs#0" && scoped?.word == "mnt@node1.example.com")
        #expect(ConfigParameter("a@n.x").map { [$0.section, $0.word] } == [nil, "a@n.x"])
        for text in ["", ".", "a.", ".b", "a.b.c"] { #expect(ConfigParameter(text) == nil) }
    }
}
