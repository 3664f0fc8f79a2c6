// SPDX-License-Identifier: Apache-2.0

import Config

/// Any text as a tunables file: nothing is expanded or executed, and a broken line changes nothing.
enum TunablesExamination {
    private static let brokenLines = [
        [0xFF], [0x61, 0], Array("EZ_GRACE=$(reboot)".utf8), Array("if true".utf8),
        Array("EZ_WIRE=\"A".utf8),
    ]

    static func examine(_ text: [UInt8]) -> FuzzOutcome {
        let parsed = resolve(text)
        let broken =
            linesBroken(parsed, text) ?? expansionBroken(parsed.value, text)
            ?? publishedBroken(parsed.value.tunables) ?? appendingBroken(parsed, text)
            ?? settingBroken(parsed.value, text)
        return FuzzOutcome(accepted: parsed.value == resolve([]).value ? 0 : 1, broken: broken)
    }

    private static func resolve(_ text: [UInt8]) -> Parsed<Environment> {
        Environment.resolve(
            variables: [:], programDirectory: "/usr/lib/openha/bin", tunables: ("openha", text),
            isDirectory: { _ in false })
    }

    private static func linesBroken(_ parsed: Parsed<Environment>, _ text: [UInt8]) -> String? {
        let strange = parsed.findings.first { !LineFile.line($0, isIn: text) }
        return strange.map { "\($0), in \(LineFile.count(text)) lines" }
    }

    /// A file without single quotes cannot say what a shell would expand.
    private static func expansionBroken(_ environment: Environment, _ text: [UInt8]) -> String? {
        guard !text.contains(UInt8(ascii: "'")) else { return nil }
        let places = [
            environment.bin, environment.stateDirectory, environment.procDirectory,
            environment.logDirectory, environment.configDirectory, environment.servicesFile,
            environment.nodesFile, environment.monitorFile,
        ]
        let expandable = places.first { $0.utf8.contains { "$`\\".utf8.contains($0) } }
        return expandable.map { "a shell would expand \($0)" }
    }

    private static func publishedBroken(_ tunables: Tunables) -> String? {
        let read = Tunables(published: tunables.published)
        return read == tunables ? nil : "published \(tunables), read \(read)"
    }

    private static func appendingBroken(_ parsed: Parsed<Environment>, _ text: [UInt8]) -> String? {
        let end: [UInt8] = text.isEmpty || text.last == 0x0A ? [] : [0x0A]
        for line in brokenLines {
            let longer = resolve(text + end + line)
            let new = LineFile.count(text) + 1
            guard longer.value == parsed.value else { return "behind it, \(line) changes values" }
            guard longer.findings.filter({ $0.line != new }) == parsed.findings,
                longer.findings.contains(where: { $0.line == new && !$0.isWarning })
            else { return "behind it, \(line) is not what is found: \(longer.findings)" }
        }
        return nil
    }

    /// A good line at the end counts, whatever stands before it, and changes nothing else.
    private static func settingBroken(_ environment: Environment, _ text: [UInt8]) -> String? {
        let end: [UInt8] = text.isEmpty || text.last == 0x0A ? [] : [0x0A]
        var expected = environment
        expected.tunables.grace = .milliseconds(7500)
        let set = resolve(text + end + Array("export EZ_GRACE=\"7.5\" # s".utf8)).value
        return set == expected
            ? nil : "EZ_GRACE=7.5 behind it is not taken, or not it alone: \(set)"
    }
}

/// Any text as a logfacility file: its first line that says something counts.
enum LogFacilityExamination {
    static func examine(_ text: [UInt8]) -> FuzzOutcome {
        let parsed = LogFacility.parse(text, file: "logfacility")
        let said = parsed.value != .daemon || !parsed.findings.isEmpty
        if let strange = parsed.findings.first(where: { !LineFile.line($0, isIn: text) }) {
            return FuzzOutcome(broken: "\(strange), in \(LineFile.count(text)) lines")
        }
        guard said else { return FuzzOutcome() }
        let longer = LogFacility.parse(text + Array("\nlocal7\n".utf8), file: "logfacility")
        let isSame = longer.value == parsed.value && longer.findings == parsed.findings
        return FuzzOutcome(
            accepted: parsed.value == .daemon ? 0 : 1,
            broken: isSame ? nil : "a second word changes \(parsed.value) to \(longer.value)")
    }
}
