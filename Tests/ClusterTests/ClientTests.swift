// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import ClusterModel
import Foundation
import Testing

extension ClusterTests {
    /// The OpenSVC 1.8 client in both layouts, which it tells apart by itself, with a service whose
    /// check script is the client's fencing (specification, section 10).
    @Suite("The OpenSVC client") struct ClientTests {
        @Test(
            "drives a service, sees all daemons all the time, and fences exactly the dead",
            arguments: [Lab.Layout.classic, .fhs])
        func everything(layout: Lab.Layout) throws {
            var plan = Lab.Plan()
            plan.layout = layout
            plan.withServiceScriptsInEtc = true
            let cluster = try Cluster(plan, started: false) {
                $0.links = [.net(), .unicast(), .dio, .disk]
                $0.slotBlocks = 20
                $0.checkScript = "/etc/opensvc/web.stonith"
            }
            let one = try Client(cluster.one, cluster)
            let two = try Client(cluster.two, cluster)
            try cluster.explaining {
                #expect(try one.status() == "unknown warn", "no daemon runs yet")
                for client in [one, two] { try client.startDaemonsAndWatchThem() }
                try cluster.waitForLinks()
                try startAndFreeze(one, two)
                try switchAndStop(one, two)
                try failures(one, two)
                for client in [one, two] { #expect(try client.looked() == []) }
                // All of these starts were beside a living peer.
                #expect(one.fencing() == Array(repeating: "3 6 0 alive", count: 3))
                #expect(two.fencing() == ["3 6 0 alive"])
                try takeover(one, two)
            }
            cluster.expectSingleRuns()
        }

        /// Assertions 10, 16, 20 and 21.
        private func startAndFreeze(_ one: Client, _ two: Client) throws {
            #expect(try one.status() == "frozen_stop warn")
            try one.act("unfreeze")
            try one.poll("STARTING") { [.starting, .started].contains(one.local) }
            try one.poll("STARTED") { one.local == .started }
            #expect(try one.status() == "started up")
            try two.act("unfreeze")
            #expect(try two.status() == "stopped down")

            try two.act("freeze-stop")
            let frozen = try one.act("freeze-start")
            #expect(frozen.output.hasPrefix("Ready to FREEZE"))
            #expect([one.local, two.local] == [.startReady, .frozenStop])
            #expect(try one.status() == "start_ready warn")

            // thaw where the peer is the one that runs it: remote first.
            try one.act("unfreeze")
            try two.act("unfreeze")
            #expect([one.local, two.local] == [.started, .stopped])
        }

        /// Assertions 12, 14, 17, 18 and 22.
        private func switchAndStop(_ one: Client, _ two: Client) throws {
            // The stop script calls back: while `service -A` runs, nothing of ours may block it.
            try one.poll("the peer's STOPPED") { one.remote == .stopped }
            try two.act("freeze-stop")
            var behaviour = ServiceScript.Behaviour()
            behaviour.stopCommand = "\(one.query) >/run/lab/during-stop"
            try one.behave(behaviour)
            try one.act("freeze-stop")
            #expect(one.cluster.lab.journal.entries(of: "web", .stopped).count == 1)
            #expect(try one.node.shell("cat /run/lab/during-stop").contains("state: STOPPING"))
            try one.behave(.init())

            try two.act("unfreeze")
            try one.poll("STARTING there, in the file here") {
                [.starting, .started, .startFailed].contains(one.remote)
            }
            try two.poll("STARTED") { two.local == .started }
            // From the other node: its states are believed as the files here tell them.
            try two.act("freeze-stop")
            try one.poll("stopped there") {
                [.stopped, .stopFailed, .stopping, .frozenStop].contains(one.remote)
            }
            #expect([one.local, two.local] == [.frozenStop, .frozenStop])
        }

        /// Assertions 22 to 24.
        private func failures(_ one: Client, _ two: Client) throws {
            var behaviour = ServiceScript.Behaviour()
            behaviour.startStatus = 1
            try one.behave(behaviour)
            try one.act("unfreeze")
            try one.poll("START_FAILED") { one.local == .startFailed }
            #expect(try one.status() == "start_failed warn")
            let warning = "resources may still be active here"
            try one.act("freeze-stop", warns: warning)
            try one.behave(.init())

            try one.act("unfreeze")
            try one.poll("STARTED") { one.local == .started }
            behaviour.startStatus = 0
            behaviour.stopStatus = 1
            try one.behave(behaviour)
            #expect(try one.service("freeze-stop").status == 255)
            #expect(try one.status() == "stop_failed warn")
            try one.act("freeze-stop", warns: warning)
            try one.behave(.init())

            // Queued, with nobody waiting, and no terminal.
            try one.act("force-start")
            try one.queue("freeze-stop")
            try one.poll("FROZEN_STOP") { one.local == .frozenStop }
        }

        /// Assertion 15: 8 is on disk before the check script runs, never beside a living peer.
        private func takeover(_ one: Client, _ two: Client) throws {
            try one.act("force-start")
            try two.act("unfreeze")
            try two.poll("the peer's STARTED") { two.remote == .started }
            try one.node.powerCut()
            try two.poll("STARTED") { two.local == .started }
            #expect(two.fencing().last == "3 8 0 fenced")
            let missed = try two.looked()
            #expect(missed == [])
        }
    }
}

/// The client on one node: commands and environment of the real one, its looks as a script.
private final class Client {
    let node: Node
    let cluster: Cluster
    private let layout: Lab.Layout
    private var watch: RunningCommand?

    init(_ node: Node, _ cluster: Cluster) throws {
        self.node = node
        self.cluster = cluster
        layout = cluster.lab.plan.layout
        let path = node.place(of: Client.script)
        try Client.text.write(toFile: path, atomically: false, encoding: String.Encoding.utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        try FileManager.default.createSymbolicLink(
            atPath: node.place(of: "/etc/opensvc/web.stonith"),
            withDestinationPath: Client.script)
    }

    var local: ServiceState? { node.state("web") }
    var remote: ServiceState? { node.state("web", of: peer) }
    private var peer: Node { node === cluster.one ? cluster.two : cluster.one }

    /// Assertion 13: what the client sets in the classic layout; in the other one it sets nothing,
    /// and finds `openha` in its PATH.
    private var environment: [String: String] {
        let path = Command.cleanEnvironment["PATH"]!
        guard layout == .classic else { return ["PATH": "\(path):\(layout.bin)"] }
        let tree = "/usr/local/cluster"
        return [
            "EZ": tree, "EZ_BIN": tree + "/bin", "EZ_SERVICES": tree + "/conf/services",
            "EZ_NODES": tree + "/conf/nodes", "EZ_MONITOR": tree + "/conf/monitor",
            "EZ_LOG": tree + "/log",
        ]
    }

    private var program: [String] {
        layout == .fhs ? ["openha", "service"] : [layout.bin + "/service"]
    }

    /// What a script may ask while an action runs it.
    var query: String { program.joined(separator: " ") + " -i web" }

    func service(_ action: String) throws -> CommandResult {
        try command(program + ["-A", "web", action]).run()
    }

    /// An action that must succeed, and does so without a word on stderr, or with a warning.
    @discardableResult
    func act(_ action: String, warns warning: String = "") throws -> CommandResult {
        let result = try service(action)
        #expect(result.status == 0, "\(action) on \(node.name): \(result)")
        #expect(warning.isEmpty ? result.errors.isEmpty : result.errors.contains(warning))
        return result
    }

    /// As a job of its own session that outlives its caller.
    func queue(_ action: String) throws {
        let words = (program + ["-A", "web", action]).joined(separator: " ")
        try command(["sh", "-c", "setsid \(words) </dev/null >/dev/null 2>&1 &"]).check()
    }

    func behave(_ behaviour: ServiceScript.Behaviour) throws {
        try ServiceScript("web", in: cluster.lab).behave(behaviour)
    }

    /// The wanted state must come within ten polls, one a second.
    func poll(_ what: String, until condition: () -> Bool) throws {
        try cluster.lab.wait(upTo: .seconds(9), for: "\(what), by \(node.name)", until: condition)
    }

    /// The client's word for the state, and the status it makes of it.
    func status() throws -> String {
        try command([Client.script, "status"]).check().trimmingCharacters(in: .newlines)
    }

    func startDaemonsAndWatchThem() throws {
        try cluster.start(node)
        #expect(try command([Client.script, "missing"]).check() == "")
        watch = try command([Client.script, "watch"]).start()
    }

    /// What any of the looks at `ps -ef` missed so far; there must have been some.
    func looked() throws -> [String] {
        let running = try #require(watch)
        #expect(running.poll() == nil)
        let lines = running.outputSoFar.split(separator: "\n").map(String.init)
        #expect(lines.count { $0 == "look" } > 20)
        return lines.filter { $0 != "look" }
    }

    /// For each run of the check script: local state, peer's state, missing daemons, verdict.
    func fencing() -> [String] {
        let path = node.place(of: "/etc/opensvc/fencing")
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private func command(_ words: [String]) -> Command {
        node.command(words, environment: environment)
    }

    private static let script = "/etc/opensvc/client"

    /// Assertions 1 to 6, 8 to 10 and 15 as the client goes about them.
    private static let text = #"""
        #!/bin/sh
        if command -v openha >/dev/null; then
            bin=/usr/lib/openha/bin conf=/etc/openha states=/var/lib/openha/services
        else
            bin=/usr/local/cluster/bin conf=/usr/local/cluster/conf
            states=/usr/local/cluster/services
        fi
        node=$(uname -n | tr A-Z a-z)
        peer=node1
        if [ $node = node1 ]; then peer=node2; fi

        wanted() {
            while read -r name type rest; do
                case $name in *'#'*) continue ;; esac
                case $type in net) s= ;; unicast) s=_unicast ;; disk) s=_raw ;; *) s=_dio ;; esac
                if [ "$(echo $name | tr A-Z a-z)" = $node ]; then
                    echo "$bin/heartd$s ${rest% *}"
                else
                    echo "$bin/heartc$s $rest"
                fi
            done <$conf/monitor
            echo $bin/nmond
        }
        look() { # FILE with the wanted ends of lines
            ps -ef | awk 'NR == FNR { ends[$0]; next }
                { for (e in ends) if (substr($0, length($0) - length(e) + 1) == e) seen[e] }
                END { for (e in ends) if (!(e in seen)) print "missing " e }' $1 -
        }
        missing() {
            wanted >/run/lab/wanted.$$
            look /run/lab/wanted.$$
            rm /run/lab/wanted.$$
        }
        digit() { # NODE
            tr -d ' \n' <$states/web/STATE.$1 | head -c 1
        }
        word() { # DIGIT
            set -- "$1" stopped stopping started starting start_failed stop_failed frozen_stop \
                start_ready unknown force_stop
            case $1 in [0-9]) shift $(($1 + 1)); echo $1 ;; *) echo unknown ;; esac
        }

        case $(basename $0) in *.stonith) set -- stonith ;; esac
        case $1 in
        missing) missing ;;
        watch)
            wanted >/run/lab/wanted
            while :; do look /run/lab/wanted; echo look; sleep 0.03; done ;;
        status)
            state=unknown
            if [ -z "$(missing)" ]; then state=$(word "$(digit $node)"); fi
            case $state in
            started) echo "$state up" ;;
            stopped) echo "$state down" ;;
            *) echo "$state warn" ;;
            esac ;;
        stonith)
            count=$(missing | wc -l)
            verdict=alive
            if [ $count -gt 0 ] || [ $(word "$(digit $peer)") = unknown ]; then verdict=fenced; fi
            echo "$(digit $node) $(digit $peer) $count $verdict" >>/etc/opensvc/fencing ;;
        esac

        """#
}
