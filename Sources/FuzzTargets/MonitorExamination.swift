// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import WireFormat

/// Any text as a monitor file, and what is asked of one: room in slots, and edits.
///
/// Removing a link takes that link away and no other; adding it again brings it back as it was.
enum MonitorExamination {
    static let file = LineFile(
        parse: { text in
            let parsed = MonitorFile.parse(text, file: "monitor")
            let entries = parsed.value.lines.map {
                FileEntry(line: $0.lineNumber, columns: $0.columns)
            }
            return Parsed(entries, findings: parsed.findings)
        },
        brokenLines: LineFile.unreadable
            + ["node1", "node1 pigeon eth0 239.1.2.3 1 2", "node1 dio /dev/x 1 0.05"]
            .map { Array($0.utf8) })

    static func examine(_ text: [UInt8]) -> FuzzOutcome {
        var outcome = file.examine(text)
        let lines = MonitorFile.parse(text, file: "monitor").value
        outcome.broken = outcome.broken ?? slotsBroken(lines, text) ?? editsBroken(lines, text)
        return outcome
    }

    private static func slotsBroken(_ monitor: MonitorFile, _ text: [UInt8]) -> String? {
        // Names that differ may be one disk.
        let ids: [(String) -> UInt64?] = [{ _ in nil }, { UInt64($0.utf8.count % 3) }]
        for id in ids {
            for layout in [Layout.a, .c, .d] {
                let overlaps = monitor.overlaps(layout: layout, file: "monitor", deviceID: id)
                guard overlaps.allSatisfy({ $0.line > 0 && LineFile.line($0, isIn: text) }) else {
                    return "\(overlaps)"
                }
                guard overlaps.isEmpty else { continue }
                let slots = monitor.lines.filter(\.kind.isDisk)
                let rooms = slots.compactMap { monitor.slotRoom(of: $0, deviceID: id) }
                if let room = rooms.min(), room < layout.slotBlocks * 512 {
                    return "no slots overlap, but one has room for \(room) bytes"
                }
            }
            for line in monitor.lines.prefix(2) {
                _ = monitor.narrowLink(of: line.node, for: ["svc"], layout: .a, deviceID: id)
            }
        }
        return nil
    }

    private static func editsBroken(_ monitor: MonitorFile, _ text: [UInt8]) -> String? {
        for line in Set([0, monitor.lines.count - 1]).compactMap({ index in
            monitor.lines.indices.contains(index) ? monitor.lines[index] : nil
        }) {
            if let broken = editBroken(line, monitor, text) { return broken }
        }
        return nil
    }

    private static func editBroken(
        _ line: MonitorLine, _ monitor: MonitorFile, _ text: [UInt8]
    ) -> String? {
        guard
            let without = MonitorFile.removing(
                node: line.node, kind: line.kind, device: line.device, address: line.address,
                port: line.port, from: text)
        else { return "\(line) cannot be removed" }
        let left = MonitorFile.parse(without, file: "monitor").value.lines
        guard !left.contains(where: { isSame($0, line) }) else { return "\(line) is still there" }
        let others = monitor.lines.filter { !isSame($0, line) }.map(\.columns)
        guard Set(others).isSubset(of: Set(left.map(\.columns))) else {
            return "with \(line) others went: \(left.map(\.columns))"
        }
        // A line that was ignored for this one may count now, and would stand in its way.
        guard left.count == others.count else { return nil }
        let again = MonitorFile.parse(MonitorFile.adding(line, to: without), file: "monitor").value
        // `disk`, where `raw` stood in the longest of lines, is one character more.
        guard again.lines.last?.columns == line.columns || isTooLong(line) else {
            return "\(line) does not come back: \(again)"
        }
        return nil
    }

    private static func isSame(_ one: MonitorLine, _ other: MonitorLine) -> Bool {
        one.node == other.node && one.kind == other.kind
            && one.senderArguments == other.senderArguments
    }

    private static func isTooLong(_ line: MonitorLine) -> Bool {
        line.columns.joined(separator: " ").utf8.count > 254
    }
}
