// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusterLab
import Glibc
import Platform

/// What `svcmgr print status` costs, beside the programs it cannot do without.
struct StatusFigures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Time and memory of `print status` of a service with 8 resources.",
        discussion: """
            The service is in a folder of its own; nothing of the machine is changed. Its programs are \
            the machine's `ip` and a launcher that says yes; they run side by side where they can, so \
            that the longest chain counts: `ip`, then the launcher.
            """)

    @Option(help: "Runs.") var runs = 30

    mutating func run() throws {
        guard let found = realpath(Programs.built + "/svcmgr", nil) else {
            throw ValidationError("\(Programs.built)/svcmgr: not built")
        }
        let program = String(cString: found)
        free(found)
        let folder = try StatusFolder(program)
        defer { folder.remove() }
        let status = (0..<runs).map { _ in folder.measure([folder.link, "print", "status"]) }
        let address = (0..<runs).map { _ in folder.measure(["/usr/bin/env", "ip", "addr"]) }
        let check = (0..<runs).map { _ in folder.measure([folder.launcher, "status"]) }
        let start = (0..<runs).map { _ in folder.measure([program, "--version"]) }
        print("print status: 8 resources")
        line("  time, median", median(status.map(\.milliseconds)), "ms", "\(runs) runs")
        line("  time, slowest", status.map(\.milliseconds).max() ?? 0, "ms", "\(runs) runs")
        let chain = median(address.map(\.milliseconds)) + median(check.map(\.milliseconds))
        line("  of that, ip and the launcher alone", chain, "ms", "\(runs) runs")
        line("  and svcmgr doing nothing", median(start.map(\.milliseconds)), "ms", "\(runs) runs")
        line("  memory, resident", status.map(\.megabytes).max() ?? 0, "MB", "most of \(runs)")
    }

    private func median(_ figures: [Double]) -> Double { figures.sorted()[figures.count / 2] }
}

/// A service manager's directories below /tmp with one service.
private struct StatusFolder {
    let root: String
    var link: String { root + "/etc/opensvc/svc1" }
    var launcher: String { link + ".dir/C10app" }

    init(_ program: String) throws {
        root = "/tmp/bench-status.\(getpid())"
        try makeDirectory(root + "/etc/opensvc/svc1.dir")
        try makeDirectory(root + "/usr/bin")
        symlink(program, root + "/usr/bin/svcmgr")
        symlink(root + "/usr/bin/svcmgr", link)
        symlink("svc1.dir", link + ".d")
        let node = nodeName().lowercased()
        let text = """
            [DEFAULT]
            nodes = \(node) other
            [ip#0]
            ipname = 127.0.0.1
            ipdev = lo
            [vg#0]
            vgname = none
            [fs#0]
            type = ext4
            dev = /dev/none0
            mnt = \(root)
            [fs#1]
            type = ext4
            dev = /dev/none1
            mnt = \(root)/1
            [app#0]
            script = C10app
            check = 1
            [hb#0]
            type = OpenHA
            """
        try replaceFile(link + ".conf", with: Array(text.utf8), sync: false)
        try replaceFile(launcher, with: Array("#!/bin/sh\nexit 0\n".utf8), sync: false)
        chmod(launcher, 0o755)
    }

    func remove() { _ = measure(["/bin/rm", "-rf", root]) }

    struct Cost {
        let milliseconds: Double
        let megabytes: Double
    }

    /// Runs a program with its output thrown away.
    func measure(_ words: [String]) -> Cost {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in CInt(0)...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let arguments = cStrings(words)
        let path = environmentVariables()["PATH"] ?? "/usr/bin:/bin"
        let variables = cStrings(["OSVC_ROOT_PATH=\(root)", "PATH=\(path)"])
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let start = timeSinceBoot()
        precondition(posix_spawn(&pid, words[0], &actions, nil, arguments, variables) == 0)
        var status: CInt = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
        return Cost(
            milliseconds: (timeSinceBoot() - start).nanoseconds / 1e6,
            megabytes: Double(usage.ru_maxrss) / 1024)
    }
    private func cStrings(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] {
        var copies: [UnsafeMutablePointer<CChar>?] = []
        for word in words { copies.append(strdup(word)) }
        return copies + [nil]
    }
}
