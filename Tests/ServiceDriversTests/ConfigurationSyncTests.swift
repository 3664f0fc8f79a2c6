// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Testing

@testable import ServiceDrivers

/// `syncnodes` for `sync#i0` (opensvc.md 4.5; D7, D11).
struct ConfigurationSyncTests {
    static let shell =
        "/usr/bin/ssh -q -o StrictHostKeyChecking=no -o ForwardX11=no -o BatchMode=yes"
        + " -o ConnectTimeout=10"
    private static let start = "rsync -HpogDtrlvx --stats --delete --force --timeout=3600 -R"
    private static let etc = "/etc/opensvc/p26.opensvc.com"

    private func bench() -> Workbench {
        let bench = Workbench()
        bench.host.change { state in
            state.entries = [
                Self.etc: .link(target: "/usr/bin/svcmgr"),
                Self.etc + ".d": .link(target: "/svc1/app/init.d"),
                Self.etc + ".cluster": .link(target: "/usr/bin/svcmgr"),
                Self.etc + ".stonith": .link(target: "/usr/bin/svcmgr"),
            ]
        }
        return bench
    }

    private func line(_ files: String, to node: String, user: String = "root", more: String = "")
        -> String
    {
        "\(Self.start) --exclude=*.core\(more) -e \(Self.shell) \(files) \(user)@\(node):/"
    }

    private static let files = "\(etc) \(etc).env \(etc).d"

    private func stamps(_ node: String) -> String {
        "/var/lib/opensvc/sync/\(node)/p26.opensvc.com!sync#i0"
            + " /var/lib/opensvc/sync/node1/p26.opensvc.com!sync#i0"
    }

    private func succeed(_ bench: Workbench, _ lines: String...) {
        bench.host.change { state in
            for line in lines { state.results[line] = [CommandResult(.exited(0))] }
        }
    }

    private func work(
        _ bench: inout Workbench, _ availability: Status? = .up, force: Bool = true
    ) -> Work {
        let resource = bench.add("sync#i0", .configurationSync(options: []))
        var work = bench.work(resource, action: "syncnodes", availability: availability)
        work.call.isForced = force
        return work
    }

    @Test("the service's files go to each peer with rsync, and a stamp of that with them")
    func copies() async {
        var bench = bench()
        let lines = [line(Self.files, to: "node2"), line(stamps("node2"), to: "node2")]
        succeed(bench, lines[0], lines[1])
        let outcome = await ConfigurationSync(options: []).synchronize(
            work(&bench), to: [.nodes])
        #expect(outcome.copied == ["node2"] && outcome.failed == [])
        #expect(bench.host.lines == lines)
        let stamp = SyncStamp.text(bench.host.wallClock())
        for path in [
            "sync/node2/p26.opensvc.com!sync#i0", "sync/node1/p26.opensvc.com!sync#i0",
            "last_sync_p26.opensvc.com_sync#i0",
        ] {
            #expect(bench.host.read("/var/lib/opensvc/" + path) == stamp, "\(path)")
        }
        #expect(bench.recorder.lines.filter { !$0.hasPrefix("DEBUG") } == [])
    }

    @Test("neither .cluster nor .stonith is sent; a .dir is, if it is a directory")
    func files() async {
        var bench = bench()
        bench.host.change { $0.entries[Self.etc + ".dir"] = .directory }
        _ = await ConfigurationSync(options: []).synchronize(work(&bench), to: [.nodes])
        let files = "\(Self.files) \(Self.etc).dir"
        #expect(bench.host.lines.first == line(files, to: "node2"))
    }

    @Test("syncnodes, syncdrp and syncall serve their groups, and never the local node")
    func groups() async {
        for (groups, nodes) in [
            ([SyncGroup.nodes], ["node2", "node3"]), ([.drpnodes], ["node9"]),
            ([.nodes, .drpnodes], ["node2", "node3", "node9"]),
        ] as [(Set<SyncGroup>, [String])] {
            var bench = bench()
            bench.service.service.nodes = ["node3", "node1", "node2"].sorted()
            bench.service.service.recoveryNodes = ["node9"]
            let outcome = await ConfigurationSync(options: []).synchronize(
                work(&bench), to: groups)
            #expect(outcome.failed == nodes)
        }
    }

    @Test("on a recovery node nothing is copied")
    func recovery() async {
        var bench = bench()
        bench.service.service.recoveryNodes = ["node1"]
        let outcome = await ConfigurationSync(options: []).synchronize(
            work(&bench), to: [.nodes, .drpnodes])
        #expect(outcome == SyncOutcome() && bench.host.lines == [])
    }

    @Test("a node that cannot be reached is an error, and the next one has its turn")
    func failure() async {
        var bench = bench()
        bench.service.service.nodes = ["node1", "node2", "node3"]
        succeed(bench, line(Self.files, to: "node3"), line(stamps("node3"), to: "node3"))
        bench.host.change { state in
            state.results[self.line(Self.files, to: "node2")] = [
                CommandResult(.exited(255), error: "ssh: connect to host node2: timed out\n")
            ]
        }
        let outcome = await ConfigurationSync(options: []).synchronize(
            work(&bench), to: [.nodes])
        #expect(outcome.copied == ["node3"] && outcome.failed == ["node2"])
        #expect(
            bench.recorder.lines.filter { !$0.hasPrefix("DEBUG") } == [
                "ERROR P26.OPENSVC.COM.SYNC#I0 node node2 synchronization failed"
                    + " (\(Self.files) => /)"
            ])
        #expect(bench.host.read("/var/lib/opensvc/sync/node2/p26.opensvc.com!sync#i0") == nil)
    }

    @Test("a stamp that cannot be written, or not be copied, fails that node")
    func stampFailure() async {
        var full = bench()
        succeed(full, line(Self.files, to: "node2"))
        full.host.change { $0.unwritable = ["/var/lib/opensvc/sync": "No space left on device"] }
        let outcome = await ConfigurationSync(options: []).synchronize(
            work(&full), to: [.nodes])
        #expect(outcome.failed == ["node2"])
        #expect(full.recorder.lines.last?.hasSuffix(": No space left on device") == true)

        var cut = bench()
        succeed(cut, line(Self.files, to: "node2"))
        let other = await ConfigurationSync(options: []).synchronize(work(&cut), to: [.nodes])
        #expect(other.failed == ["node2"])
        #expect(cut.recorder.lines.last?.contains("synchronization failed (/var/lib") == true)
    }

    @Test("without rsync there is one line that says so")
    func missing() async {
        var bench = bench()
        let outcome = await ConfigurationSync(options: []).synchronize(
            work(&bench), to: [.nodes])
        #expect(outcome.failed == ["node2"])
        #expect(
            bench.recorder.lines.contains(
                "ERROR P26.OPENSVC.COM.SYNC#I0"
                    + " rsync does not exist or not in path or is not executable"))
    }

    @Test("another user logs in as itself and writes through sudo; options and limit are passed on")
    func remoteUser() async {
        var bench = bench()
        bench.service.service.bandwidthLimit = 500
        var work = work(&bench)
        work.remoteShell = RemoteShell(users: ["opensvc", "backup@node2"])
        _ = await ConfigurationSync(options: ["--checksum"]).synchronize(work, to: [.nodes])
        let expected =
            "\(Self.start) --exclude=*.core --bwlimit=500 --checksum --rsync-path sudo rsync"
            + " -e \(Self.shell) -l backup \(Self.files) backup@node2:/"
        #expect(bench.host.lines == [expected])
        #expect(bench.host.commands[0].words.contains("sudo rsync"))
        #expect(bench.host.commands[0].words.contains("\(Self.shell) -l backup"))
        let words = work.remoteShell.words(["svcmgr", "-s", "a b"], on: "node3")
        #expect(
            words.suffix(7) == ["-l", "opensvc", "node3", "sudo", "svcmgr", "-s", "'a b'"])
        #expect(RemoteShell().words(["df"], on: "node2").suffix(2) == ["node2", "df"])
    }

    @Test(
        "a service that is not up is not copied, unless forced",
        arguments: [Status.down, .warn, .standbyUp, .standbyDown, .undefined])
    func notUp(availability: Status) async {
        var bench = bench()
        let sync = ConfigurationSync(options: [], gate: { _, _ in .proceed(nil) })
        let outcome = await sync.synchronize(
            work(&bench, availability, force: false), to: [.nodes])
        #expect(outcome == SyncOutcome() && bench.host.lines == [])
        #expect(
            bench.recorder.lines == [
                "INFO P26.OPENSVC.COM.SYNC#I0 won't sync this resource for a service not up"
            ])
        _ = await sync.synchronize(work(&bench, availability), to: [.nodes])
        #expect(bench.host.lines.count == 1)
    }

    @Test("the gate is asked with each target's stamp; what it says is logged, and the rest copied")
    func gate() async {
        var bench = bench()
        bench.service.service.nodes = ["node1", "node2", "node3"]
        bench.host.change { state in
            state.files["/var/lib/opensvc/sync/node2/p26.opensvc.com!sync#i0"] =
                SyncStamp.text(1000)
        }
        let sync = ConfigurationSync(options: []) { _, stamp in
            stamp == 1000
                ? .skip("skip sync: too soon (121)") : .proceed("don't skip sync: no timestamp")
        }
        let outcome = await sync.synchronize(work(&bench, force: false), to: [.nodes])
        #expect(outcome.failed == ["node3"])
        #expect(
            bench.recorder.lines.filter { $0.hasPrefix("INFO") } == [
                "INFO P26.OPENSVC.COM.SYNC#I0 skip sync: too soon (121)",
                "INFO P26.OPENSVC.COM.SYNC#I0 don't skip sync: no timestamp",
            ])
    }

    @Test("by day the tutorial's service is not copied, and the log says why")
    func tutorialGate() async {
        var bench = bench()
        bench.host.change { state in
            // Noon here, wherever that is.
            let noon = LocalTime(wallClock: state.clock).minutes
            state.clock += Double((12 * 60 - noon) * 60)
        }
        let outcome = await ConfigurationSync(options: []).synchronize(
            work(&bench, force: false), to: [.nodes])
        #expect(outcome == SyncOutcome() && bench.host.lines == [])
        #expect(
            bench.recorder.lines == [
                "INFO P26.OPENSVC.COM.SYNC#I0"
                    + " skip sync: not in allowed period (['03:59', '05:59'])"
            ])
    }

    @Test("the scheduler, which asks each minute, is not told what it cannot use")
    func scheduled() async {
        var bench = bench()
        let sync = ConfigurationSync(options: []) { _, _ in .skip("skip sync: too soon (121)") }
        var work = work(&bench, force: false)
        work.call.isScheduled = true
        #expect(await sync.synchronize(work, to: [.nodes]) == SyncOutcome())
        #expect(
            bench.recorder.lines == ["DEBUG P26.OPENSVC.COM.SYNC#I0 skip sync: too soon (121)"])
    }
}
