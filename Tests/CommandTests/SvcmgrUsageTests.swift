// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// How svcmgr may be called, and what it says to those who call it otherwise.
struct SvcmgrUsageTests {
    let tree: ServiceTree

    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1")
    }

    static func usage(_ program: String, _ why: String) -> String {
        "Usage: \(program) [ OPTIONS ] COMMAND\n\n\(program): error: \(why)\n"
    }

    @Test(
        "a wrong command line is answered by the usage, the fault and exit code 2",
        arguments: [
            (["frobnicate"], "Invalid action: frobnicate"),
            (["print", "nothing"], "Invalid action: print_nothing"),
            ([], "Missing action"),
            (["-s", "svc1"], "Missing action"),
            (["--nope", "start"], "no such option: --nope"),
            (["start", "--nope=1"], "no such option: --nope"),
            (["start", "-z"], "no such option: -z"),
            (["start", "--waitlock"], "--waitlock option requires an argument"),
            (["--waitlock", "soon", "start"], "option --waitlock: invalid value: 'soon'"),
            (["--waitlock=-1", "start"], "option --waitlock: invalid value: '-1'"),
            (["--rid", "", "stop"], "option --rid: invalid value: ''"),
            (["-s", "svc1", "--tags=,", "stop"], "option --tags: invalid value: ','"),
            (["print", "status", "--format", "xml"], "option --format: invalid value: 'xml'"),
            (["print", "status", "--color", "blue"], "option --color: invalid value: 'blue'"),
        ])
    func faults(arguments: [String], why: String) throws {
        let outcome = try tree.run("\(tree.bin)/svcmgr", arguments)
        #expect(
            outcome == .init(output: "", error: SvcmgrUsageTests.usage("svcmgr", why), exit: 2))
    }

    @Test("nodemgr answers a wrong command line in the same way")
    func node() throws {
        let invalid = try tree.nodemgr("dance")
        let why = SvcmgrUsageTests.usage("nodemgr", "Invalid action: dance")
        #expect(invalid == .init(output: "", error: why, exit: 2))
    }

    @Test("options may stand before and behind the words of the action")
    func order() throws {
        let before = try tree.svcmgr("--format", "json", "-s", "svc1", "print", "status")
        let behind = try tree.svcmgr("print", "status", "-s", "svc1", "--format=json")
        let between = try tree.svcmgr("print", "-s", "svc1", "status", "--format", "json")
        for outcome in [before, behind, between] {
            #expect(outcome.exit == 0 && outcome.output.hasPrefix("{\n"), "\(outcome)")
        }
    }

    @Test("what is printed of schedules, devices and resources is there as JSON, too")
    func json() throws {
        let resources = try tree.svcmgr(
            "-s", "svc1,svc1", "print", "resource", "status", "--format", "json")
        #expect(resources.output == "{\n    \"app\": \"n/a\"\n}\n")
        let devices = try tree.svcmgr("-s", "svc1", "print", "devlist", "--format", "json")
        #expect(devices == .init(output: "[]\n", error: "", exit: 0))
        let schedule = try tree.svcmgr("-s", "svc1", "print", "schedule", "--format", "json")
        let task =
            "\"action\": \"compliance_auto\",\n        \"config_parameter\": "
            + "\"DEFAULT.comp_schedule\",\n        \"last_run\": null,\n"
        #expect(schedule.output.hasPrefix("[\n    {\n        " + task), "\(schedule)")
        #expect(try tree.svcmgr("-s", "sync", "create").exit == 1)
    }

    @Test("an action has an old and a new spelling")
    func spellings() throws {
        for words in [["json", "status"], ["print", "status", "--format", "json"]] {
            let outcome = try tree.run("\(tree.bin)/svcmgr", ["-s", "svc1"] + words)
            #expect(outcome.output.contains("\"overall\": \"n/a\""), "\(words): \(outcome)")
        }
        for words in [["print", "env"], ["print", "config"]] {
            try tree.write("[DEFAULT]\napp = a\n", to: tree.etc + "/svc1.conf")
            let outcome = try tree.run("\(tree.bin)/svcmgr", ["-s", "svc1"] + words)
            #expect(outcome == .init(output: "[DEFAULT]\napp = a\n", error: "", exit: 0))
        }
    }

    @Test("the completions are those of the options as they are", arguments: ["bash", "zsh"])
    func completions(shell: String) throws {
        for name in ["svcmgr", "nodemgr"] {
            let file = shell == "bash" ? "\(name).bash" : "_\(name)"
            let kept = tree.text("\(InstallTests.repository)/init/completions/\(file)")
            let made = try tree.run("\(tree.bin)/\(name)", ["--generate-completion-script", shell])
            #expect(made.exit == 0 && made.output == kept, "make completions")
        }
    }

    @Test("help and version go to stdout with exit code 0")
    func help() throws {
        let help = try tree.svcmgr("--help")
        #expect(help.exit == 0 && help.error.isEmpty)
        for word in ["print status", "syncnodes", "--waitlock", "--dry-run"] {
            #expect(help.output.contains(word))
        }
        #expect(try tree.svcmgr("--version").output.hasPrefix("svcmgr version 1."))
        #expect(try tree.nodemgr("--version").output.hasPrefix("nodemgr version 1."))
    }

    @Test("without a service on the node svcmgr says how one is named")
    func none() throws {
        let empty = try ServiceTree()
        let outcome = try empty.svcmgr("print", "status")
        let hint = """
            No service specified. Try:
             svcmgr -s <svcname>[,<svcname>]
             svcmgr --status <status>[,<status>]
             <svcname>

            """
        #expect(outcome == .init(output: "", error: hint, exit: 1))
    }

    @Test("a service that does not exist is told, and the others of the list go on")
    func unknown() throws {
        let alone = try tree.svcmgr("-s", "svc2", "start")
        #expect(alone == .init(output: "", error: "svc2: service does not exist\n", exit: 1))
        let both = try tree.svcmgr("-s", "svc2,svc1", "print", "status")
        #expect(both.exit == 1 && both.output.hasPrefix("svc1\noverall"))
    }

    @Test("exit codes of several services are added")
    func sum() throws {
        for name in ["svc2", "svc3"] { try tree.addService(name) }
        // n/a each: 3.
        #expect(try tree.svcmgr("-s", "svc1,svc2,svc3", "status").exit == 9)
        #expect(try tree.svcmgr("status", "-p").exit == 9)
        #expect(try tree.svcmgr("-s", "svc1", "status").exit == 3)
    }

    @Test("a service's own link means that service, and OSVC_SERVICE_LINK does too")
    func links() throws {
        try tree.addService("svc2")
        #expect(try tree.call("svc1", "print", "status").output.hasPrefix("svc1\noverall"))
        let link = ["OSVC_SERVICE_LINK": "svc2"]
        let outcome = try tree.svcmgr("print", "status", adding: link)
        #expect(outcome.output.hasPrefix("svc2\noverall") && !outcome.output.contains("svc1"))
    }

    @Test("the stonith link drops all that it is given, whatever it is")
    func stonith() throws {
        try tree.link(tree.etc + "/svc1.stonith", to: tree.bin + "/svcmgr")
        try tree.launcher("S10app", of: "svc1", "touch \(tree.root)/started")
        for words in [["start"], [], ["--nope"], ["print", "status"]] {
            let outcome = try tree.run(tree.etc + "/svc1.stonith", words)
            #expect(outcome == .init(output: "", error: "", exit: 0), "\(words)")
        }
        #expect(!tree.exists(tree.root + "/started"))
    }

    @Test("PATH has the usual places and LANG is C, however little the caller gave")
    func surroundings() throws {
        try tree.launcher("S10app", of: "svc1", "echo \"$PATH $LANG\" >\(tree.root)/seen")
        _ = try tree.run(
            "/usr/bin/env", ["-i", "OSVC_ROOT_PATH=\(tree.root)", tree.etc + "/svc1", "start"])
        let usual = "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin C"
        #expect(tree.text(tree.root + "/seen").contains(usual))
    }

    @Test("only root may, and others are told how", .enabled(if: geteuid() == 0))
    func root() throws {
        // Nothing of the machine is touched: the call ends before.
        let outcome = try tree.run(
            "/usr/bin/setpriv",
            ["--reuid=65534", "--clear-groups", "env", "-u", "OSVC_ROOT_PATH", "--"]
                + [CommandTree.products + "/svcmgr", "-s", "svc1", "start"])
        let line = CommandTree.products + "/svcmgr -s svc1 start"
        let text = "Insufficient privileges. Try:\n sudo \(line)\n"
        #expect(outcome == .init(output: "", error: text, exit: 1))
    }

    @Test(
        "what is for later is answered by one line that says what to use now",
        arguments: [
            ["takeover"], ["giveback"], ["clear"], ["abort"], ["start", "--node", "node2"],
            ["start", "--wait"], ["create", "-i"],
        ])
    func later(words: [String]) throws {
        let outcome = try tree.run("\(tree.bin)/svcmgr", ["-s", "svc1"] + words)
        #expect(outcome.exit == 1 && outcome.output.isEmpty)
        #expect(outcome.error.split(separator: "\n").count == 1 && outcome.error.contains("se `"))
    }

    @Test("the daemon's actions, and svcmon, are answered by one line each")
    func daemon() throws {
        let start = try tree.nodemgr("daemon", "start")
        #expect(start.exit == 1 && start.error.hasPrefix("daemon start: "))
        let table = try tree.run("\(tree.bin)/svcmon", [])
        #expect(table.exit == 1 && table.error.hasPrefix("svcmon: "))
        #expect(try tree.nodemgr("checks") == .init(output: "", error: "", exit: 0))
    }
}
