// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// The monitor file: all links of all nodes, in the file's order.
package struct MonitorFile: Equatable, Sendable {
    package var lines: [MonitorLine]

    package init(lines: [MonitorLine]) { self.lines = lines }

    /// Reads the text of a monitor file; bad lines become findings, the rest counts.
    package static func parse(_ text: [UInt8], file: String) -> Parsed<MonitorFile> {
        var parsed = Parsed(MonitorFile(lines: []))
        var capitals = CapitalWarnings()
        for line in textLines(text) {
            switch line.content {
            case .empty: continue
            case .refused(let reason):
                parsed.findings.append(Finding(file: file, line: line.number, reason: reason))
            case .columns(let columns):
                let findings = parsed.value.add(columns, lineNumber: line.number)
                parsed.findings += findings.map {
                    Finding(file: file, line: line.number, reason: $0.text, isWarning: $0.isWarning)
                }
                guard parsed.value.lines.last?.lineNumber == line.number else { continue }
                let warning = capitals.finding(columns[0], file: file, line: line.number)
                if let warning { parsed.findings.append(warning) }
            }
        }
        parsed.findings += parsed.value.crowds(file: file)
        if parsed.value.lines.isEmpty {
            parsed.findings.append(
                Finding(file: file, line: 0, reason: "no link: no peer can be heard"))
        }
        return parsed
    }

    /// The types that no link has, in the file's order: the launcher asks what they are.
    package static func unknownTypes(in text: [UInt8]) -> [String] {
        textLines(text).compactMap { line in
            guard case .columns(let columns) = line.content, columns.count >= 2,
                columns[1] != "raw", LinkKind(rawValue: columns[1]) == nil
            else { return nil }
            return columns[1]
        }
    }

    /// C programs hold so many links from peers.
    private static let legacyLinkLimit = 16

    private mutating func add(
        _ columns: [String], lineNumber: Int
    ) -> [(text: String, isWarning: Bool)] {
        let line: MonitorLine
        do throws(Refusal) {
            line = try MonitorLine(columns: columns, lineNumber: lineNumber)
        } catch {
            return [("\(error): ignored", false)]
        }
        if let twin = lines.first(where: { $0.sharesKey(with: line) }) {
            let what = "address, port and interface are those of line \(twin.lineNumber)"
            return [("\(what), they would share the lock \(line.keyName).key: ignored", false)]
        }
        var warnings: [String] = []
        if columns.count > line.columns.count {
            warnings.append("words after the timeout: OpenSVC clients will look for them in ps")
        }
        if columns[1] == "raw" {
            warnings.append("type raw: C programs and OpenSVC clients know it as disk only")
        }
        if let twin = lines.first(where: { $0.sharesGroup(with: line) }) {
            warnings.append("group and port are those of line \(twin.lineNumber) too")
        }
        lines.append(line)
        return warnings.map { ($0, true) }
    }

    /// Warns of nodes that hear more links than a C program holds.
    private func crowds(file: String) -> [Finding] {
        Set(lines.map(\.node)).sorted().compactMap { node in
            let heard = lines.filter { $0.node != node }
            guard heard.count > Self.legacyLinkLimit else { return nil }
            return Finding(
                file: file, line: heard[Self.legacyLinkLimit].lineNumber,
                reason: "\(heard.count) links for node \(node) to hear, a C program holds "
                    + "\(Self.legacyLinkLimit)", isWarning: true)
        }
    }
}

extension MonitorLine {
    /// Disk slots are compared by `MonitorFile.overlaps` instead, which knows the devices.
    fileprivate func sharesKey(with other: MonitorLine) -> Bool {
        !kind.isDisk && !other.kind.isDisk && keyName == other.keyName
    }

    fileprivate func sharesGroup(with other: MonitorLine) -> Bool {
        kind == .net && other.kind == .net && address == other.address && port == other.port
    }
}

extension MonitorFile {
    /// `text` with `line` at its end, TABs between the columns; the rest stays as it is.
    package static func adding(_ line: MonitorLine, to text: [UInt8]) -> [UInt8] {
        appendingLine(line.columns, to: text)
    }

    /// `text` without the link of that sender; untouched lines stay byte for byte. nil when there is
    /// none. `port` is not looked at for a disk.
    package static func removing(
        node: String, kind: LinkKind, device: String, address: String, port: String,
        from text: [UInt8]
    ) -> [UInt8]? {
        removingLines(from: text) { number, columns in
            guard let line = try? MonitorLine(columns: columns, lineNumber: number) else {
                return false
            }
            return line.node == node && line.kind == kind && line.device == device
                && line.address == address && (kind.isDisk || line.port == port)
        }
    }
}
