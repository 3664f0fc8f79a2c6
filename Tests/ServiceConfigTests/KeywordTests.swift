// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServiceConfig

struct KeywordTests {
    static func service(_ lines: String, node: String = "node1") throws -> ServiceKeywords {
        try Sample.configuration("[DEFAULT]\n\(lines)\n", node: node).service
    }

    @Test("an empty file is a service on this node alone, with its launchers")
    func empty() throws {
        let found = try Sample.configuration("")
        #expect(found.service.nodes == ["node1"] && found.service.environment == "TST")
        #expect(found.resources.map(\.rid) == ["app"])
        #expect(found.service.rollsBack && found.service.showsDisabled)
        #expect(found.service.lockTimeout == .seconds(60))
        #expect(found.service.syncMaximumDelay == .seconds(1500 * 60))
    }

    @Test(
        "words for yes and no, in any case",
        arguments: [
            ("yes y True T 1 TRUE", true), ("no n False f 0 0.0 None [] {} ", false),
        ])
    func bools(words: String, value: Bool) throws {
        for word in words.split(separator: " ", omittingEmptySubsequences: false) {
            #expect(try KeywordTests.service("rollback = \(word)").rollsBack == value, "\(word)")
        }
    }

    @Test("other words for yes and no make the service unusable, with the text to the byte")
    func badBool() {
        #expect(
            Sample.refusal("[fs#0]\ndev = a\nmnt = /b\noptional = perhaps\n")
                == "Invalid value for boolean conversion: perhaps")
    }

    @Test("numbers may have a unit of 1024", arguments: [("7", 7), ("2k", 2048), ("1M", 1 << 20)])
    func ints(text: String, value: Int) throws {
        #expect(try KeywordTests.service("bwlimit = \(text)").bandwidthLimit == value)
    }

    @Test(
        "what is no number makes the service unusable",
        arguments: ["x", "-1", "1.5", "k", "99999999999999999999", "9999999999t", "1 2"])
    func badInts(text: String) {
        let reason = "bwlimit in section [DEFAULT]: Invalid value for integer conversion: \(text)"
        #expect(Sample.refusal("[DEFAULT]\nbwlimit = \(text)\n") == "svc.conf:2: \(reason)")
    }

    @Test("nodes are lower case; drpnode and drpnodes are the same list")
    func nodes() throws {
        let service = try KeywordTests.service(
            "nodes = Node1 NODE2\ndrpnode = Node3\ndrpnodes = node4 node3\nautostart_node = Node1")
        #expect(service.nodes == ["node1", "node2"])
        #expect(service.recoveryNodes == ["node3", "node4"])
        #expect(service.autostartNodes == ["node1"])
    }

    @Test("a node's name is no option and no path", arguments: ["-oProxyCommand=x", "a/b", ".."])
    func nodeNames(name: String) {
        #expect(
            Sample.refusal("[DEFAULT]\nnodes = node1 \(name)\n")
                == "svc.conf:2: nodes in section [DEFAULT]: "
                + "'\(name.lowercased())' cannot be a node's name")
    }

    @Test("service_type is the old name of env, and env counts where both stand")
    func environment() throws {
        #expect(try KeywordTests.service("service_type = PRD").environment == "PRD")
        #expect(try KeywordTests.service("service_type = PRD\nenv = DEV").environment == "DEV")
        let view = Viewpoint(nodeName: "node1", nodeEnvironment: "STG")
        let empty = try ServiceConfiguration(Sample.document(""), name: "svc", at: view)
        #expect(empty.service.environment == "STG")
        for keyword in ["env", "service_type"] {
            #expect(
                Sample.refusal("[DEFAULT]\n\(keyword) = TEST\n")
                    == "svc.conf:2: \(keyword) in section [DEFAULT]: 'TEST' is none of: "
                    + "DEV DRP FOR INT PRA PRD PRJ PPRD REC STG TMP TST UAT")
        }
    }

    @Test("a service that is not PRD must not run on a PRD node")
    func productionNode() throws {
        let test = try Sample.configuration("[DEFAULT]\nenv = TST\n")
        #expect(
            test.refusal(nodeEnvironment: "PRD")
                == "not allowed to run on this node (svc env=TST node env=PRD)")
        #expect(test.refusal(nodeEnvironment: "TST") == nil)
        let production = try Sample.configuration("[DEFAULT]\nenv = PRD\n")
        #expect(production.refusal(nodeEnvironment: "PRD") == nil)
        #expect(production.refusal(nodeEnvironment: "TST") == nil)
    }

    @Test("choices are one of the known; an unknown monitor action is none")
    func choices() throws {
        let service = try KeywordTests.service("monitor_action = freezestop\norchestrate = ha")
        #expect(service.monitorAction == .freezestop && service.orchestrate == .ha)
        #expect(try KeywordTests.service("monitor_action = panic").monitorAction == nil)
        for keyword in ["orchestrate", "cluster_type"] {
            let refusal = Sample.refusal("[DEFAULT]\n\(keyword) = maybe\n")
            #expect(refusal?.contains("\(keyword) in section [DEFAULT]: 'maybe'") == true)
        }
    }

    @Test("the old trio of sync keywords is a gate, and a schedule")
    func trio() throws {
        let service = try KeywordTests.service(
            """
            sync_period = [["22:00", "02:30"], ["12:00", "13:00"]]
            sync_days = ["monday", "Fri"]
            sync_interval = 30
            """)
        let periods = [
            SyncGate.Period(begin: 1320, end: 150), SyncGate.Period(begin: 720, end: 780),
        ]
        #expect(service.syncGate.periods == periods)
        #expect(service.syncGate.days == ["monday", "friday"])
        #expect(service.syncGate.intervalMinutes == 30)
        #expect(
            service.schedules["sync_schedule"] == "22:00-02:30@30,12:00-13:00@30 mon,fri")
        #expect(service.syncSchedule == nil)
        #expect(try KeywordTests.service("sync_schedule = @10").syncSchedule == "@10")
        #expect(
            try KeywordTests.service("sync_days = []").schedules["sync_schedule"] == "@0",
            "no day is not every day")
    }

    @Test(
        "a trio that is none makes the service unusable",
        arguments: [
            "sync_period = [\"24:00\", \"05:59\"]", "sync_period = 03:59", "sync_days = [\"x\"]",
            "sync_days = monday", "sync_interval = -1", "sync_period = [\"1:2:3\", \"05:59\"]",
        ])
    func badTrio(line: String) {
        #expect(Sample.refusal("[DEFAULT]\n\(line)\n")?.hasPrefix("svc.conf:2: sync_") == true)
    }

    @Test("schedules are as written, or by default")
    func schedules() throws {
        let schedules = try KeywordTests.service("status_schedule = @5").schedules
        #expect(
            schedules == [
                "status_schedule": "@5", "monitor_schedule": "@1",
                "push_schedule": "00:00-06:00@361", "comp_schedule": "00:00-06:00@361",
                "resinfo_schedule": "@60", "sync_schedule": "03:59-05:59@121",
            ])
    }
}

struct ScopeTests {
    static let text = """
        [DEFAULT]
        nodes = node1 node2
        drpnodes = node3
        encapnodes = node4
        flex_primary = node2
        [ip#0]
        ipname = unscoped
        ipname@node1 = mine
        ipname@nodes = ours
        ipname@drpnodes = theirs
        ipname@encapnodes = inside
        ipdev = eth0
        ipdev@flex_primary = eth1
        ipdev@drp_flex_primary = eth2
        """

    @Test(
        "the node's own scope comes first, then its groups, then none",
        arguments: [
            ("node1", "mine", "eth0"), ("NODE2", "ours", "eth1"), ("node3", "theirs", "eth2"),
            ("node4", "inside", "eth0"), ("node5", "unscoped", "eth0"),
        ])
    func order(node: String, name: String, device: String) throws {
        let found = try Sample.configuration(ScopeTests.text, node: node)
        #expect(found.resources[0].driver == .ip(IPKeywords(name: name, device: device)))
    }

    @Test("a mandatory keyword may exist for some nodes only")
    func partly() throws {
        let text = "[DEFAULT]\nnodes = node1 node2\n[vg#0]\nvgname@node2 = data\n"
        #expect(try Sample.configuration(text).leftOut == ["vg#0"])
        #expect(try Sample.configuration(text, node: "node2").leftOut == [])
    }
}

struct ReferenceTests {
    static func script(_ text: String, environment: [String: String] = [:]) throws -> String? {
        let file = """
            [DEFAULT]
            nodes = node1 node2
            app = My App
            [env]
            port = 80{one}
            one = 1
            mnt = /svc1
            a = {env.b}
            b = {env.a}
            [fs#0]
            dev = /dev/x
            mnt = {env.mnt}/data
            [app#0]
            script = \(text)
            """.replacing("{one}", with: "{env.one}")
        let found = try Sample.configuration(
            file, name: "svc.example.com", node: "node1.lan", environment: environment)
        guard
            case .application(let keywords) = found.resources.first(where: { $0.rid == "app#0" })?
                .driver
        else { return nil }
        return keywords.script
    }

    @Test(
        "references are replaced until nothing is left to replace",
        arguments: [
            ("{svcname}", "svc.example.com"), ("{short_svcname}", "svc"),
            ("{nodename}", "node1.lan"), ("{short_nodename}", "node1"),
            ("{svcmgr}", "/usr/bin/svcmgr"), ("{nodemgr}", "/usr/bin/nodemgr"),
            ("{fs#0.mnt}/run", "/svc1/data/run"), ("{app}", "My App"), ("{DEFAULT.app}", "My App"),
            ("{nodes[0]}", "node1"), ("{nodes[1]}", "node2"), ("{DEFAULT.nodes[-1]}", "node2"),
            ("{#nodes}", "2"), ("{DEFAULT.#nodes}", "2"), ("{env.port}", "801"),
            ("$(1 + 2*3)", "7"), ("x$({env.port}+$(2*(1+1)))y", "x805y"),
            ("{nodes[$(2-1)]}", "node2"),
            ("$(7/2) $(-7/2) $(7%4) $(-7%4) $(2**10)", "3 -4 3 1 1024"),
            ("{} {print $1} $HOME", "{} {print $1} $HOME"), ("{env}", "TST"),
        ])
    func values(text: String, expected: String) throws {
        #expect(try ReferenceTests.script(text) == expected)
    }

    @Test("a variable of the process wins over section [env]")
    func environment() throws {
        #expect(try ReferenceTests.script("{env.port}", environment: ["PORT": "9"]) == "9")
        #expect(try ReferenceTests.script("{env.home}", environment: ["HOME": "/root"]) == "/root")
    }

    @Test(
        "a reference that leads nowhere makes the service unusable, and says why",
        arguments: [
            ("{fs#9.mnt}", "section fs#9 not found"),
            ("{fs#0.nope}", "keyword nope not found in section fs#0"),
            ("{nope}", "keyword nope not found in section DEFAULT"),
            ("{env.nope}", "NOPE is not in the environment, nope not in [env]"),
            ("{nodes[2]}", "{nodes[2]}: 'node1 node2' has 2 words"),
            ("{env.a}", "circular reference {env.a}"), ("$(1/0)", "division by zero"),
            ("$(date)", "'date' is no arithmetic"), ("$(9**64)", "the number is too large"),
        ])
    func failures(text: String, reason: String) {
        let expected = "\(text): reference evaluation failed: \(reason)"
        #expect(throws: (any Error).self) { try ReferenceTests.script(text) }
        do { _ = try ReferenceTests.script(text) } catch { #expect("\(error)" == expected) }
    }

    @Test("in a trigger it stays as written")
    func triggers() throws {
        let text = "[vg#0]\nvgname = v\npre_start = /bin/x {nope} {nodename} $(date)\n"
        let found = try Sample.configuration(text).resources[0]
        #expect(
            found.common.triggers.map(\.command) == ["/bin/x {nope} {nodename} $(date)"])
    }

    @Test("values that double each other come to an end", .timeLimit(.minutes(1)))
    func doubling() {
        let lines = (0..<60).map { "k\($0) = {env.k\($0 + 1)}{env.k\($0 + 1)}" }
        let text = "[env]\n\(lines.joined(separator: "\n"))\nk60 = x\n[vg#0]\nvgname = {env.k0}\n"
        #expect(Sample.refusal(text)?.hasSuffix("references without end") == true)
    }

    @Test("nested parentheses come to an end")
    func deep() {
        let text = String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
        #expect(Sample.refusal("[vg#0]\nvgname = $\(text)\n") != nil)
    }
}
