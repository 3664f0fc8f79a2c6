// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

/// `make install` with the programs of this build, into a folder of its own.
final class InstallTests {
    let destination = NSTemporaryDirectory() + "/ezha-install-\(UUID().uuidString)"
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    deinit { try? FileManager.default.removeItem(atPath: destination) }

    @discardableResult
    func make(_ target: String, _ variables: String...) throws -> Int32 {
        let arguments = ["-s", "-C", InstallTests.repository, target] + variables
        return try execute(
            "/usr/bin/make",
            arguments + ["DESTDIR=\(destination)", "INSTALL_BINARIES=\(CommandTree.products)"]
        ).exit
    }

    func execute(_ program: String, _ arguments: [String], _ variables: [String: String] = [:])
        throws -> (output: String, exit: Int32)
    {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"].merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }

    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: destination + folder).sorted()
    }

    func target(_ link: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: destination + link)
    }

    static let programs = [
        "ezguard", "ezjournal", "ezwriter", "hactl", "hb", "heartbeat", "heartc", "heartc_dio",
        "heartc_raw",
        "heartc_unicast", "heartd", "heartd_dio", "heartd_raw", "heartd_unicast", "nmond",
        "service",
    ]

    @Test("the classic tree is the tutorial's, with ezha beside ezha.init")
    func classic() throws {
        #expect(try make("install") == 0)
        let tree = "/usr/local/cluster"
        #expect(
            try names(tree) == [
                "bin", "conf", "doc", "env.sh", "ezha", "ezha.init", "log", "services",
            ])
        #expect(try names("/") == ["etc", "usr"])
        #expect(try names(tree + "/bin") == InstallTests.programs)
        for name in InstallTests.programs where name != "hactl" && name != "heartbeat" {
            let program = name == "hb" || name == "service" ? "hactl" : "heartbeat"
            #expect(try target("\(tree)/bin/\(name)") == program)
        }
        #expect(try names(tree + "/conf") == ["logfacility", "monitor", "nodes", "services"])
        #expect(try names(tree + "/doc/man/man5").contains("ezha-monitor.5"))
        #expect(try names(tree + "/doc").contains("opensvc-openha.service"))
    }

    @Test("the FHS layout has its own places, and openha in the PATH")
    func fhs() throws {
        #expect(try make("install", "LAYOUT=fhs") == 0)
        #expect(try names("/usr/lib/openha/bin") == InstallTests.programs)
        #expect(try target("/usr/bin/openha") == "../lib/openha/bin/hactl")
        #expect(try names("/etc/openha") == ["logfacility", "monitor", "nodes", "services"])
        #expect(try names("/etc/default") == ["openha"])
        #expect(try names("/var/lib/openha") == ["proc", "services"])
        #expect(try names("/usr/share/openha/init") == ["openha.init"])
        #expect(try names("/usr/lib/systemd/system") == ["opensvc-openha.service"])
        #expect(try names("/usr/share/man/man5").contains("ezha-services.5"))
        #expect(!FileManager.default.fileExists(atPath: destination + "/usr/local"))
        let called = try execute(destination + "/usr/bin/openha", ["--version"])
        #expect(called.exit == 0 && called.output.hasPrefix("ezha "))
    }

    @Test("the service manager lies in the same places in both layouts, and can be left out")
    func svcmgr() throws {
        for layout in ["classic", "fhs"] {
            #expect(try make("install", "LAYOUT=\(layout)", "PREFIX=/opt/ha") == 0)
            for name in ["nodemgr", "svcmon"] {
                #expect(try target("/usr/bin/\(name)") == "svcmgr")
            }
            #expect(try names("/etc/opensvc") == [])
            let version = try execute(destination + "/usr/bin/nodemgr", ["--version"])
            #expect(version.exit == 0 && version.output.hasPrefix("nodemgr version "))
            let shell = ". \(destination)/etc/profile.d/opensvc.sh; echo $PATH"
            #expect(try execute("/bin/sh", ["-c", shell]).exit == 0)
            for folder in ["bash-completion/completions", "zsh/vendor-completions", "man/man1"] {
                #expect(try names("/usr/share/" + folder).contains { $0.contains("svcmgr") })
            }
            #expect(try make("uninstall", "LAYOUT=\(layout)", "PREFIX=/opt/ha") == 0)
            #expect(try !names("/usr/bin").contains("svcmgr"))
            #expect(try names("/etc/profile.d") == [])
        }
        #expect(try make("install", "PARTS=cluster") == 0)
        #expect(try !names("/usr/bin").contains("svcmgr"))
        #expect(try make("install", "PARTS=all") != 0)
    }

    @Test("a second install keeps the configuration, uninstall keeps it too and takes the rest")
    func again() throws {
        for layout in ["classic", "fhs"] {
            #expect(try make("install", "LAYOUT=\(layout)") == 0)
            let conf = layout == "fhs" ? "/etc/openha" : "/usr/local/cluster/conf"
            let monitor = destination + conf + "/monitor"
            try Data("ours\n".utf8).write(to: URL(fileURLWithPath: monitor))
            #expect(try make("install", "LAYOUT=\(layout)") == 0)
            #expect(String(decoding: try readFile(monitor), as: UTF8.self) == "ours\n")
            #expect(try make("uninstall", "LAYOUT=\(layout)") == 0)
            #expect(String(decoding: try readFile(monitor), as: UTF8.self) == "ours\n")
        }
        #expect(try names("/usr/local/cluster") == ["conf", "log", "services"])
        #expect(!FileManager.default.fileExists(atPath: destination + "/usr/lib/openha"))
        #expect(!FileManager.default.fileExists(atPath: destination + "/usr/bin/openha"))
    }

    @Test("PREFIX moves the tree, and env.sh knows where it went")
    func prefix() throws {
        #expect(try make("install", "PREFIX=/opt/ha") == 0)
        #expect(try names("/") == ["etc", "opt", "usr"])
        #expect(try names("/usr") == ["bin", "share"])
        let root = destination + "/opt/ha"
        let shell =
            "set -eu; . \(root)/env.sh; echo $EZ $EZ_BIN $EZ_SERVICES $EZ_LOG ${EZ_VAR-none}"
        #expect(
            try execute("/bin/sh", ["-c", shell]).output
                == "/opt/ha /opt/ha/bin /opt/ha/conf/services /opt/ha/log none\n")
        #expect(
            try execute("/bin/sh", ["-c", shell], ["EZ": "/x"]).output
                == "/x /x/bin /x/conf/services /x/log none\n")
    }

    @Test(
        "env.sh prints nothing and changes neither options nor PATH", arguments: ["sh", "fhs.sh"])
    func environmentScript(name: String) throws {
        let file = "\(InstallTests.repository)/init/" + (name == "sh" ? "env.sh" : "env-fhs.sh")
        let shell = "a=\"$-$PATH\"; . \(file); b=\"$-$PATH\"; [ \"$a\" = \"$b\" ] && alias ez_ps"
        let result = try execute("/bin/sh", ["-c", shell])
        #expect(result.exit == 0)
        #expect(result.output.split(separator: "\n").count == 1)
    }

    @Test("a place that cannot be meant is refused", arguments: ["rel", "/a b", "/usr"])
    func refused(prefix: String) throws {
        #expect(try make("install", "PREFIX=\(prefix)") != 0)
        #expect(!FileManager.default.fileExists(atPath: destination + prefix))
        #expect(try make("install", "LAYOUT=odd") != 0)
    }
}
