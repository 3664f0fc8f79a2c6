// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Foundation
import Platform
import Testing

@Suite("service -s, -s -c and -i") struct ServiceQueryTests {
    @Test("the classic service -s shows states without any daemon, as the tutorial prints it")
    func states() throws {
        let tree = try CommandTree()
        try tree.addService("p26.opensvc.com")
        let shown = try tree("service", "-s")
        #expect(
            shown
                == .init(
                    output: "1 service(s) defined:  \nService: p26.opensvc.com\n"
                        + "\tPrimary  : node1, FROZEN_STOP\n\tSecondary: node2, FROZEN_STOP\n",
                    error: "", exit: 0))
    }

    @Test("without services, and without a services file, there are 0 of them")
    func none() throws {
        let tree = try CommandTree()
        #expect(try tree("service", "-s").output == "0 service(s) defined:  \n")
        try remove(tree.conf + "/services")
        #expect(
            try tree("service", "-s")
                == .init(output: "0 service(s) defined:  \n", error: "", exit: 0))
    }

    @Test("columns are padded with blanks to the end of the line", arguments: [true, false])
    func columns(classic: Bool) throws {
        let tree = try CommandTree(classic ? .classic : .fhs)
        try tree.addService("p26.opensvc.com", .started, or: "node2", .stopped)
        try tree.addService("a-name-that-is-wider", .starting, or: "node2", .unknown)
        let lock = try LockFile(tree.proc + "/nmond.key")
        let shown = try tree("service", "-s", "-c")
        #expect(
            shown.output == """
                service          prinode          pristate       secnode          secstate      \n\
                p26.opensvc.com  node1            STARTED        node2            STOPPED       \n\
                a-name-that-is-wider node1            STARTING       node2            UNKNOWN       \n
                """)
        #expect(shown.exit == 0)
        _ = consume lock
    }

    @Test("the FHS service -s refuses while nobody holds nmond's lock, whatever was left behind")
    func withoutManager() throws {
        let tree = try CommandTree(.fhs)
        try tree.addService("web")
        try tree.write("", to: tree.proc + "/nmond.key")
        #expect(try tree("service", "-s") == .init(output: "", error: "", exit: 1))
    }

    @Test("a strange or missing state file reads UNKNOWN, and only the first byte counts")
    func strangeFiles() throws {
        let tree = try CommandTree()
        try tree.addService("web")
        try tree.write("2\0garbage", to: tree.stateFiles.path("web", "node1"))
        try remove(tree.stateFiles.path("web", "node2"))
        let shown = try tree("service", "-s").output
        #expect(shown.contains("node1, STARTED\n"))
        #expect(shown.contains("node2, UNKNOWN\n"))
        #expect(fileStamp(tree.stateFiles.path("web", "node2")) == nil, "a query made a file")
    }

    @Test("-i tells the local role, and both states with a TAB, a blank and a comma")
    func info() throws {
        let tree = try CommandTree()
        try tree.addService("web", on: tree.node, .started, or: "other", .stopped)
        try tree.addService("far", .stopped)
        #expect(
            try tree("service", "-i", "web").output == """
                we are Primary for service web
                Service: web\t state: STARTED , STOPPED\n
                """)
        #expect(
            try tree("service", "-i", "far").output
                == "Service: far\t state: STOPPED , FROZEN_STOP\n")
        #expect(
            try tree("service", "-i", "nosuch")
                == .init(output: "", error: "Error : service nosuch does not exist\n", exit: 255))
    }

    @Test("a line that is no service is named on stderr, and the others are shown")
    func badLine() throws {
        let tree = try CommandTree()
        try tree.addService("web")
        try tree.write(
            "oops /bin/true node1\n" + (try tree.read(tree.conf + "/services")),
            to: tree.conf + "/services")
        let shown = try tree("service", "-s")
        #expect(shown.output.hasPrefix("1 service(s) defined:"))
        #expect(shown.error.hasPrefix("\(tree.conf)/services:1: "))
    }

    @Test(
        "anything but one well-formed request gets the usage on stderr and 255",
        arguments: [
            [], ["-x"], ["-s", "junk"], ["-s", "-i", "web"], ["-c"], ["-A"], ["-A", "a", "b", "c"],
            ["-a", "only", "two"], ["-r"], ["--force"], ["--json"], ["stop", "web"],
        ])
    func usage(arguments: [String]) throws {
        let tree = try CommandTree()
        let refused = try tree.run("service", arguments)
        #expect(refused.output == "")
        #expect(refused.exit == 255)
        let first =
            "Usage: \(tree.bin)/service [-s] [-i Service] [-A Service Action] [-r Service] "
            + "[-a service script primary secondary check_up_script]\n"
            + "Action in start|stop|freeze-stop|freeze-start|unfreeze|force-stop|force-start\n"
        #expect(refused.error.hasPrefix(first))
        // The usage, and below it what was wrong.
        let last = "    force-start|force-stop: force state change to [start|stop]\n"
        let fault = refused.error.components(separatedBy: last)
        #expect(fault.count == 2 && fault[1].hasPrefix("service: ") == !arguments.isEmpty)
    }

    @Test("the FHS usage names openha and ends with an empty line")
    func fhsUsage() throws {
        let refused = try CommandTree(.fhs)("service")
        #expect(refused.error.hasPrefix("Usage: openha service [options]\n\nOptions:\n -s  "))
        #expect(
            refused.error.hasSuffix(
                " check_up_script = the pre-start sanity check script fullpath\n\n"))
        #expect(refused.exit == 255)
    }

    @Test("--help and --version go to stdout and end with 0", arguments: ["service", "hb"])
    func help(name: String) throws {
        let tree = try CommandTree()
        let help = try tree(name, "--help")
        #expect(help.exit == 0)
        #expect(help.error == "")
        #expect(help.output.contains("USAGE: \(name) -s"))
        let version = try tree(name, "--version")
        #expect(version.output.hasPrefix("ezha "))
        #expect(version.exit == 0)
    }

    @Test("an action on nothing, or that is none, is named and ends with 255")
    func badAction() throws {
        let classic = try CommandTree()
        try classic.addService("web", on: classic.node, or: "other")
        #expect(
            try classic("service", "-A", "nosuch", "stop")
                == .init(output: "Error: service nosuch not found !\n", error: "", exit: 255))
        #expect(
            try classic("service", "-A", "web", "bogus")
                == .init(output: "Error: action BOGUS not found !\n", error: "", exit: 255))
        let fhs = try CommandTree(.fhs)
        try fhs.addService("web", on: fhs.node, or: "other")
        #expect(
            try fhs("service", "-A", "nosuch", "stop")
                == .init(output: "", error: "service nosuch not found\n", exit: 255))
        #expect(
            try fhs("service", "-A", "web", "bogus")
                == .init(output: "", error: "action bogus not found\n", exit: 255))
    }
}
