// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

struct LogFacilityTests {
    @Test(
        "the first word of the file is the facility, as a whole word only",
        arguments: [
            ("local3\n", LogFacility.local3, true), ("  user \r\n", .user, true),
            ("", .daemon, true),
            ("# comment\n\nmail", .mail, true), ("l\n", .daemon, false),
            ("LOCAL3\n", .daemon, false),
            ("local8\n", .daemon, false), ("local3x\n", .daemon, false),
            ("local3 user\n", .daemon, false), ("authpriv\n", .daemon, false),
        ])
    func words(text: String, facility: LogFacility, isFine: Bool) {
        let parsed = LogFacility.parse(bytes(text), file: "logfacility")
        #expect(parsed.value == facility)
        #expect(parsed.findings.isEmpty == isFine)
        #expect(
            parsed.findings.allSatisfy { $0.description.hasPrefix("logfacility:1: unknown log") })
    }

    @Test("facilities have the numbers of syslog(3)")
    func numbers() {
        #expect(LogFacility.kern.number == 0 && LogFacility.daemon.number == 3)
        #expect(LogFacility.uucp.number == 8 && LogFacility.cron.number == 9)
        #expect(LogFacility.local0.number == 16 && LogFacility.local7.number == 23)
    }
}
