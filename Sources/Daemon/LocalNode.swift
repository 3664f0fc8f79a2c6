// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Glibc
import Logging
import Platform
import WireFormat

/// This node as a daemon finds it when it starts: its name, its directories, its layout.
package struct LocalNode: Sendable {
    /// `uname -n`.
    package let name: String
    package let environment: Environment
    package let boot: BootIdentity
    /// What is wrong with the environment and the tunables file.
    package let findings: [Finding]

    /// - Parameter programDirectory: As `directory(of:)` found it before the program detached, which
    ///   goes to `/`. It tells the directory layout where no variable does.
    package init(programDirectory: String) throws(StartRefusal) {
        let parsed = Environment.resolve(
            variables: environmentVariables(), programDirectory: programDirectory,
            tunables: Self.tunablesFile(), isDirectory: { isDirectory($0) })
        name = nodeName()
        environment = parsed.value
        findings = parsed.findings
        if let relative = environment.relativePaths.first {
            throw StartRefusal(relative.description)
        }
        do throws(SystemError) {
            boot = try bootIdentity()
        } catch {
            throw StartRefusal(error.description)
        }
    }

    /// What we send, and the only layout whose content we take (decision 1).
    package var layout: Layout {
        environment.tunables.wire ?? (environment.directories == .classic ? .a : .d)
    }

    /// Begins logging as `program`: once per process.
    package func startLog(_ program: String, level: Int = 6) -> Logger {
        let file = "\(environment.configDirectory)/logfacility"
        let facility = (try? readFile(file)).map { LogFacility.parse($0, file: file).value }
        SystemLog.bootstrap(
            ident: program, facility: facility?.rawValue ?? "daemon", level: level, echo: false)
        return Logger(label: program)
    }

    private static func tunablesFile() -> (file: String, text: [UInt8])? {
        for path in Environment.tunablesFiles {
            if let text = try? readFile(path) { return (path, text) }
        }
        return nil
    }

    /// The directory of a program by the name it was called with, absolute. Symbolic links stay:
    /// `<x>/bin` may be one, and `<x>/conf` lies beside it.
    package static func directory(of program: String) -> String {
        let searchPath = environmentVariables()["PATH"] ?? ""
        var directory = "."
        if let slash = program.lastIndex(of: "/") {
            directory = slash == program.startIndex ? "/" : String(program[..<slash])
        } else {
            let candidates = searchPath.split(separator: ":").map(String.init)
            directory = candidates.first { isExecutable("\($0)/\(program)") } ?? "."
        }
        if !directory.hasPrefix("/") { directory = currentDirectory() + "/" + directory }
        var parts: [Substring] = []
        for part in directory.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func currentDirectory() -> String {
        guard let text = getcwd(nil, 0) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }
}

/// Writes one line to stderr, while a starting program still has the caller's.
package func complain(_ line: String) {
    var rest = Array((line + "\n").utf8)[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
    }
}
