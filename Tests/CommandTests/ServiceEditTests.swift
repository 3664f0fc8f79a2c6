// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Foundation
import Glibc
import Platform
import Testing

@Suite("service -a and -r") struct ServiceEditTests {
    @Test("the tutorial's service -a prints its three lines, and the service begins frozen")
    func tutorial() throws {
        let tree = try CommandTree()
        let script = try tree.script("p26.cluster")
        let added = try tree(
            "service", "-a", "p26.opensvc.com", script, "node1", "node2", "/bin/true")
        let text = """
            Creating service p26.opensvc.com :
            Make of services directory done
            Done.

            """
        #expect(added == .init(output: text, error: "", exit: 0))
        #expect(
            try tree.read(tree.conf + "/services")
                == "p26.opensvc.com\t\(script)\tnode1\tnode2\t/bin/true\n")
        for node in ["node1", "node2"] {
            #expect(try tree.read(tree.stateFiles.path("p26.opensvc.com", node)) == "6\n")
        }
    }

    @Test("the FHS service -a says Done. and leaves a state file that is there as it is")
    func fhs() throws {
        let tree = try CommandTree(.fhs)
        try tree.stateFiles.write(.started, "web", "node1", sync: false)
        let added = try tree("service", "-a", "web", "/bin/true", "node1", "node2", "/bin/true")
        #expect(added == .init(output: "Creating service web :\nDone.\n", error: "", exit: 0))
        #expect(tree.stateFiles.read("web", "node1") == .started)
        #expect(tree.stateFiles.read("web", "node2") == .frozenStop)
    }

    @Test("someone at a terminal also sees what the FHS service -a logs, in C's order")
    func terminal() throws {
        let tree = try CommandTree(.fhs)
        try FileManager.default.createSymbolicLink(
            atPath: tree.bin + "/script", withDestinationPath: "/usr/bin/script")
        let shown = try tree(
            "script", "-qec",
            "\(tree.bin)/service -a web /bin/true node1 node2 /bin/true", "/dev/null")
        let directory = tree.state + "/services/web"
        let text = """
            Creating service web :
            Directory \(directory) created
            State file \(directory)/STATE.node1 created with initial state FROZEN_STOP
            State file \(directory)/STATE.node2 created with initial state FROZEN_STOP
            Done.

            """
        #expect(shown.output.replacingOccurrences(of: "\r\n", with: "\n").hasSuffix(text))
        #expect(shown.exit == 0)
    }

    /// Arguments, what stands on stdout between the first line and `Failed.`, and stderr.
    static let refusals: [([String], String, String)] = [
        (
            ["web", "/bin/true", "node1", "node2", "/bin/true"], "Service web already created.\n",
            ""
        ),
        (
            ["new", "/no/script", "node1", "node2", "/no/check"], "",
            "Error: unable to open startup script file /no/script\n"
        ),
        (
            ["new", "/bin/true", "nowhere.invalid", "node2", "/no/check"], "",
            "Error: unable to open check script file /no/check\n"
        ),
        (
            ["new", "/bin/true", "nowhere.invalid", "node2", "/bin/true"], "",
            "Error: unknown host nowhere.invalid\n"
        ),
        (
            ["new", "/bin/true", "node1", "node1", "/bin/true"], "",
            "ERROR: primary and secondary node must differ.\n"
        ),
        (
            ["new", "/etc/passwd", "node1", "node2", "/bin/true"],
            "Startup script /etc/passwd mode not valid\n", ""
        ),
        (
            ["new", "/bin/true", "node1", "node2", "/etc/passwd"],
            "Check script /etc/passwd mode not valid\n", ""
        ),
        (
            ["../up", "/bin/true", "node1", "node2", "/bin/true"], "",
            "Error: service name ../up not valid (letters, digits, '.', '_' and '-').\n"
        ),
    ]

    @Test("a refused service -a says why, ends with 255 and changes nothing", arguments: refusals)
    func refused(arguments: [String], output: String, error: String) throws {
        for layout in [CommandTree.Layout.classic, .fhs] {
            let tree = try CommandTree(layout)
            try tree.addService("web")
            let before = try tree.read(tree.conf + "/services")
            let refused = try tree.run("service", ["-a"] + arguments)
            let text = "Creating service \(arguments[0]) :\n\(output)Failed.\n"
            #expect(refused == .init(output: text, error: error, exit: 255))
            #expect(try tree.read(tree.conf + "/services") == before)
            #expect(fileStamp("\(tree.state)/services/new") == nil)
        }
    }

    @Test("a name longer than the layout holds, and one service too many, print only their line")
    func limits() throws {
        let fhs = try CommandTree(.fhs)
        let long = String(repeating: "n", count: 64)
        let words = ["/bin/true", "node1", "node2", "/bin/true"]
        #expect(
            try fhs.run("service", ["-a", long] + words)
                == .init(
                    output: "", error: "Error : service name is too long. 64 out of 63\n", exit: 255
                ))
        for number in 1...128 { try fhs.addService("svc\(number)") }
        #expect(
            try fhs.run("service", ["-a", "more"] + words)
                == .init(
                    output: "",
                    error: "Error : Your already have created max services count (128)\n",
                    exit: 255))
        let classic = try CommandTree()
        #expect(
            try classic.run("service", ["-a", "p26.opensvc.comm"] + words).error
                == "Error : service name is too long. 16 out of 15\n")
    }

    @Test("-r removes the line, the files and the directory, and no other byte")
    func removal() throws {
        let tree = try CommandTree()
        let others = "# comment\n\nkeep\t/bin/true node1   node2 /bin/true\r\n"
        try tree.write(others, to: tree.conf + "/services")
        try tree.addService("web")
        chmod(tree.conf + "/services", 0o640)
        let removed = try tree("service", "-r", "web")
        #expect(removed == .init(output: "Remove of service web done\nok\n", error: "", exit: 0))
        #expect(try tree.read(tree.conf + "/services") == others)
        #expect(fileStamp("\(tree.state)/services/web") == nil)
        var status = stat()
        #expect(stat(tree.conf + "/services", &status) == 0 && status.st_mode & 0o777 == 0o640)
    }

    @Test("-r of an unknown service ends with 255")
    func unknown() throws {
        #expect(
            try CommandTree()("service", "-r", "web")
                == .init(output: "Service web not found.\nok\n", error: "", exit: 255))
        #expect(
            try CommandTree(.fhs)("service", "-r", "web")
                == .init(output: "Service web not found.\nFailed.\n", error: "", exit: 255))
    }

    @Test(
        "-r refuses a service that runs here, unless forced",
        arguments: [ServiceState.stopping, .started, .starting, .startReady])
    func running(state: ServiceState) throws {
        let tree = try CommandTree(.fhs)
        try tree.addService("web", on: tree.node, state, or: "other", .stopped)
        let refused = try tree("service", "-r", "web")
        #expect(refused.output == "Failed.\n")
        #expect(refused.error.contains("web is \(state.name) on this node"))
        #expect(refused.exit == 255)
        #expect(try tree.read(tree.conf + "/services").hasPrefix("web\t"))
        let forced = try tree("service", "-r", "web", "--force")
        #expect(
            forced == .init(output: "Remove of service web done\nDone.\n", error: "", exit: 0))
        #expect(try tree.read(tree.conf + "/services") == "")
    }

    @Test("-r tells about a missing state file, goes on, and leaves a directory that is not empty")
    func leftovers() throws {
        let tree = try CommandTree(.fhs)
        try tree.addService("web")
        let missing = tree.stateFiles.path("web", "node2")
        try remove(missing)
        try tree.write("", to: "\(tree.state)/services/web/notes")
        let removed = try tree("service", "-r", "web")
        let text = """
            Error:: No such file or directory
            Unable to remove file \(missing)\u{20}
            Error: Directory not empty

            """
        #expect(removed == .init(output: "Failed.\n", error: text, exit: 255))
        #expect(try tree.read(tree.conf + "/services") == "")
    }

    @Test("many commands at once lose no service")
    func concurrent() async throws {
        let tree = try CommandTree(.fhs)
        let environment = tree.environment
        let program = tree.bin + "/service"
        await withTaskGroup { group in
            for number in 1...8 {
                group.addTask {
                    let process = Process()
                    process.executableURL = URL(fileURLWithPath: program)
                    process.arguments = [
                        "-a", "svc\(number)", "/bin/true", "node1", "node2", "/bin/true",
                    ]
                    process.environment = environment
                    process.standardOutput = FileHandle.nullDevice
                    try? process.run()
                    process.waitUntilExit()
                }
            }
        }
        let lines = try tree.read(tree.conf + "/services").split(separator: "\n")
        #expect(lines.count == 8)
    }
}
