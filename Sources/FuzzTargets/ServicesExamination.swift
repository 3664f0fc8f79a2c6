// SPDX-License-Identifier: Apache-2.0

import Config
import WireFormat

/// Any text as a services file, and edits of it: as `MonitorExamination`.
enum ServicesExamination {
    static let file = LineFile(
        parse: { text in
            let parsed = ServicesFile.parse(text, file: "services")
            let entries = parsed.value.services.map {
                FileEntry(line: $0.lineNumber, columns: $0.columns)
            }
            return Parsed(entries, findings: parsed.findings)
        },
        brokenLines: LineFile.unreadable
            + ["svc", "a/b /s node1 node2 /c", "svc /s node1 node1 /c"].map { Array($0.utf8) })

    static func examine(_ text: [UInt8]) -> FuzzOutcome {
        var outcome = file.examine(text)
        let services = ServicesFile.parse(text, file: "services").value
        outcome.broken = outcome.broken ?? misfitsBroken(services, text)
        for service in [services.services.first, services.services.last].compactMap(\.self) {
            outcome.broken = outcome.broken ?? editBroken(service, services, text)
        }
        return outcome
    }

    private static func misfitsBroken(_ services: ServicesFile, _ text: [UInt8]) -> String? {
        for layout in Layout.allCases {
            let misfits = services.misfits(layout: layout, file: "services")
            guard misfits.allSatisfy({ $0.line > 0 && LineFile.line($0, isIn: text) }) else {
                return "\(misfits)"
            }
        }
        return nil
    }

    private static func editBroken(
        _ service: ServiceDefinition, _ services: ServicesFile, _ text: [UInt8]
    ) -> String? {
        guard let without = ServicesFile.removing(name: service.name, from: text) else {
            return "\(service) cannot be removed"
        }
        let left = ServicesFile.parse(without, file: "services").value.services.map(\.columns)
        let others = services.services.filter { $0.name != service.name }.map(\.columns)
        guard left == others else { return "without \(service) there are \(left)" }
        let again = ServicesFile.adding(service, to: without)
        let all = ServicesFile.parse(again, file: "services").value.services.map(\.columns)
        return all == others + [service.columns] ? nil : "\(service) does not come back: \(all)"
    }
}

extension ServiceDefinition {
    var columns: [String] { [name, script, primary, secondary, checkScript] }
}
