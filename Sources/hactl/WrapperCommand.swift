// SPDX-License-Identifier: Apache-2.0

import Config
import Glibc
import Platform

/// `openha`: the wrapper of the FHS layout (specification, 8.9).
enum WrapperCommand {
    static func run(program: String, _ arguments: [String]) -> Int32 {
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case nil, "--help":
            for words in ["hb|service [options]", "kill", "ps", "status"] {
                Console.error("\(program) \(words)")
            }
            return ExitCode.failure
        case "--version":
            Console.print(Version.text)
            return ExitCode.success
        case "service": return become("service", rest, of: program)
        case "hb": return become("hb", rest, of: program)
        case "status": return showStatus(of: LocalNode(program: program))
        case "ps": return listProcesses()
        case "kill": return endDaemons(of: LocalNode(program: program))
        default:
            Console.error("unknown subsystem")
            return ExitCode.failure
        }
    }

    /// Goes on as `<bin>/NAME`, so that `ps` shows what runs; where there is none, right here.
    private static func become(_ name: String, _ arguments: [String], of program: String) -> Int32 {
        let path = LocalNode(program: program).environment.bin + "/" + name
        if isExecutable(path) {
            var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
            words.append(nil)
            execv(path, words)
            Console.error("openha: \(path): \(errorDescription(errno))")
            return ExitCode.refused
        }
        return name == "hb"
            ? LinkCommand.run(program: program, arguments)
            : ServiceCommand.run(program: program, arguments)
    }

    private static func showStatus(of node: LocalNode) -> Int32 {
        Console.print("Hearbeat status:\n----------------\n")
        _ = LinkTable(node).print()
        Console.print("\nServices status:\n----------------\n")
        _ = ServiceQueries(node).printColumns()
        Console.print("")
        return ExitCode.success
    }

    /// Ends the daemons of our own directories; services and their states stay as they are.
    ///
    /// - Returns: 0 if something ran and all of it ended, else 1, as pkill says it.
    private static func endDaemons(of node: LocalNode) -> Int32 {
        let daemons = DaemonProcesses(procDirectory: node.environment.procDirectory)
        let wasRunning = !daemons.running.isEmpty
        let isManagerGone = daemons.endManager()
        let areLinksGone = daemons.endLinks(daemons.runningLinks)
        return wasRunning && isManagerGone && areLinksGone ? ExitCode.success : ExitCode.failure
    }

    /// The lines of `ps -ef` about daemons, with its heading; exits as grep does.
    private static func listProcesses() -> Int32 {
        guard let stream = popen("ps -ef", "r") else {
            Console.error("openha: ps: \(errorDescription(errno))")
            return ExitCode.failure
        }
        defer { pclose(stream) }
        var found = false
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        defer { free(line) }
        while getline(&line, &size, stream) > 0, let line {
            let text = String(cString: line)
            guard text.hasPrefix("UID") || isAboutDaemon(text) else { continue }
            Console.print(text: text)
            found = true
        }
        return found ? ExitCode.success : ExitCode.failure
    }

    private static func isAboutDaemon(_ line: String) -> Bool {
        let columns = line.split(separator: " ")
        if columns.count > 1, Int32(columns[1]) == getpid() { return false }
        return ["heartd", "heartc", "nmond"].contains { line.contains($0) }
    }
}
