// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Foundation

/// A node with the tutorial's service, whose service manager runs stand-ins that can be told to break.
///
/// They lie before the real programs in PATH and run those, but for `ping` and `arping`, which wait
/// for no answer, and `launcher`, which the launchers call before they do anything.
final class BrokenNode {
    /// What happens at one call of one program.
    enum Fault: String, CaseIterable {
        /// It fails without having done anything.
        case fails
        /// It does its work and fails.
        case failsLate = "fails-late"
        /// It ignores SIGTERM and does nothing until it is let go on.
        case hangs
    }

    static let service = "p26.opensvc.com"
    /// What `look` finds where the service runs, and where nothing of it does.
    static let up = [
        "vg#0": "up", "fs#0": "up", "fs#1": "up", "ip#0": "up", "app": "up", "avail": "up",
    ]
    static let down = [
        "vg#0": "down", "fs#0": "down", "fs#1": "down", "ip#0": "down", "app": "n/a",
        "avail": "down",
    ]
    private static let programs = [
        "ping", "ifconfig", "arping", "vgchange", "e2fsck", "mount", "umount", "kpartx", "killall",
        "launcher",
    ]

    let lab: Lab
    let node: Node
    private let faults: String

    init() throws {
        var plan = Lab.Plan()
        plan.withServiceManager = true
        plan.nodes = 1
        lab = try Lab(plan)
        node = lab.node(1)
        faults = lab.directory + "/shared/faults"
        try FileManager.default.createDirectory(
            atPath: faults, withIntermediateDirectories: true)
        try put(Self.standIn, at: faults + "/stand-in", mode: 0o755)
        for program in Self.programs {
            try FileManager.default.createSymbolicLink(
                atPath: "\(faults)/\(program)", withDestinationPath: "stand-in")
        }
        try install()
    }

    private func put(_ text: String, at path: String, mode: Int) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// The service's files; its application's on the shared disk.
    private func install() throws {
        let etc = node.place(of: "/etc/opensvc")
        try put(
            try Golden.text("p26.opensvc.com.env"), at: "\(etc)/\(Self.service).env", mode: 0o644)
        try put(try Golden.text("weblauncher"), at: faults + "/weblauncher", mode: 0o755)
        try put(Self.launcher, at: faults + "/breakable", mode: 0o755)
        try node.shell(
            """
            set -e
            ln -s /usr/bin/svcmgr /etc/opensvc/\(Self.service)
            ln -s /svc1/app/init.d /etc/opensvc/\(Self.service).d
            vgchange -a y vgsvc1
            mkdir -p /svc1/app /svc1/data
            mount -t ext3 /dev/mapper/vgsvc1-lvappsvc1 /svc1/app
            mkdir /svc1/app/init.d
            cp /usr/bin/webserver /svc1/app
            cd /svc1/app/init.d
            cp \(faults)/weblauncher \(faults)/breakable .
            for l in S10 K90; do ln -s breakable ${l}weblauncher; done
            ln -s weblauncher C10weblauncher
            cd /
            umount /svc1/app
            vgchange -a n vgsvc1
            """)
    }

    // MARK: Faults

    /// From now on calls are counted from 1, and that one breaks.
    func arm(_ fault: Fault, at call: Int) throws {
        try disarm()
        try put("\(call) \(fault.rawValue)\n", at: faults + "/armed", mode: 0o644)
    }

    func disarm() throws {
        for file in ["armed", "calls", "broken", "go-on", "over"] {
            try? FileManager.default.removeItem(atPath: "\(faults)/\(file)")
        }
    }

    /// The calls since the last `arm` or `disarm`: `vgchange -a y vgsvc1`.
    var calls: [String] {
        let text = (try? String(contentsOfFile: faults + "/calls", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { String($0) }
    }

    /// From now on each call of that program ignores SIGTERM and never ends by itself.
    func hang(_ program: String) throws {
        try put(
            "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1000; done\n",
            at: "\(faults)/\(program)", mode: 0o755)
    }

    func waitUntilBroken() throws { try wait("the broken call") { has("broken") } }

    /// Lets the program that hangs do its work, and waits for its end.
    func letGoOn() throws {
        try put("", at: faults + "/go-on", mode: 0o644)
        try wait("the end of the call") { has("over") }
        // The launcher that called it goes on, too.
        try wait("the end of the launcher") {
            try !node.run("pgrep", "-f", "weblauncher (start|stop)").succeeded
        }
    }

    private func has(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(faults)/\(file)")
    }

    func wait(_ what: String, until condition: () throws -> Bool) throws {
        let deadline = LabClock.now + .seconds(60)
        while try !condition() {
            guard LabClock.now < deadline else { throw LabError.timedOut(what) }
            LabClock.pause(.milliseconds(5))
        }
    }

    // MARK: The service

    /// An action of the service, under way.
    func begin(_ action: String) throws -> RunningCommand {
        try node.command(
            ["/etc/opensvc/\(Self.service)"] + action.split(separator: " ").map(String.init),
            environment: environment
        ).start()
    }

    /// An action of the service.
    func perform(_ action: String) throws -> CommandResult {
        try begin(action).wait(within: .seconds(60))
    }

    /// Sends a signal to the service manager, and to none of its children.
    func signal(_ name: String) throws { try node.signal(name, Self.service) }

    private var environment: [String: String] {
        ["PATH": faults + ":" + Command.cleanEnvironment["PATH"]!]
    }

    /// What `print status` says of each resource, and what they are.
    func look() throws -> (said: [String: String], real: [String: String]) {
        let text = try node.command(
            ["sh", "-c", "/etc/opensvc/\(Self.service) print status; echo ---; " + Self.reality],
            environment: environment
        ).check(within: .seconds(60))
        var said: [String: String] = [:]
        var real: [String: String] = [:]
        var isReal = false
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map { String($0) }
            if line == "---" {
                isReal = true
            } else if isReal {
                real[words[0]] = words[1]
            } else if words.count >= 5, words[3].allSatisfy({ ".MDOE".contains($0) }) {
                // `|  |- vg#0           .... up       vgsvc1`
                said[words[2]] = words[4]
            } else if words.count == 3, words[1] == "avail" {
                said["avail"] = words[2]
            }
        }
        said = said.filter { !$0.key.hasPrefix("sync") }
        return (said, Self.complete(real))
    }

    /// With what follows from the rest: the application is looked at where all else is up.
    private static func complete(_ found: [String: String]) -> [String: String] {
        var all = found
        if found.contains(where: { $0.key != "app" && $0.value != "up" }) { all["app"] = "n/a" }
        let counted = Set(all.values.filter { $0 != "n/a" })
        all["avail"] = counted.count == 1 ? counted.first : "warn"
        return all
    }

    private static let reality = """
        tell() { if eval "$2" >/dev/null 2>&1; then echo $1 up; else echo $1 down; fi; }
        tell vg#0 "lvs --noheadings -o lv_attr vgsvc1 | grep -q '^  ....a'"
        tell fs#0 "grep -q '^/dev/mapper/vgsvc1-lvappsvc1 /svc1/app ' /proc/mounts"
        tell fs#1 "grep -q '^/dev/mapper/vgsvc1-lvdatasvc1 /svc1/data ' /proc/mounts"
        tell ip#0 "ip -4 addr show dev eth0 | grep -q 'inet 37.59.71.26/'"
        tell app "pgrep -x webserver"
        """

    /// What stands before the tutorial's launcher.
    private static let launcher = """
        #!/bin/sh
        launcher "$1" || exit 1
        exec /svc1/app/init.d/weblauncher "$1"

        """

    private static let standIn = #"""
        #!/bin/sh
        # Stands before a program, see BrokenNode; armed, it breaks at the call of that number.
        d=${0%/*} program=${0##*/}
        echo "$program $*" >>"$d/calls"
        PATH=${PATH#"$d:"}
        work() {
            for last; do :; done
            case $program in
            ping) ip -4 addr | grep -q "inet $last/" ;;
            # Nobody is asked, and nobody's answer is waited for.
            arping) echo "arping from iputils" ;;
            launcher) : ;;
            *) "$program" "$@" ;;
            esac
        }
        call=0 fault=
        [ -e "$d/armed" ] && read -r call fault <"$d/armed"
        [ "$(wc -l <"$d/calls")" = "$call" ] || fault=
        case $fault in
        fails) exit 8 ;;
        fails-late)
            work "$@"
            exit 8
            ;;
        hangs)
            trap '' TERM
            : >"$d/broken"
            while [ ! -e "$d/go-on" ]; do sleep 0.02; done
            # What it prints may end it: nobody reads that any more.
            (work "$@")
            code=$?
            : >"$d/over"
            exit $code
            ;;
        *) work "$@" ;;
        esac

        """#
}
