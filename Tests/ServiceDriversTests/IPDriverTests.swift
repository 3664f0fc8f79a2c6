// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

@Suite("an address, on what iproute2 and arping printed")
struct IPDriverTests {
    private static let eth0 = """
        2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP qlen 1000
            link/ether 52:54:00:db:db:29 brd ff:ff:ff:ff:ff:ff link-netnsid 0
            inet 37.59.71.22/27 brd 37.59.71.31 scope global eth0
               valid_lft forever preferred_lft forever

        """
    private static let lo = """
        1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
            inet 127.0.0.1/8 scope host lo
            inet6 ::1/128 scope host

        """
    private static let before = lo + eth0
    private static let after =
        before + "    inet 37.59.71.26/27 brd 37.59.71.31 scope global secondary eth0:1\n"
    private static let version6 = before + "    inet6 2001:db8::26/64 scope global\n"

    private static let check = "ping -c 1 -W 5 -w 5 37.59.71.26"
    private static let look = "ping -c 1 -W 1 -w 1 37.59.71.26"
    private static let up = "ifconfig eth0:1 37.59.71.26 netmask 255.255.255.224 up"
    private static let announce = "arping -U -c 1 -I eth0 -s 37.59.71.26 0.0.0.0"
    private static let arping = """
        ARPING 0.0.0.0 from 37.59.71.26 eth0
        Sent 1 probes (1 broadcast(s))
        Received 0 response(s)

        """
    private static let name = "P26.OPENSVC.COM.IP#0"

    private let bench = Workbench()

    init() { answer([("ip addr", [.printed(Self.before)])]) }

    private func answer(_ answers: [(String, [CommandResult])]) {
        bench.host.change { state in
            for (line, results) in answers {
                state.results[line] = results
                let program = String(line.prefix { $0 != " " })
                state.programs[program] = "/sbin/" + program
            }
        }
    }

    private func driver(
        _ name: String = "p26.opensvc.com", device: String = "eth0", netmask: String? = nil,
        resolved: ProbeAnswer? = .addresses(["2001:db8::1", "37.59.71.26"]), tags: [String] = []
    ) -> (IPDriver, Work) {
        let keywords = IPKeywords(name: name, device: device, netmask: netmask)
        var bench = bench
        bench.host.change { $0.probes = [(.resolve(name: name), resolved)] }
        var resource = bench.add("ip#0", .ip(keywords))
        resource.common.tags = tags
        return (IPDriver(keywords), bench.work(resource))
    }

    private func warning(_ text: String) -> Evaluation {
        Evaluation(.warn, [StatusNote(.warn, text)])
    }

    @Test("up is: on some interface, secondary or not, under the name before the @")
    func status() async {
        let (driver, work) = driver()
        #expect(driver.label == "p26.opensvc.com@eth0")
        #expect(await driver.evaluate(work) == Evaluation(.down))
        answer([("ip addr", [.printed(Self.after)])])
        #expect(await driver.evaluate(work) == Evaluation(.up))
        let (elsewhere, other) = self.driver("37.59.71.22", device: "eth7")
        #expect(await elsewhere.evaluate(other) == Evaluation(.up))
        #expect(bench.recorder.visible.isEmpty)
    }

    @Test("a name that means nothing, a resolver that hangs, an interface that is not there")
    func statusOfNothing() async {
        let (unknown, work) = driver(resolved: .failed(2))
        let text = "could not resolve p26.opensvc.com to an ip address"
        #expect(await unknown.evaluate(work) == warning(text))
        let (silent, other) = driver(resolved: nil)
        let silence = "no answer from the resolver for p26.opensvc.com"
        #expect(await silent.evaluate(other) == warning(silence))
        let (nowhere, third) = driver(device: "eth7")
        let missing = StatusNote(.error, "interface eth7 not found")
        #expect(await nowhere.evaluate(third) == Evaluation(.down, [missing]))
        answer([("ip addr", [CommandResult(.timedOut)])])
        let (driver, fourth) = self.driver()
        #expect(await driver.evaluate(fourth) == warning("ip did not end within 3 seconds"))
    }

    @Test(
        "an address is taken as written only if ip would print it so",
        arguments: [("10.0.0.1", true), ("010.0.0.1", false), ("+1.0.0.1", false), ("a", false)])
    func dotted(text: String, isDotted: Bool) { #expect(IPDriver.isDotted(text) == isDotted) }

    @Test("the tutorial's start")
    func start() async throws {
        answer([
            (Self.check, [.failed(1)]), (Self.up, [.well]), (Self.look, [.failed(1), .well]),
            ("arping -V", [.printed("arping from iputils 20221126\n")]),
            (Self.announce, [.failed(1, output: Self.arping)]),
        ])
        let (driver, work) = driver()
        try await driver.checkConflict(work)
        #expect(try await driver.start(work))
        #expect(
            bench.recorder.visible == [
                "INFO \(Self.name) checking 37.59.71.26 availability",
                "INFO \(Self.name) ifconfig eth0:1 37.59.71.26 netmask 255.255.255.224 up",
                "INFO \(Self.name) arping -U -c 1 -I eth0 -s 37.59.71.26 0.0.0.0", Self.arping,
            ])
        // The neighbours that do not learn from that are told once more.
        #expect(bench.host.lines.last == "arping -U -c 1 -I eth0 -s 37.59.71.26 37.59.71.26")
    }

    @Test("somebody else answers: a conflict, and nothing is changed")
    func conflict() async {
        answer([(Self.check, [.well])])
        let (driver, work) = driver()
        let failed = await failure { try await driver.checkConflict(work) }
        #expect(failed?.reason == "start aborted due to resource ip#0 conflict")
        #expect(bench.recorder.visible == ["INFO \(Self.name) checking 37.59.71.26 availability"])
        #expect(bench.host.lines == ["ip addr", Self.check])
    }

    @Test(
        "no check for an address that is here, nor for one tagged so",
        arguments: [
            ["noaction"], ["nonrouted"], [],
        ])
    func noCheck(tags: [String]) async throws {
        if tags.isEmpty { answer([("ip addr", [.printed(Self.after)])]) }
        let (driver, work) = driver(tags: tags)
        try await driver.checkConflict(work)
        #expect(bench.recorder.visible.isEmpty)
    }

    @Test("a check that cannot be made is no all-clear")
    func noPing() async {
        let (driver, work) = driver()
        #expect(await failure { try await driver.checkConflict(work) } == StepFailure())
        let text = "ping does not exist or not in path or is not executable"
        #expect(bench.recorder.visible.last == "ERROR \(Self.name) \(text)")
    }

    @Test("what is here already is left alone")
    func startedAlready() async throws {
        answer([("ip addr", [.printed(Self.after)])])
        let (driver, work) = driver()
        #expect(try await !driver.start(work))
        #expect(bench.recorder.visible == ["INFO \(Self.name) 37.59.71.26 is already up on eth0"])
    }

    @Test(
        "each reason not to plumb is one line",
        arguments: [
            ("eth7", nil, "Interface eth7 is not up. Cannot stack over it."),
            ("eth1", nil, "Interface eth1 is not up. Cannot stack over it."),
            ("eth2", nil, "No netmask set on parent interface eth2"),
            ("eth0", "255.0.255.0", "netmask 255.0.255.0 is neither dotted nor a prefix length"),
        ])
    func refusals(device: String, netmask: String?, text: String) async {
        let more = "3: eth1: <BROADCAST> mtu 1500\n4: eth2: <BROADCAST,UP> mtu 1500\n"
        answer([("ip addr", [.printed(Self.before + more)])])
        let (driver, work) = driver(device: device, netmask: netmask)
        #expect(await failure { _ = try await driver.start(work) } == StepFailure())
        #expect(bench.recorder.visible == ["ERROR \(Self.name) \(text)"])
    }

    @Test("a name that cannot be resolved fails start and stop")
    func unresolved() async {
        let (driver, work) = driver(resolved: .failed(2))
        #expect(await failure { _ = try await driver.start(work) } == StepFailure())
        #expect(await failure { try await driver.stop(work) } == StepFailure())
        let text = "ERROR \(Self.name) could not resolve name p26.opensvc.com"
        #expect(bench.recorder.visible == [text, text])
    }

    @Test("without ifconfig, ip does the same under ifconfig's text; with its own mask and alias")
    func modern() async throws {
        let taken = Self.before + "    inet 10.0.0.1/8 scope global secondary eth0:1\n"
        let new = "ip addr add 37.59.71.26/24 brd + dev eth0 label eth0:2"
        answer([
            ("ip addr", [.printed(taken)]), (new, [.well]), (Self.look, [.well]),
        ])
        let (driver, work) = driver(netmask: "24")
        #expect(try await driver.start(work))
        #expect(bench.host.lines.contains(new))
        #expect(
            bench.recorder.visible == [
                "INFO \(Self.name) ifconfig eth0:2 37.59.71.26 netmask 255.255.255.0 up",
                "WARNING \(Self.name) arp announce skipped. install 'arping'",
            ])
    }

    @Test("an arping that is not iputils' is not used")
    func otherArping() async throws {
        answer([
            (Self.up, [.well]), (Self.look, [.well]),
            ("arping -V", [.failed(1, "ARPing 2.23, by Thomas Habets\n")]),
        ])
        let (driver, work) = driver()
        #expect(try await driver.start(work))
        let text = "arp announce skipped. install 'iputils-arping'"
        #expect(bench.recorder.visible.last == "WARNING \(Self.name) \(text)")
    }

    @Test("an address that does not answer here is taken away again")
    func noActivation() async {
        answer([
            ("ip addr", [.printed(Self.before), .printed(Self.after)]), (Self.up, [.well]),
            (Self.look, [.failed(1)]), ("ifconfig eth0:1 down", [.well]),
        ])
        let (driver, work) = driver()
        #expect(await failure { _ = try await driver.start(work) } == StepFailure())
        #expect(bench.host.lines.filter { $0 == Self.look }.count == 5)
        #expect(
            bench.recorder.visible.suffix(2) == [
                "ERROR \(Self.name) timed out waiting for ip activation",
                "INFO \(Self.name) ifconfig eth0:1 down",
            ])
    }

    @Test("tagged noalias it stands beside the interface's own address, and goes without that one")
    func noAlias() async throws {
        let own =
            Self.before + "    inet 37.59.71.26/27 brd 37.59.71.31 scope global secondary eth0\n"
        let add = "ip addr add 37.59.71.26/27 brd + dev eth0"
        let delete = "ip addr del 37.59.71.26/27 dev eth0"
        answer([
            (add, [.well]), (delete, [.well]), (Self.look, [.well]), (Self.check, [.failed(1)]),
            ("ifconfig", [.well]),
        ])
        let (driver, work) = driver(tags: ["noalias"])
        #expect(try await driver.start(work))
        #expect(bench.recorder.visible.first == "INFO \(Self.name) \(add)")
        answer([("ip addr", [.printed(own)])])
        try await driver.stop(work)
        #expect(bench.host.lines.contains(delete))
        #expect(!bench.host.lines.contains { $0.hasPrefix("ifconfig") })
    }

    @Test("an IPv6 address has no alias, and is not announced by arping")
    func version6() async throws {
        let add = "ifconfig eth0 inet6 add 2001:db8::26/64"
        let delete = "ifconfig eth0 inet6 del 2001:db8::26/64"
        let found = ProbeAnswer.addresses(["2001:db8::26"])
        let link = Self.before + "    inet6 fe80::1/64 scope link\n"
        answer([
            ("ip addr", [.printed(link)]), (add, [.well]), (delete, [.well]),
            ("ping -c 1 -W 1 -w 1 2001:db8::26", [.well]),
            ("ping6 -c 1 -W 1 -w 1 2001:db8::26", [.well]),
            ("ping6 -c 1 -W 5 -w 5 2001:db8::26", [.failed(1)]),
        ])
        let (driver, work) = driver(resolved: found)
        try await driver.checkConflict(work)
        #expect(try await driver.start(work))
        answer([("ip addr", [.printed(Self.version6)])])
        #expect(await driver.evaluate(work) == Evaluation(.up))
        try await driver.stop(work)
        let check = "INFO \(Self.name) checking 2001:db8::26 availability"
        #expect(
            bench.recorder.visible == [
                check, "INFO \(Self.name) \(add)", "INFO \(Self.name) \(delete)", check,
            ])
    }

    @Test("the tutorial's stop, with ifconfig and without", arguments: [true, false])
    func stop(hasOldTool: Bool) async throws {
        let old = "ifconfig eth0:1 down"
        let new = "ip addr del 37.59.71.26/27 dev eth0"
        answer([
            ("ip addr", [.printed(Self.after)]), (hasOldTool ? old : new, [.well]),
            (Self.check, [.failed(1)]),
        ])
        let (driver, work) = driver()
        try await driver.stop(work)
        #expect(
            bench.recorder.visible == [
                "INFO \(Self.name) ifconfig eth0:1 down",
                "INFO \(Self.name) checking 37.59.71.26 availability",
            ])
        #expect(bench.host.lines == ["ip addr", hasOldTool ? old : new, Self.check])
    }

    @Test("what is not here needs no stop")
    func stoppedAlready() async throws {
        let (driver, work) = driver()
        try await driver.stop(work)
        #expect(bench.recorder.visible == ["INFO \(Self.name) 37.59.71.26 is already down on eth0"])
    }

    @Test("an address that goes on answering is looked at fifteen times, then the stop fails")
    func refusesToGo() async {
        answer([
            ("ip addr", [.printed(Self.after)]), ("ifconfig eth0:1 down", [.well]),
            (Self.check, [.well]),
        ])
        let (driver, work) = driver()
        #expect(await failure { try await driver.stop(work) } == StepFailure())
        let check = "INFO \(Self.name) checking 37.59.71.26 availability"
        #expect(bench.recorder.visible.filter { $0 == check }.count == 15)
        #expect(bench.recorder.visible.last == "ERROR \(Self.name) 37.59.71.26 refuse to go down")
    }

    @Test("a tool that fails ends the step, with its words")
    func toolFails() async {
        let words = "SIOCSIFADDR: Operation not permitted\n"
        answer([(Self.up, [.failed(255, words)])])
        let (driver, work) = driver()
        #expect(await failure { _ = try await driver.start(work) } == StepFailure())
        #expect(bench.recorder.visible.last == "ERROR \(Self.name) stderr:\n\(words)")
    }
}

@Suite("netmasks")
struct NetmaskTests {
    @Test(
        "dotted or a length, and nothing else",
        arguments: [
            ("255.255.255.224", 27), ("27", 27), ("0.0.0.0", 0), ("255.255.255.255", 32),
            ("64", 64),
        ])
    func good(text: String, prefix: Int) {
        #expect(Netmask(text)?.prefix == prefix)
        if text.contains(".") { #expect(Netmask(text)?.dotted == text) }
    }

    @Test(arguments: ["", "255.255.255", "255.0.255.0", "129", "-1", "a.b.c.d", "256.0.0.0"])
    func bad(text: String) { #expect(Netmask(text) == nil) }
}
