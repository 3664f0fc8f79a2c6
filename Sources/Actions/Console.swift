// SPDX-License-Identifier: Apache-2.0
import Config
import FailoverCore
import Glibc
import Logging
import Platform

/// What people see of an action: stdout, stderr and the system log.
///
/// In the FHS layout and on a terminal the log lines are the output (specification, 8); in the
/// classic one they go to the system log alone.
struct Console {
    let isClassic: Bool
    let logger: Logger
    private let echoes: Bool

    /// Sets up the system log; once per process.
    init(_ environment: Environment, ident: String = "service") {
        isClassic = environment.directories == .classic
        echoes = !isClassic && isatty(0) == 1
        let file = environment.logFacilityFile
        let text = (try? readFile(file)) ?? []
        SystemLog.bootstrap(
            ident: ident, facility: LogFacility.parse(text, file: file).value.rawValue,
            level: environment.tunables.debug ? 7 : 6, echo: echoes)
        logger = Logger(label: ident)
    }

    func log(_ level: ActionLogLevel, _ text: String) {
        switch level {
        case .info: logger.info("\(text)")
        case .notice: logger.notice("\(text)")
        case .warning: logger.warning("\(text)")
        case .error: logger.error("\(text)")
        }
    }

    func print(_ text: String) { emit(text, to: 1) }

    /// stderr only.
    func warn(_ text: String) { emit(text, to: 2) }

    /// The log, and stderr unless the log shows there already.
    func complain(_ text: String) {
        logger.error("\(text)")
        tell(text)
    }

    /// stderr, for what is logged elsewhere, unless the log shows there already.
    func tell(_ text: String) {
        if !echoes { warn(text) }
    }

    /// Each layout's users know their own words: on stdout there, as a log line here, which bad input
    /// shows without a terminal as well.
    func refuse(classic: String, fhs: String) {
        if isClassic { print(classic) } else { complain(fhs) }
    }

    func refuseAction(_ word: String) {
        refuse(
            classic: "Error: action \(word.uppercased()) not found !",
            fhs: "action \(word) not found")
    }

    private func emit(_ text: String, to descriptor: CInt) {
        writeText(text + "\n", to: descriptor)
    }
}
