// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

/// What a run of the program `probe` left behind.
struct ProbeResult: Equatable {
    /// Its exit code, or minus the signal.
    var status: Int32?
    var output: String
    var error: String
}

/// Runs `probe WORD PATH...`, which does in a process of its own what would harm this one.
///
/// Not an exit test of Swift Testing: those wait for any child of this process, and spin for as long
/// as one that has ended is not theirs.
func probe(_ arguments: String...) throws -> ProbeResult {
    let scratch = try Scratch()
    var options = ChildProcess.Options()
    options.output = .append(scratch("output"))
    options.error = .append(scratch("error"))
    let program = try #require(Product.path("probe"))
    let status = run(program, [program] + arguments, options: options, limit: .seconds(60))
    func text(_ name: String) -> String {
        String(decoding: (try? readFile(scratch(name))) ?? [], as: UTF8.self)
    }
    return ProbeResult(status: status, output: text("output"), error: text("error"))
}

/// What SwiftPM built.
private enum Product {
    /// A program beside the bundle of these tests, or beside the program that runs them.
    static func path(_ name: String) -> String? {
        var starts = CommandLine.arguments.filter { $0.hasPrefix("/") }
        if let own = realpath("/proc/self/exe", nil) {
            starts.append(String(cString: own))
            free(own)
        }
        for start in starts {
            var parts = start.split(separator: "/").dropLast()
            while !parts.isEmpty {
                let candidate = "/" + parts.joined(separator: "/") + "/" + name
                if isExecutable(candidate) { return candidate }
                parts.removeLast()
            }
        }
        return nil
    }
}
