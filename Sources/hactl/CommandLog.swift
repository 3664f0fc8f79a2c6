// SPDX-License-Identifier: Apache-2.0

import Config
import Logging
import Platform

/// What the commands log; on a terminal the FHS ones also show it.
let log = Logger(label: "command")

/// Begins logging as `ident`: once per process, before `log` is used.
func startLog(_ ident: String, _ node: LocalNode) {
    let file = node.environment.logFacilityFile
    let facility = (try? readFile(file)).map { LogFacility.parse($0, file: file).value }
    SystemLog.bootstrap(
        ident: ident, facility: facility?.rawValue ?? "daemon",
        level: node.environment.tunables.debug ? 7 : 6,
        echo: !node.isClassic && Console.isInteractive)
}
