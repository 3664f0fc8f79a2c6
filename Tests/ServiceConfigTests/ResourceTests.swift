// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServiceConfig

struct ResourceTests {
    /// The only resource that is not implicit.
    static func common(_ lines: String, node: String = "node1", service: String = "") throws
        -> CommonKeywords
    {
        let text = "[DEFAULT]\nnodes = node1 node2\ndrpnodes = node3\n\(service)\n"
        return try Sample.configuration(
            text + "[vg#0]\nvgname = data\n\(lines)\n", node: node
        ).resources[0].common
    }

    @Test(
        "a mandatory keyword that is missing or empty leaves its resource out, with the text to the byte",
        arguments: [
            ("[ip#0]\nipdev = eth0", "ipname must be set in section ip#0"),
            ("[ip#0]\nipname = a", "ipdev not found in ip section ip#0"),
            ("[vg#1]", "vgname must be set in section vg#1"),
            ("[vg#1]\nvgname =", "vgname must be set in section vg#1"),
            ("[disk#1]\ntype = vg", "name must be set in section disk#1"),
            ("[disk#1]\nname = v", "type must be set in section disk#1"),
            ("[fs#2]\nmnt = /x", "dev must be set in section fs#2"),
            ("[fs#2]\ndev = /x", "mnt must be set in section fs#2"),
            ("[app#1]\nstart = 1", "script must be set in section app#1"),
            ("[sync#1]\ndst = /x\ntarget = nodes", "src must be set in section sync#1"),
            ("[hb#0]", "type must be set in section hb#0"),
            ("[stonith#0]", "type must be set in section stonith#0"),
            ("[stonith#0]\ntype = callout", "cmd must be set in section stonith#0"),
            ("[stonith#0]\ntype = ilo", "target must be set in section stonith#0"),
            (
                "[stonith#0]\ntype = fence_agent\ntarget = t",
                "agent must be set in section stonith#0"
            ),
        ])
    func mandatory(text: String, reason: String) throws {
        let found = try Sample.configuration(text + "\n")
        #expect(found.findings.map(\.message) == [reason])
        #expect(found.findings.first?.level == .error && found.findings.first?.line == 1)
        #expect(found.resources.map(\.rid) == ["app"])
        #expect(found.leftOut == [Sample.document(text).sections[0].name])
    }

    @Test(
        "a heartbeat or a fence of a kind that is not built makes the service unusable",
        arguments: ["hb#0", "stonith#0"])
    func unsupported(section: String) {
        #expect(
            Sample.refusal("[\(section)]\ntype = other\n")
                == "svc.conf:2: type 'other' of section [\(section)] is not supported")
    }

    @Test("a disk or sync of a kind that is not built is left out, and said")
    func unsupportedDisk() throws {
        let found = try Sample.configuration("[disk#0]\ntype = raw\n[sync#1]\ntype = zfs\n")
        #expect(found.leftOut == ["disk#0", "sync#1"])
        #expect(found.findings.map(\.level) == [.error, .error])
    }

    @Test(
        "each kind of section becomes its driver's keywords",
        arguments: [
            (
                "[ip#0]\nipname = a\nipdev = eth0\nnetmask = 24",
                .ip(IPKeywords(name: "a", device: "eth0", netmask: "24"))
            ),
            ("[vg#0]\nname = v", .volumeGroup(name: "v")),
            ("[disk#0]\ntype = lvm\nname = v", .volumeGroup(name: "v")),
            ("[disk#0]\ntype = vg\nvgname = v", .volumeGroup(name: "v")),
            (
                "[fs#0]\ndev = LABEL=x\nmnt = /m\nmnt_opt = ro,noatime",
                .fileSystem(
                    FileSystemKeywords(
                        type: "", device: "LABEL=x", mountPoint: "/m", options: "ro,noatime"))
            ),
            ("[hb#0]\ntype = openha\nname = ha", .openHA(name: "ha")),
            ("[hb#0]\ntype = OpenHA", .openHA(name: "svc")),
            (
                "[stonith#0]\ntype = callout\ncmd = /bin/fence --now",
                .stonithCallout(command: "/bin/fence --now")
            ),
            ("[stonith#0]\ntype = ilo\nname = ilo1", .stonithILO(target: "ilo1")),
            (
                "[stonith#0]\ntype = fence_agent\nagent = fence_dummy\ntarget = t\noptions = a=b c=d=e",
                .fenceAgent(
                    FenceAgentKeywords(
                        agent: "fence_dummy", target: "t", options: ["a=b", "c=d=e"]))
            ),
        ] as [(String, DriverKeywords)])
    func drivers(text: String, driver: DriverKeywords) throws {
        #expect(try Sample.driver(text + "\n") == driver)
    }

    @Test("an application has its orders and its timeout; a sync its lists")
    func applicationAndSync() throws {
        var application = ApplicationKeywords(script: "web")
        (application.start, application.stop, application.timeout) = (10, 90, .seconds(5))
        #expect(
            try Sample.driver(
                "[app#0]\nscript = web\nstart = 10\nstop = 90\ncheck =\ntimeout = 5\n")
                == .application(application))
        var sync = RsyncKeywords()
        (sync.sources, sync.destination, sync.targets) = (["/a", "/b"], "/c", ["nodes"])
        (sync.options, sync.schedule, sync.maximumDelay) = (["-z"], "@60", .seconds(600))
        let text = "src = /a /b\ndst = /c\ntarget = nodes\noptions = -z\nschedule = @60\n"
        #expect(
            try Sample.driver("[sync#1]\n\(text)sync_max_delay = 10\n") == .rsync(sync))
    }

    @Test(
        "a fence agent is a base name that begins with fence_, and no secret stands in options",
        arguments: [
            ("agent = /usr/sbin/fence_x", "agent"), ("agent = reboot", "agent"),
            ("agent = fence_x\noptions = passwd=x", "options"),
            ("agent = fence_x\noptions = Password=x", "options"),
            ("agent = fence_x\noptions = secret_key=x", "options"),
            ("agent = fence_x\noptions = verbose", "options"),
        ])
    func fenceAgents(lines: String, keyword: String) {
        let refusal = Sample.refusal("[stonith#0]\ntype = fence_agent\ntarget = t\n\(lines)\n")
        #expect(refusal?.contains("\(keyword) in section [stonith#0]: ") == true)
    }

    @Test("a script that hands out a password is no secret")
    func passwordScript() throws {
        let text = "[stonith#0]\ntype = fence_agent\nagent = fence_x\ntarget = t\n"
        #expect(try Sample.driver(text + "options = passwd_script=/x password_script=/y\n") != nil)
    }

    @Test("a section's name becomes a file's: no / in it, nor blanks")
    func sectionNames() {
        for name in ["fs#../x", "fs#a b", "ip#1,2"] {
            #expect(
                Sample.refusal("[\(name)]\n")
                    == "svc.conf:1: [\(name)] cannot be a resource's section")
        }
    }

    @Test("sections of kinds that are not built are ignored with a debug line")
    func ignored() throws {
        let found = try Sample.configuration("[container#0]\n[loop#1]\n[env]\n[subset#app]\n[fs]\n")
        #expect(found.resources.map(\.rid) == ["app"])
        #expect(found.findings.map(\.level) == [.debug, .debug, .debug])
        #expect(found.findings[0].reason == "section [container#0] is ignored")
    }

    @Test("app is there unless there is an app#N and no launcher directory")
    func launchers() throws {
        let text = "[app#0]\nscript = a\n[app]\noptional = true\n"
        #expect(try Sample.configuration(text).resources.map(\.rid) == ["app#0", "app"])
        #expect(try Sample.configuration(text).resources[1].common.isOptional)
        #expect(try Sample.configuration(text, launchers: false).resources.map(\.rid) == ["app#0"])
        #expect(try Sample.configuration("", launchers: false).resources.map(\.rid) == ["app"])
        let broken = "[app#0]\nstart = 1\n"
        #expect(try Sample.configuration(broken, launchers: false).resources.map(\.rid) == ["app"])
    }

    @Test("sync#i0 is there when nodes and drpnodes together are more than one")
    func configurationSync() throws {
        let rids = { (text: String) in try Sample.configuration(text).resources.map(\.rid) }
        #expect(try rids("[DEFAULT]\nnodes = node1\n") == ["app"])
        #expect(try rids("[DEFAULT]\nnodes = node1 node2\n") == ["app", "sync#i0"])
        #expect(try rids("[DEFAULT]\nnodes = node1\ndrpnodes = node1\n") == ["app"])
        #expect(try rids("[DEFAULT]\nnodes = node1\ndrpnode = node3\n") == ["app", "sync#i0"])
        #expect(try rids("[sync#i0]\noptions = -z\n") == ["app"])
        let text = "[DEFAULT]\nnodes = node1 node2\n[sync#i0]\noptions = -z --foo\nschedule = @9\n"
        let found = try Sample.configuration(text).resources
        #expect(found.map(\.rid) == ["sync#i0", "app"])
        #expect(found[0].driver == .configurationSync(options: ["-z", "--foo"]))
        #expect(found[0].common.schedule == "@9")
    }

    @Test(
        "disable, disable_on and enable_on: the last one alone decides where it is given",
        arguments: [
            ("", false), ("disable = true", true), ("disable@node1 = true", true),
            ("disable@node2 = true", false), ("disable_on = node1", true),
            ("disable_on = NODES", true), ("disable_on = drpnodes", false),
            ("enable_on = node2", true), ("enable_on = nodes\ndisable = true", false),
            ("enable_on = node1\ndisable_on = node1", false),
        ])
    func disabled(lines: String, isDisabled: Bool) throws {
        #expect(try ResourceTests.common(lines).isDisabled == isDisabled)
    }

    @Test("a disabled service disables every resource, the implicit ones too")
    func disabledService() throws {
        let text =
            "[DEFAULT]\nnodes = node1 node2\ndisable = yes\n[vg#0]\nvgname = v\nenable_on = nodes\n"
        let found = try Sample.configuration(text)
        #expect(found.resources.count == 3)
        for resource in found.resources { #expect(resource.common.isDisabled) }
    }

    @Test("optional, monitor, standby, tags, subset and restart")
    func others() throws {
        let lines = "optional_on = node1\nmonitor = y\ntags = a b\nsubset = s\nrestart = 2"
        let common = try ResourceTests.common(lines + "\nalways_on = drpnodes")
        #expect(common.isOptional && common.isMonitored && !common.isStandby)
        #expect(common.tags == ["a", "b"] && common.subset == "s" && common.restarts == 2)
        let recovery = try ResourceTests.common(lines + "\nalways_on = drpnodes", node: "node3")
        #expect(!recovery.isOptional && recovery.isStandby)
        #expect(try ResourceTests.common("monitor_on = node2").isMonitored == false)
    }

    @Test("triggers have a moment, an action and perhaps the power to block")
    func triggers() throws {
        let common = try ResourceTests.common(
            "pre_start = a b\nblocking_post_stop = c\npost_syncnodes = d\npre_start@node2 = e")
        #expect(
            common.triggers == [
                Trigger(moment: .pre, isBlocking: false, action: "start", command: "a b"),
                Trigger(moment: .post, isBlocking: true, action: "stop", command: "c"),
                Trigger(moment: .post, isBlocking: false, action: "sync_nodes", command: "d"),
            ])
        #expect(
            try ResourceTests.common("pre_start@node2 = e", node: "node2").triggers.map(\.command)
                == ["e"])
    }
}

struct ValidationTests {
    static func findings(_ text: String) -> [String] {
        ServiceConfiguration.findings(
            Sample.document(text), name: "svc", at: Viewpoint(nodeName: "node1")
        ).map(\.description)
    }

    @Test("validation tells all that is wrong, in the order of the file, with its lines")
    func everything() {
        let text = """
            [DEFAULT]
            nodes = node1 node2
            colour = red
            rollback = perhaps
            [ip#0]
            ipname@node9 = a
            ipdev = eth0
            junk
            [nonsense#1]
            [fs#0]
            dev = {fs#9.dev}
            mnt = /m
            type = ext4
              [fs#1]
            """
        #expect(
            ValidationTests.findings(text) == [
                "svc.conf:3: unknown keyword 'colour' in section [DEFAULT]",
                "svc.conf:4: Invalid value for boolean conversion: perhaps",
                "svc.conf:5: ipname must be set in section ip#0",
                "svc.conf:6: 'node9' in 'ipname@node9' is no node of this service",
                "svc.conf:8: this line is neither a [section], a comment nor 'keyword = value'",
                "svc.conf:9: unknown section [nonsense#1]",
                "svc.conf:11: {fs#9.dev}: reference evaluation failed: section fs#9 not found",
                "svc.conf:13: the value of 'type' goes on with an indented section",
            ])
    }

    @Test("keywords of later agents are accepted and ignored")
    func later() {
        let text = "[DEFAULT]\nflex_min_nodes = 1\npg_cpus = 1\nencapnodes = a\nmode = hosted\n"
        #expect(
            ValidationTests.findings(text + "[fs#0]\ndev = a\nmnt = /b\nstart_requires = x\n") == []
        )
    }

    @Test("any bytes are read without a fault", arguments: 1...200)
    func anything(seed: UInt64) {
        var text = Array(EditTests.file(seed: seed).utf8)
        let words = ["{", "}", "$(", ")", "[0]", "{env.x}", "\u{FFFD}", "@node1", "\0", "]", "**"]
        for index in 0..<Int(seed % 7) where !text.isEmpty {
            let place = Int(seed &* 2_654_435_761 >> 3) % text.count
            text.insert(contentsOf: words[(index + Int(seed)) % words.count].utf8, at: place)
        }
        let document = ConfigDocument(file: "f", text: text)
        _ = ServiceConfiguration.findings(document, name: "s", at: Viewpoint(nodeName: "n"))
        _ = NodeConfiguration(document, nodeName: "n")
    }
}
