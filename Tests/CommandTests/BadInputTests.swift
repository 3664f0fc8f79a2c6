// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Foundation
import Glibc
import Platform
import Testing

/// Bad input gives a message that names what is wrong, an exit code, and changes nothing.
@Suite("Bad input") struct BadInputTests {
    @Test(
        "a call that cannot be meant is answered by the usage, and by what was wrong with it",
        arguments: [
            ("service", ["-s", "junk"], "junk"), ("service", ["-x"], "-x"),
            ("service", ["-i"], "-i"), ("service", ["-a", "x"], "-a x"),
            ("service", ["-A", "a", "b", "c"], "-A a b c"), ("hb", ["-x"], "-x"),
            ("hb", ["-a", "-T"], "-T"), ("hb", ["--decode", "a", "b"], "b"),
        ])
    func calls(name: String, arguments: [String], named: String) throws {
        for layout in [CommandTree.Layout.classic, .fhs] {
            let refused = try CommandTree(layout).run(name, arguments)
            #expect(refused.output == "")
            #expect(refused.error.hasPrefix("Usage: "))
            let last = refused.error.split(separator: "\n").last ?? ""
            #expect(last.hasPrefix("\(name): ") && last.contains(named), "\(last)")
            #expect(refused.exit == 255)
        }
    }

    @Test("a tunable that makes no sense is told with whatever is asked for")
    func tunables() throws {
        let tree = try CommandTree()
        try tree.addService("web", on: tree.node)
        for (name, arguments) in [
            ("service", ["-s"]), ("service", ["-A", "web", "unfreeze"]), ("hb", ["-s"]),
        ] {
            let answer = try tree.run(name, arguments, ["EZ_WIRE": "X"])
            #expect(answer.error.hasPrefix("environment: EZ_WIRE=X: not A, C or D"))
        }
    }

    @Test("a relative path would mean other locks in each program: nothing is done with one")
    func relativePaths() throws {
        let tree = try CommandTree()
        try tree.addService("web", on: tree.node)
        for (name, arguments) in [
            ("service", ["-A", "web", "unfreeze"]), ("service", ["-s"]), ("hb", ["-s"]),
            ("service", ["-r", "web"]), ("service", ["--launcher", "start"]),
        ] {
            let refused = try tree.run(name, arguments, ["EZ_LOG": "log"])
            #expect(refused.error == "environment: EZ_LOG=log: not an absolute path\n")
            #expect(refused.output == "")
            #expect(refused.exit == (arguments.contains("start") ? 1 : 255))
        }
        #expect(tree.stateFiles.read("web", tree.node) == .frozenStop)
        symlink("\(CommandTree.products)/heartbeat", tree.bin + "/nmond")
        let manager = try tree.run("nmond", [], ["EZ_LOG": "log"])
        #expect(manager.error == "nmond: environment: EZ_LOG=log: not an absolute path\n")
        #expect(manager.exit == 255)
    }

    @Test("an action on a script that cannot be run names it, though C's tools were silent")
    func scripts() throws {
        for layout in [CommandTree.Layout.classic, .fhs] {
            let tree = try CommandTree(layout)
            try tree.addService("web", on: tree.node, .started, script: "/no/script")
            let stopped = try tree("service", "-A", "web", "stop")
            #expect(
                stopped
                    == .init(
                        output: "",
                        error: "Error: exec failed: /no/script: No such file or directory\n",
                        exit: 255))
            #expect(tree.stateFiles.read("web", tree.node) == .stopFailed)
        }
    }

    @Test("whoever may not write is told so, at once, and nothing changes")
    func privileges() throws {
        guard geteuid() == 0 else { return }
        let tree = try CommandTree()
        try tree.addService("web", on: tree.node, .stopped)
        chmod(tree.root, 0o755)
        let link = tree.bin + "/setpriv"
        symlink("/usr/bin/setpriv", link)
        let user = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        // The programs lie where only this user may look.
        for program in ["hactl"] {
            for name in ["service", "hb"] { unlink("\(tree.bin)/\(name)") }
            let copy = "\(tree.bin)/\(program)"
            try FileManager.default.copyItem(
                atPath: "\(CommandTree.products)/\(program)", toPath: copy)
            for name in ["service", "hb"] { symlink(program, "\(tree.bin)/\(name)") }
        }
        for action in ["force-start", "freeze-stop", "stop"] {
            let refused = try tree.run(
                "setpriv", user + ["\(tree.bin)/service", "-A", "web", action])
            #expect(refused.error.contains("web.lock: Permission denied"), "\(refused)")
            #expect(refused.exit == 255)
        }
        let began = timeSinceBoot()
        let launched = try tree.run(
            "setpriv", user + ["\(tree.bin)/service", "--launcher", "stop"])
        #expect(launched.error.contains("launcher.lock: Permission denied"), "\(launched)")
        #expect(launched.exit == 1)
        #expect(timeSinceBoot() - began < .seconds(20))
        #expect(tree.stateFiles.read("web", tree.node) == .stopped)
    }

    @Test("what a killed writer left does not keep a removed service's directory")
    func leftovers() throws {
        let tree = try CommandTree()
        try tree.addService("web")
        let directory = tree.state + "/services/web"
        try tree.write("6\n", to: directory + "/.STATE.node1.4711.1")
        let removed = try tree("service", "-r", "web")
        #expect(removed == .init(output: "Remove of service web done\nok\n", error: "", exit: 0))
        #expect(fileStamp(directory) == nil)
    }

    @Test("a caller that closed stdin, stdout or stderr gets no text into our files")
    func closedDescriptors() throws {
        let tree = try CommandTree()
        // The script's parent is the action: what it has there may not be a lock or a socket.
        let script = try tree.script(
            "look", "for n in 0 1 2; do readlink /proc/$PPID/fd/$n; done >\(tree.root)/open")
        symlink("/bin/sh", tree.bin + "/sh")
        for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
            try tree.write("", to: tree.conf + "/services")
            try tree.addService("web", on: tree.node, .started, script: script)
            let call = try tree("sh", "-c", "\(tree.bin)/service -A web stop \(closed)")
            #expect(call.exit == 0)
            let opened = try tree.read(tree.root + "/open").split(separator: "\n")
            #expect(opened.count == 3)
            #expect(opened.allSatisfy { $0 == "/dev/null" || $0.contains("/call-") }, "\(opened)")
        }
    }

    @Test("programs called through a link from elsewhere find the tree that they belong to")
    func links() throws {
        let tree = try CommandTree()
        try tree.addService("web")
        // As installed: the program itself lies in the tree.
        unlink(tree.bin + "/service")
        try FileManager.default.copyItem(
            atPath: CommandTree.products + "/hactl", toPath: tree.bin + "/hactl")
        symlink("hactl", tree.bin + "/service")
        let elsewhere = tree.root + "/elsewhere"
        try makeDirectory(elsewhere)
        symlink(tree.bin + "/service", elsewhere + "/service")
        symlink(tree.bin, elsewhere + "/programs")
        symlink("/usr/bin/env", tree.bin + "/env")
        for program in ["service", "programs/service", "../elsewhere/./service"] {
            let shown = try tree("env", "-C", elsewhere, "./" + program, "-s")
            #expect(shown.output.hasPrefix("1 service(s) defined:  \nService: web\n"), "\(shown)")
            #expect(shown.exit == 0)
        }
    }
}
