// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc
import Logging
import Synchronization

/// Sends log lines to /dev/log without ever blocking, as `ident[pid]: text`; lines that find the
/// queue full are counted and dropped.
///
/// `EZ_LOG_FILE=PATH` in the environment appends them to that file as well, without time: for tests,
/// and for machines without a system log. It is opened for each line, and may hang when its disk does.
package enum SystemLog {
    /// Makes swift-log write to the system log. A second call changes only how.
    ///
    /// - Parameters:
    ///   - facility: A word of specification 1.5, already checked.
    ///   - level: 0 to 7 as syslog counts; default 6.
    ///   - echo: Also print warning and below on stdout, error and above on stderr: the FHS commands
    ///     on a terminal (specification, 8).
    package static func bootstrap(ident: String, facility: String, level: Int, echo: Bool) {
        self.level = level
        let file = environmentVariables()["EZ_LOG_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        let facility = CInt(facilityNames[facility] ?? 3) << 3
        line.withLock {
            $0.ident = ident
            $0.facility = facility
            $0.file = file
            $0.echo = echo
        }
        _ = cshims_tell_crashes(ident, facility | 2)
        guard !isBootstrapped.exchange(true, ordering: .relaxed) else { return }
        LoggingSystem.bootstrap { _ in LineHandler() }
    }

    /// The current level, 0 to 7; USR1 and USR2 move it.
    package static var level: Int {
        get { currentLevel.load(ordering: .relaxed) }
        set { currentLevel.store(min(max(newValue, 0), 7), ordering: .relaxed) }
    }

    /// Lines that were dropped since there was no system log, or its queue was full.
    package static var dropped: UInt64 { line.withLock { $0.dropped } }

    /// The words of specification 1.5, with their numbers in syslog.
    package static let facilityNames: [String: Int] = [
        "kern": 0, "user": 1, "mail": 2, "daemon": 3, "auth": 4, "syslog": 5, "lpr": 6, "news": 7,
        "uucp": 8, "cron": 9, "local0": 16, "local1": 17, "local2": 18, "local3": 19, "local4": 20,
        "local5": 21, "local6": 22, "local7": 23,
    ]

    /// Before a fork that closes all descriptors: the next line opens the socket again.
    static func closeSocket() { line.withLock { $0.closeSocket() } }

    fileprivate static func write(_ text: String, severity: Int) {
        line.withLock { $0.write(text, severity: severity) }
    }

    private static let isBootstrapped = Atomic<Bool>(false)
    private static let currentLevel = Atomic<Int>(6)
    private static let line = Mutex(LogLine())
}

/// Where lines go.
private struct LogLine {
    var ident = ""
    var facility: CInt = 3 << 3
    var file: String?
    var echo = false
    var dropped: UInt64 = 0
    /// -1 while there is no system log.
    private var socket: CInt = -1

    mutating func write(_ text: String, severity: Int) {
        let tagged = "\(ident)[\(getpid())]: \(text)"
        send("<\(facility | CInt(severity))>\(time())\(tagged)")
        if let file { append(tagged + "\n", to: file) }
        if echo { print(text + "\n", on: severity <= 3 ? 2 : 1) }
    }

    mutating func closeSocket() {
        if socket >= 0 { _ = cshims_close(socket) }
        socket = -1
    }

    /// Connects once more when the system log was started anew; a full queue drops the line.
    private mutating func send(_ text: String) {
        for _ in 0..<2 {
            if socket < 0 { socket = max(-1, cshims_open_log()) }
            guard socket >= 0 else { break }
            let sent = cshims_send_log(socket, text, text.utf8.count)
            if sent >= 0 { return }
            if sent == -EAGAIN || sent == -ENOBUFS { break }
            closeSocket()
        }
        dropped += 1
    }

    private func time() -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { text in
            let length = cshims_log_time(text.baseAddress, text.count)
            return length > 0 ? String(cString: text.baseAddress!) : ""
        }
    }

    private func append(_ text: String, to path: String) {
        let file = cshims_open_file(path, CSHIMS_OPEN_APPEND, 0o644)
        guard file >= 0 else { return }
        _ = cshims_write(file, text, text.utf8.count)
        _ = cshims_close(file)
    }

    private func print(_ text: String, on descriptor: CInt) {
        _ = cshims_write(descriptor, text, text.utf8.count)
    }
}

/// All loggers share one line and one level.
private struct LineHandler: LogHandler {
    var metadata = Logger.Metadata()

    var logLevel: Logger.Level {
        get {
            switch SystemLog.level {
            case ...2: .critical
            case 3: .error
            case 4: .warning
            case 5: .notice
            case 6: .info
            default: .trace
            }
        }
        set { _ = newValue }  // see `SystemLog.level`
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let severity = severity(of: event.level)
        // swift-log has no level above critical, but a syslog level of 0 or 1 shuts that out too.
        guard severity <= SystemLog.level else { return }
        SystemLog.write("\(event.message)", severity: severity)
    }

    private func severity(of level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
