// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Platform
import Testing

/// `print status` on a terminal, through a pipe, as JSON, and again and again.
struct SvcmgrStatusTests {
    let tree: ServiceTree

    init() throws {
        tree = try ServiceTree()
        try tree.addService("svc1", "[DEFAULT]\nnodes = \(tree.node)\n")
        try tree.launcher("C10app", of: "svc1", "exit 0")
    }

    /// Without what only a terminal sees.
    private func plain(_ text: String) -> String {
        // CR LF is one character.
        let lines = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" }))
        return lines.replacing(/\u{1B}\[[0-9;?]*[a-zA-Z]/, with: "")
    }

    @Test(
        "on a terminal the title comes first, then what is logged, then the rest; else at the end")
    func order() throws {
        try tree.write("[hb#0]\ntype = OpenHA\n", to: tree.etc + "/svc1.conf")
        let command = "\(tree.etc)/svc1 print status"
        let seen = plain(try tree.onTerminal(command).output).split(separator: "\n")
        #expect(seen.first == "svc1")
        #expect(
            seen.dropFirst().first?.hasSuffix("svc1.cluster: not regular file nor symlink. fix.")
                == true)
        #expect(seen.contains { $0.hasPrefix("overall  ") })
        for name in ["cluster", "stonith"] {
            try FileManager.default.removeItem(atPath: "\(tree.etc)/svc1.\(name)")
        }
        let piped = try tree.run("/bin/sh", ["-c", command + " 2>&1"]).output
        #expect(piped.split(separator: "\n").prefix(3).last == "svc1", "\(piped)")
    }

    @Test("colours are for terminals, unless they are asked for")
    func colors() throws {
        let command = "\(tree.etc)/svc1 print status"
        #expect(try tree.onTerminal(command).output.contains("\u{1B}[001msvc1\u{1B}[000m"))
        #expect(try !tree.onTerminal(command + " --color=no").output.contains("\u{1B}[001m"))
        #expect(try !tree.svcmgr("print", "status").output.contains("\u{1B}"))
        let asked = try tree.svcmgr("print", "status", "--color", "always").output
        #expect(asked.contains("\u{1B}[032mup\u{1B}[000m"))
    }

    @Test("the push of a changed configuration is told by print status, once")
    func push() throws {
        let file = tree.etc + "/svc1.conf"
        #expect(try tree.svcmgr("-s", "svc1", "print", "status").output.hasPrefix("svc1\n"))
        let sent = "send \(file) to collector ... OK\n"
        let lines = sent + "update \(tree.state)/svc1.push timestamp ... OK\n"
        try tree.write("[DEFAULT]\napp = x\n", to: file)
        let told = try tree.svcmgr("-s", "svc1", "print", "status")
        #expect(told.output.hasPrefix(lines + "svc1\n"))
        #expect(try tree.svcmgr("-s", "svc1", "print", "status").output.hasPrefix("svc1\n"))
        try tree.write("[DEFAULT]\napp = y\n", to: file)
        #expect(try tree.svcmgr("-s", "svc1", "status").output.isEmpty)
        #expect(try tree.svcmgr("-s", "svc1", "print", "status").output.hasPrefix("svc1\n"))
        #expect(try tree.svcmgr("-s", "svc1", "push").output == lines)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("JSON is the service itself for one, and an object of services for several")
    func json() throws {
        try tree.addService("svc2")
        let one = try object(try tree.svcmgr("-s", "svc1", "json", "status").output)
        #expect(one["overall"] as? String == "up" && one["frozen"] as? Bool == false)
        let resources = one["resources"] as? [String: [String: Any]]
        #expect(resources?["app"]?["status"] as? String == "up")
        for arguments in [["-s", "svc1,svc2"], []] {
            let text = try tree.run(tree.bin + "/svcmgr", arguments + ["json", "status"]).output
            let both = try object(text)
            #expect(both.keys.sorted() == ["svc1", "svc2"])
        }
        let file = try object(tree.text(tree.state + "/svc1/status.json"))
        #expect(file["avail"] as? String == "up")
        #expect(tree.text(tree.state + "/svc1/resource.status.last.app") == "up\n")
    }

    @Test("the status of one resource is a word")
    func resource() throws {
        let outcome = try tree.svcmgr("-s", "svc1", "--rid", "app", "print", "resource", "status")
        #expect(outcome == .init(output: "up\n", error: "", exit: 0))
    }

    @Test(
        "a launcher that hangs holds up its own resource only as long as it may, others not at all")
    func sideBySide() throws {
        var configuration = "[DEFAULT]\nnodes = \(tree.node)\n"
        for number in 1...6 {
            let path = "\(tree.root)/check\(number)"
            try tree.write("#!/bin/sh\nsleep 1\n", to: path)
            chmod(path, 0o755)
            configuration += "[app#\(number)]\nscript = \(path)\ncheck = \(number)\n"
        }
        try tree.write(configuration, to: tree.etc + "/svc1.conf")
        let start = timeSinceBoot()
        #expect(try tree.svcmgr("-s", "svc1", "print", "status").exit == 0)
        // One after the other it would take six.
        #expect(timeSinceBoot() - start < .seconds(5))
    }

    @Test("--watch draws in place until q is pressed, and leaves the terminal as it was")
    func watch() throws {
        let command = "\(tree.etc)/svc1 print status --watch; echo code $?; stty -a"
        let outcome = try tree.onTerminal(command, input: "q")
        #expect(
            outcome.output.contains("\u{1B}[?1049h") && outcome.output.contains("\u{1B}[?1049l"))
        #expect(plain(outcome.output).contains("q: quit"))
        #expect(outcome.output.contains("code 0") && !outcome.output.contains("-icanon"))
    }

    @Test("--watch ends with a signal as with q")
    func watchInterrupted() throws {
        let command = """
            \(tree.etc)/svc1 print status --watch </dev/tty & p=$!
            while [ ! -e \(tree.state)/svc1/status.json ]; do sleep 0.05; done
            kill -TERM $p; wait $p; echo code $?; stty -a
            """
        let outcome = try tree.onTerminal(command)
        #expect(outcome.output.contains("\u{1B}[?1049l"), "\(outcome)")
        #expect(outcome.output.contains("code 0") && !outcome.output.contains("-icanon"))
    }

    @Test("--watch without a terminal says what to use instead")
    func watchNoTerminal() throws {
        let outcome = try tree.svcmgr("-s", "svc1", "print", "status", "--watch")
        #expect(outcome.exit == 1 && outcome.error.hasPrefix("--watch needs a terminal."))
    }

    @Test("what takes long shows on a terminal, and is gone when it is done")
    func progress() throws {
        try tree.launcher("S10app", of: "svc1", "sleep 3")
        let seen = try tree.onTerminal("\(tree.etc)/svc1 start").output
        #expect(seen.contains("S10app start (2 s)"), "\(seen)")
        let rows = seen.split { $0 == "\n" || $0 == "\r\n" }.map { row in
            row.split(separator: "\u{1B}[K", omittingEmptySubsequences: false).last ?? ""
        }
        #expect(!rows.contains { $0.contains("(2 s)") })
        #expect(try !tree.svcmgr("-s", "svc1", "start").error.contains("(2 s)"))
    }
}
