// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Foundation
import Testing

/// The tutorial's lines in order, on two machines whose volume group is active on node1.
///
/// What it leaves out stands in decision 1 of the service manager: a stop before the start with
/// launchers, a move back to node1 before the heartbeat's section, a stop before OpenHA starts.
final class Replay {
    private let one: any ReplayMachine
    private let two: any ReplayMachine
    private let golden: Transcripts
    private let service = "p26.opensvc.com"
    private let manager = "svcmgr -s p26.opensvc.com"

    init(_ one: any ReplayMachine, _ two: any ReplayMachine) throws {
        self.one = one
        self.two = two
        golden = try Transcripts()
    }

    func play() throws {
        try createService()
        try startByHand()
        try addApplication()
        try relocate()
        try addHeartbeat()
        try startCluster()
        try failOver()
    }

    /// A time zone in which it is noon now, or nearly: the tutorial's syncs are refused at noon.
    static var timeZone: String {
        let hours = (Int(Date().timeIntervalSince1970) / 3600) % 24
        // POSIX counts westwards.
        return hours >= 12 ? "NOON+\(hours - 12)" : "NOON-\(12 - hours)"
    }

    // MARK: The chapters

    private func createService() throws {
        #expect(try one.terminal("svcmgr -s svc1 create") == "")
        let files = try one.shell("cd /etc/opensvc && ls -d svc1*; readlink svc1 svc1.d")
        #expect(
            files.split(separator: "\n") == [
                "svc1", "svc1.conf", "svc1.d", "svc1.dir", "/usr/bin/svcmgr", "svc1.dir",
            ])
        let text = try Golden.text("p26.opensvc.com.env")
        try one.write(text, to: "/etc/opensvc/\(service).env", mode: 0o644)
        _ = try one.shell(
            """
            cd /etc/opensvc && mkdir \(service).dir && ln -s \(service).dir \(service).d
            ln -s /usr/bin/svcmgr \(service)
            """)
        try expect("first-status", one, "\(service) print status")
        #expect(
            Masked(try one.terminal("\(manager) print status")).text == golden["first-status"],
            "the long form is the same")
    }

    private func startByHand() throws {
        try expect("start", one, "\(service) start")
        let mounts = try one.shell("grep ' /svc1/' /proc/mounts")
        #expect(mounts.contains("/dev/mapper/vgsvc1-lvappsvc1 /svc1/app ext3 rw"))
        #expect(mounts.contains("/dev/mapper/vgsvc1-lvdatasvc1 /svc1/data ext3 rw"))
        let addresses = try one.shell("ip addr list eth0")
        #expect(
            addresses.contains("inet 37.59.71.26/27 brd 37.59.71.31 scope global secondary eth0:1"))
        try expect("status-started", one, "\(service) print status")
    }

    private func addApplication() throws {
        _ = try one.shell(
            """
            cd /etc/opensvc && rm -f \(service).d && rmdir \(service).dir
            mkdir /svc1/app/init.d && ln -s /svc1/app/init.d \(service).d
            cp /usr/bin/webserver /svc1/app/webserver
            echo '<html><body>It Works !</body></html>' >/svc1/data/index.html
            """)
        let launchers = "/svc1/app/init.d"
        try one.write(try Golden.text("weblauncher"), to: "\(launchers)/weblauncher", mode: 0o755)
        _ = try one.shell(
            "cd \(launchers) && for l in S10 K90 C10; do ln -s weblauncher ${l}weblauncher; done")
        // Left out by the tutorial, whose next start finds the volume group free.
        _ = try one.terminal("\(service) stop")
        try expect("start-with-launchers", one, "\(service) start")
        try waitForPage(from: one)
        try expect("status-with-application", one, "\(service) print status")
        try expect("stop", one, "\(service) stop")
        try expect("status-stopped", one, "\(service) print status")
        try expect("start-again", one, "\(service) start")
        try waitForPage(from: one)
    }

    private func relocate() throws {
        #expect(try one.shell("ssh node2 ls /etc/opensvc/ | grep \(service) || :") == "")
        try expect("sync-not-now", one, "\(manager) syncnodes")
        try expect("sync", one, "\(manager) syncnodes --force")
        let copied = try one.shell(
            "ssh node2 'cd /etc/opensvc && ls -d \(service)* && readlink \(service) \(service).d'")
        #expect(
            copied.split(separator: "\n") == [
                "\(service)", "\(service).d", "\(service).env", "/usr/bin/svcmgr",
                "/svc1/app/init.d",
            ])
        try expect("status-synced", one, "\(manager) print status")
        try expect("stop-to-relocate", one, "\(manager) stop")
        try waitForPush(on: two)
        // The tutorial's node2 had its mount points by then; it does not say since when.
        _ = try two.shell("mkdir -p /svc1/app /svc1/data")
        try expect("start-on-node2", two, "\(service) start")
        try waitForPage(from: two)
        try expect("status-on-node2", two, "\(service) print status")
        #expect(try one.shell("wget -qO - http://\(service):8080/").contains("It Works !"))
        try expect("conflict", one, "\(service) start")
    }

    private func addHeartbeat() throws {
        // Left out by the tutorial: the next chapter finds the service on node1 again.
        _ = try two.terminal("\(service) stop")
        _ = try one.terminal("\(service) start")
        try waitForPage(from: one)
        _ = try one.shell(
            """
            cd /etc/opensvc && cp -p \(service).env \(service).env.before.openha
            printf '\\n[hb#0]\\ntype = OpenHA\\n' >>\(service).env
            """)
        try expect("status-with-heartbeat", one, "\(manager) print status")
        let links = "readlink /etc/opensvc/\(service).cluster /etc/opensvc/\(service).stonith"
        #expect(try one.shell(links) == "/usr/bin/svcmgr\n/usr/bin/svcmgr")
        let before = try two.shell("stat -c %y /var/lib/opensvc/\(service).push")
        try expect("sync-with-heartbeat", one, "\(manager) syncnodes --force")
        try waitForPush(on: two, newerThan: before)
        try expect("status-over-ssh", one, "ssh node2 svcmgr -s \(service) print status")
        #expect(try two.shell(links) == "/usr/bin/svcmgr\n/usr/bin/svcmgr")
    }

    private func startCluster() throws {
        let monitor = """
            node1 net eth0 239.131.50.10 1234 10
            node1 dio \(SharedDisk.path) 0 10
            node2 net eth0 239.131.50.10 4321 10
            node2 dio \(SharedDisk.path) 2 10
            """
        for machine in [one, two] {
            try machine.write("node1\nnode2\n", to: "/usr/local/cluster/conf/nodes", mode: 0o644)
            try machine.write(
                monitor + "\n", to: "/usr/local/cluster/conf/monitor", mode: 0o644)
            try expect(
                "service-added", machine,
                "$EZ_BIN/service -a \(service) /etc/opensvc/\(service).cluster node1 node2 /bin/true"
            )
        }
        // Left out by the tutorial, which says that the service was stopped by then.
        _ = try one.shell("\(service).cluster stop 2>&1")
        for machine in [one, two] { _ = try machine.shell("/usr/local/cluster/ezha.init start") }
        for machine in [one, two] {
            try expectSoon("links", machine, "$EZ_BIN/hb -s")
            try expectSoon("states-frozen", machine, "$EZ_BIN/service -s")
        }
        try expectInTurn(
            ["states-ready", "states-starting", "states-started"], one,
            "/usr/local/cluster/bin/service -s", until: "node1, STARTED",
            after: "/usr/local/cluster/bin/service -A \(service) unfreeze")
        try waitForPage(from: one)
        try expect("status-in-cluster", one, "\(service) print status")
        _ = try two.shell("/usr/local/cluster/bin/service -A \(service) unfreeze")
        try expectSoon("states-both", two, "/usr/local/cluster/bin/service -s")
        let refused = try one.terminal("\(service) stop; echo exit $?")
        #expect(Masked(refused).text == golden["stop-refused"] + "\nexit 1")
    }

    private func failOver() throws {
        try one.powerCut()
        let wanted = "Secondary: node2, STARTED"
        try wait("takeover by node2", upTo: 120) {
            try two.shell("/usr/local/cluster/bin/service -s").contains(wanted)
        }
        try waitForPage(from: two)
        let status = Masked(try two.terminal("\(service) print status")).text
        #expect(status == golden["status-in-cluster"], "as it was on node1")
    }

    // MARK: Words of the script

    /// What appears there equals the transcript.
    private func expect(_ name: String, _ machine: any ReplayMachine, _ line: String) throws {
        let seen = Masked(try machine.terminal(line)).text
        #expect(seen == golden[name], "\(name), \(machine.name): \(line)")
    }

    /// What appears there will equal the transcript, if one looks often enough.
    private func expectSoon(_ name: String, _ machine: any ReplayMachine, _ line: String) throws {
        var seen = ""
        do {
            try wait(name, upTo: 120) {
                seen = Masked(try machine.terminal(line)).text
                return seen == golden[name]
            }
        } catch {
            #expect(seen == golden[name], "\(name), \(machine.name): \(line)")
            throw error
        }
    }

    /// What appears there will equal these transcripts, one after the other, after a first line.
    ///
    /// Looked at by the machine itself: a state may last for two seconds only.
    private func expectInTurn(
        _ names: [String], _ machine: any ReplayMachine, _ line: String, until last: String,
        after first: String
    ) throws {
        let shown = try machine.terminal(
            """
            \(first); for i in $(seq 200); do
                \(line); echo next; \(line) | grep -q '\(last)' && break; sleep 0.2
            done; \(line)
            """)
        let expected = names.map { golden[$0] }
        let texts = shown.replacing("\r\n", with: "\n").components(separatedBy: "next\n")
            .map { Masked($0).text }.filter(expected.contains)
        let turns = texts.enumerated().filter { $0 == 0 || texts[$0 - 1] != $1 }.map(\.element)
        #expect(turns == expected, "\(names), \(machine.name): \(shown)")
    }

    /// The launcher ends before its server listens.
    private func waitForPage(from machine: any ReplayMachine) throws {
        try wait("the page from \(machine.name)", upTo: 60) {
            let page = try machine.shell("wget -T 2 -t 1 -qO - http://\(service):8080/ || :")
            return page.contains("<html><body>It Works !</body></html>")
        }
    }

    /// The postsync that a sync leaves running in the background refreshes the stamp of its node.
    private func waitForPush(on machine: any ReplayMachine, newerThan stamp: String = "") throws {
        try wait("the push stamp of \(machine.name)", upTo: 120) {
            let file = "/var/lib/opensvc/\(service).push"
            let now = try machine.shell("stat -c %y \(file) 2>/dev/null || :")
            return now != "" && now != stamp
        }
    }

    private func wait(_ what: String, upTo seconds: Int, until condition: () throws -> Bool) throws
    {
        let deadline = LabClock.now + .seconds(seconds)
        while try !condition() {
            guard LabClock.now < deadline else { throw LabError.timedOut(what) }
            LabClock.pause(.milliseconds(100))
        }
    }
}
