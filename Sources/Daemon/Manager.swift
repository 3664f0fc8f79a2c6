// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

/// Runs `nmond [-l LEVEL]`: refuses on stderr with 255 what waiting cannot heal, else goes into the
/// background and looks after this node until it gets TERM.
///
/// - Parameter arguments: argv.
package func runManager(_ arguments: [String]) -> Int32 {
    guard let level = logLevel(Array(arguments.dropFirst())) else {
        complain("Usage: nmond [-l LEVEL], LEVEL from 0 to 7 as in syslog")
        return 1
    }
    let directory = LocalNode.directory(of: arguments.first ?? "nmond")
    let loop = detach(program: "nmond") { () throws(StartRefusal) in
        ManagerLoop(try ManagerSetting(programDirectory: directory, level: level))
    }
    return loop.run()
}

/// The level asked for; 6 without a word, nil for what is not understood.
private func logLevel(_ arguments: [String]) -> Int? {
    switch arguments.count {
    case 0: return 6
    case 1 where arguments[0].hasPrefix("-l"): return level(String(arguments[0].dropFirst(2)))
    case 2 where arguments[0] == "-l": return level(arguments[1])
    default: return nil
    }
}

private func level(_ text: String) -> Int? {
    Int(text).flatMap { (0...7).contains($0) ? $0 : nil }
}
