// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

/// `logs`: pages a log on a terminal, prints it elsewhere.
///
/// - Returns: The exit code.
func showLog(_ path: String) -> Int32 {
    guard exists(path) else {
        Console.standard.complain("\(path): there is no log yet")
        return ExitCode.failure
    }
    if isatty(1) == 1, let code = page(path) { return code }
    do {
        writeBytes(try readFile(path, limit: 2 * LogFile.limit), to: 1)
        return ExitCode.success
    } catch {
        Console.standard.complain("\(error)")
        return ExitCode.failure
    }
}

/// Runs $PAGER, else less, at the end of the log; nil when there is none.
private func page(_ path: String) -> Int32? {
    let chosen = environmentVariables()["PAGER"] ?? ""
    let words = chosen.split(separator: " ").map(String.init)
    let pager = words.isEmpty ? ["less", "-R", "+G"] : words
    guard let program = findProgram(pager[0], path: environmentVariables()["PATH"] ?? "") else {
        return nil
    }
    var options = ChildProcess.Options()
    options.input = .inherit
    return Interruption.leftToChild {
        run(program, pager + [path], options: options, limit: .seconds(1 << 20))
    }
}
