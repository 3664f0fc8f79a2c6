// SPDX-License-Identifier: Apache-2.0

/// Where the system log files our lines: the word of the logfacility file (specification, 1.5).
package enum LogFacility: String, CaseIterable, Sendable {
    case kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron
    case local0, local1, local2, local3, local4, local5, local6, local7

    /// The number of syslog(3), before it is shifted by three: kern 0, daemon 3, local0 16.
    package var number: Int {
        let index = LogFacility.allCases.firstIndex(of: self) ?? 3
        return index < 10 ? index : index + 6
    }

    /// Reads the first line that is neither empty nor a comment; the whole word must match. Without
    /// such a line, or with another word, it is `daemon`.
    package static func parse(_ text: [UInt8], file: String) -> Parsed<LogFacility> {
        guard let line = textLines(text).first(where: { $0.content != .empty }) else {
            return Parsed(.daemon)
        }
        switch line.content {
        case .empty: return Parsed(.daemon)
        case .refused(let reason):
            return Parsed(
                .daemon, findings: [Finding(file: file, line: line.number, reason: reason)])
        case .columns(let columns):
            let word = columns.joined(separator: " ")
            if let facility = LogFacility(rawValue: word) { return Parsed(facility) }
            let reason = "unknown log facility \(word): daemon is used"
            return Parsed(
                .daemon, findings: [Finding(file: file, line: line.number, reason: reason)])
        }
    }
}
