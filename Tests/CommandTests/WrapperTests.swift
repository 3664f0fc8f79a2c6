// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Foundation
import Platform
import Testing

@Suite("openha") struct WrapperTests {
    @Test("without a word it says what it can do, on stderr", arguments: [[], ["--help"]])
    func usage(arguments: [String]) throws {
        let tree = try CommandTree(.fhs)
        let name = tree.bin + "/openha"
        let text = """
            \(name) hb|service [options]
            \(name) kill
            \(name) ps
            \(name) status

            """
        #expect(
            try tree.run("openha", arguments) == .init(output: "", error: text, exit: 1))
        #expect(
            try tree("openha", "web")
                == .init(output: "", error: "unknown subsystem\n", exit: 1))
    }

    @Test("status shows links and services under their headings")
    func status() throws {
        let tree = try CommandTree(.fhs)
        try tree.addService("web", .started, or: "node2", .stopped)
        try tree.write("node1 net lo 239.131.50.10 1234 10\n", to: tree.conf + "/monitor")
        let manager = try LockFile(tree.proc + "/nmond.key")
        let text = """
            Hearbeat status:
            ----------------

            net listener lo:239.131.50.10 status DOWN

            Services status:
            ----------------

            service          prinode          pristate       secnode          secstate      \n\
            web              node1            STARTED        node2            STOPPED       \n\


            """
        let shown = try tree("openha", "status")
        #expect(shown == .init(output: text, error: "", exit: 0))
        _ = consume manager
    }

    @Test("service and hb get their arguments, and their exit code is handed on")
    func subsystems() throws {
        let tree = try CommandTree(.fhs)
        try tree.addService("web")
        #expect(
            try tree("openha", "service", "-i", "web").output
                == "Service: web\t state: FROZEN_STOP , FROZEN_STOP\n")
        #expect(try tree("openha", "service", "-i", "nosuch").exit == 255)
        #expect(try tree("openha", "hb", "-x").exit == 255)
    }

    @Test("ps has a heading and no line about itself")
    func processes() throws {
        let listed = try CommandTree(.fhs)("openha", "ps")
        #expect(listed.output.hasPrefix("UID"))
        #expect(!listed.output.contains("openha ps"))
        #expect(listed.exit == 0)
    }

    @Test("kill with nothing running is told by the exit code")
    func kill() throws {
        #expect(try CommandTree(.fhs)("openha", "kill").exit == 1)
    }
}
