// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

/// A command that a copy of ourselves makes ready and becomes, so that whatever hangs on the way
/// (its directory, its output file, the program itself on a mount that does not answer) hangs there.
package struct CommandHandOver {
    /// argv[0] of the hidden applet.
    package static let applet = "svcmgr-exec"
    /// Before the reason why the program could not be run, on what was stderr.
    private static let refusal = "\0svcmgr-exec refused "

    /// Directory, output file, `append` or not, user id, group, name; empty: none. Then the command's
    /// words.
    let arguments: [String]

    /// nil: a program in PATH with nothing special can be run as it is.
    init?(_ command: Command) {
        let isPlain =
            !command.words[0].contains("/") && command.directory == nil
            && command.outputFile == nil && command.user == nil
        if isPlain { return nil }
        let user = command.user.map { [String($0.id), String($0.group), $0.name] }
        arguments =
            [command.directory ?? "", command.outputFile ?? ""]
            + [command.appendsOutput ? "append" : ""] + (user ?? ["", "", ""]) + command.words
    }

    /// In the copy: becomes the program, or reports and ends with 255.
    ///
    /// - Parameter arguments: Without argv[0].
    package static func perform(_ arguments: [String]) -> Never {
        guard arguments.count >= 7 else { _exit(255) }
        // Closes when the program runs; so nothing it prints is taken for our report.
        let report = fcntl(2, F_DUPFD_CLOEXEC, 3)
        do throws(SystemError) {
            try enter(directory: arguments[0])
            redirectOutput(to: arguments[1], keeping: !arguments[2].isEmpty)
            try become(user: arguments[3], group: arguments[4], name: arguments[5])
            let words = Array(arguments[6...])
            if words[0].contains("/") { try execute(words[0], words) }
            try executeFromPath(words)
        } catch {
            let text = refusal + String(error.code)
            _ = text.withCString { write(report, $0, text.utf8.count) }
        }
        _exit(255)
    }

    /// Turns the copy's report into what the caller wants to know.
    static func interpret(_ result: CommandResult) -> CommandResult {
        guard result.end == .exited(255), result.error.hasPrefix(refusal),
            let code = Int32(result.error.dropFirst(refusal.count))
        else { return result }
        // EACCES: not executable, or a directory.
        let isMissing = code == ENOENT || code == EACCES || code == ENOTDIR
        return CommandResult(
            isMissing ? .missing : .refused(errorText(code)), duration: result.duration)
    }

    private static func enter(directory: String) throws(SystemError) {
        guard directory.isEmpty || chdir(directory) == 0 else {
            throw SystemError("enter", directory, code: errno)
        }
    }

    /// One that cannot be opened is null: a missing log directory must not keep a service from
    /// starting.
    private static func redirectOutput(to file: String, keeping: Bool) {
        if file.isEmpty { return }
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | (keeping ? 0 : O_TRUNC)
        var output = open(file, flags, 0o644)
        if output < 0 { output = open("/dev/null", O_WRONLY) }
        dup2(output, 1)
        dup2(output, 2)
        if output > 2 { close(output) }
    }

    private static func become(user: String, group: String, name: String) throws(SystemError) {
        guard let id = UInt32(user), let group = UInt32(group) else { return }
        guard initgroups(name, group) == 0, setgid(group) == 0, setuid(id) == 0 else {
            throw SystemError("become", name, code: errno)
        }
    }

    private static func executeFromPath(_ words: [String]) throws(SystemError) {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        guard let found = findProgram(words[0], path: path) else {
            throw SystemError("find", words[0], code: ENOENT)
        }
        try execute(found, words)
    }

    /// Returns only by throwing.
    private static func execute(_ path: String, _ words: [String]) throws(SystemError) {
        let pointers = words.map { strdup($0) } + [nil]
        execv(path, pointers)
        let code = errno
        // Here and yet "no such file": what is missing is its interpreter.
        let lacksInterpreter = code == ENOENT && access(path, F_OK) == 0
        throw SystemError("execute", path, code: lacksInterpreter ? ENOEXEC : code)
    }
}
