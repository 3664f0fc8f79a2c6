// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Makes PATH and LANG what scripts and the parsers of programs' output rely on (opensvc.md 2.1):
/// the heartbeat may call us with next to nothing.
func prepareEnvironment(path: String?) {
    let usual = "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin"
    let known = path.flatMap { $0.isEmpty ? nil : $0 }
    setenv("PATH", known.map { "\($0):\(usual)" } ?? usual, 1)
    setenv("LANG", "C", 1)
}
