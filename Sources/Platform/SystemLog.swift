// SPDX-License-Identifier: Apache-2.0

import CShims
import Logging

/// Sends log lines to /dev/log without ever blocking, as `ident[pid]: text`; lines that find the
/// queue full are counted and dropped. `EZ_LOG_STDERR=1` or a terminal: see `SystemLog.bootstrap`.
package enum SystemLog {
    /// Makes swift-log write to the system log.
    ///
    /// - Parameters:
    ///   - facility: A word of specification 1.5, already checked.
    ///   - level: 0 to 7 as syslog counts; default 6.
    ///   - echo: Also print notice and below on stdout, error and above on stderr: the FHS commands
    ///     on a terminal (specification, 8).
    package static func bootstrap(ident: String, facility: String, level: Int, echo: Bool) {
        fatalError("stub")
    }
    /// Before a fork that closes all descriptors; the next line opens it again.
    static func closeSocket() {}
    /// The current level, 2 to 7; USR1 and USR2 move it.
    package static var level: Int {
        get { fatalError("stub") }
        set { fatalError("stub") }
    }
}
