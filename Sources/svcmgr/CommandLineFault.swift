// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform

/// Reads a command line; the wrong ones are told in the words of opensvc.md 2.4.
///
/// - Returns: nil when there is nothing to do any more, with the exit code in `ending`.
func parsed<Options: ParsableCommand>(
    _ type: Options.Type, _ arguments: [String], program: String, ending: inout Int32
) -> Options? {
    do {
        return try Options.parse(arguments)
    } catch  where Options.exitCode(for: error) == .success {
        Console.standard.print(Options.fullMessage(for: error))
        ending = ExitCode.success
    } catch {
        ending = usageError(inOptionWords(Options.message(for: error)), program: program)
    }
    return nil
}

/// Tells what is wrong with a command line.
///
/// - Returns: The exit code for that.
func usageError(_ why: String, program: String) -> Int32 {
    Console.standard.complain("Usage: \(program) [ OPTIONS ] COMMAND\n\n\(program): error: \(why)")
    return ExitCode.usage
}

/// What the parser says, as users of the historical command know it.
private func inOptionWords(_ message: String) -> String {
    let first = String(message.prefix { $0 != "\n" })
    if let option = first.quoted(after: "Unknown option '") {
        return "no such option: \(option.prefix { $0 != "=" })"
    }
    if let option = first.quoted(after: "Missing value for '") {
        return "\(option.prefix { $0 != " " }) option requires an argument"
    }
    if first.hasPrefix("The value '"), let value = first.quoted(after: "The value '"),
        let option = first.quoted(after: "for '")
    {
        return "option \(option.prefix { $0 != " " }): invalid value: '\(value)'"
    }
    return first
}

extension String {
    /// What stands between `start` and the next quote.
    fileprivate func quoted(after start: String) -> Substring? {
        guard let range = firstRange(of: start) else { return nil }
        return self[range.upperBound...].prefix { $0 != "'" }
    }
}
