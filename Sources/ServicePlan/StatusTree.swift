// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// The text of `print status` (opensvc.md 3.4), without trailing blanks.
package struct StatusTree: Equatable, Sendable {
    /// Escape sequences for a terminal.
    package var isColored: Bool
    /// `show_disabled`
    package var showsDisabled: Bool

    package init(isColored: Bool = false, showsDisabled: Bool = true) {
        self.isColored = isColored
        self.showsDisabled = showsDisabled
    }

    /// The first line, printed before the resources are looked at, which may take a while.
    package func title(_ service: String) -> String {
        isColored ? TextColor.bold.paint(service) : service
    }

    /// Everything below the title, each line with its line feed.
    package func body(_ report: ServiceReport) -> String {
        let summary = StatusSummary(of: report.resources)
        var lines = [heading("overall", 20, summary.overall, report.isFrozen ? "frozen" : "")]
        let branches = branches(report, summary)
        for (position, branch) in branches.enumerated() {
            let isLast = position == branches.count - 1
            lines.append((isLast ? "'- " : "|- ") + heading(branch.name, 17, branch.status))
            lines += leaves(branch.resources, under: isLast ? "   " : "|  ")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private struct Branch {
        let name: String
        let status: Status
        let resources: [ResourceReport]
    }

    /// The order of the tree is not that of `start`. Groups that few services have stand where the
    /// reader looks for their like; without resources only those of the three fixed lines show.
    private func branches(_ report: ServiceReport, _ summary: StatusSummary) -> [Branch] {
        func members(_ groups: ResourceGroup...) -> [ResourceReport] {
            groups.flatMap { group in
                StatusTree.sorted(
                    report.resources.filter { resource in
                        let isShown = showsDisabled || !resource.configuration.common.isDisabled
                        return isShown && resource.configuration.group == group
                    })
            }
        }
        let others: [Branch] = [ResourceGroup.stonith, .task].compactMap { group in
            let resources = members(group)
            guard !resources.isEmpty else { return nil }
            return Branch(
                name: group.rawValue, status: summary.groups[group]!, resources: resources)
        }
        return [
            Branch(
                name: "avail", status: summary.availability,
                resources: members(.disk, .fs, .share, .ip, .container, .app)),
            Branch(name: "sync", status: summary.sync, resources: members(.sync)),
            Branch(name: "hb", status: summary.heartbeat, resources: members(.hb)),
        ] + others
    }

    /// As in the file, file systems by mount point.
    private static func sorted(_ resources: [ResourceReport]) -> [ResourceReport] {
        resources.enumerated().sorted { left, right in
            if case .fileSystem(let one) = left.element.configuration.driver,
                case .fileSystem(let other) = right.element.configuration.driver,
                one.mountPoint != other.mountPoint
            {
                return one.mountPoint < other.mountPoint
            }
            return left.offset < right.offset
        }.map(\.element)
    }

    private func heading(
        _ name: String, _ width: Int, _ status: Status, _ word: String = ""
    ) -> String {
        let columns = name.padded(to: width) + "      " + painted(status, isPadded: !word.isEmpty)
        return word.isEmpty ? columns : columns + " " + word
    }

    private func leaves(_ resources: [ResourceReport], under trunk: String) -> [String] {
        resources.enumerated().flatMap { position, resource in
            let isLast = position == resources.count - 1
            let line =
                trunk + (isLast ? "'- " : "|- ")
                + "\(resource.configuration.rid.padded(to: 14)) \(flags(resource.configuration)) "
                + painted(resource.status, isPadded: true) + " " + resource.label
            let indent = trunk + (isLast ? "   " : "|  ") + String(repeating: " ", count: 29)
            return [line]
                + resource.evaluation.notes.flatMap { note in
                    note.lines.flatMap { wrapped("# \($0)", indent: indent) }
                }
        }
    }

    /// Monitored, disabled, optional, encapsulated.
    private func flags(_ resource: ResourceConfiguration) -> String {
        let common = resource.common
        return (common.isMonitored ? "M" : ".") + (common.isDisabled ? "D" : ".")
            + (common.isOptional ? "O" : ".") + "."
    }

    private func painted(_ status: Status, isPadded: Bool) -> String {
        let text = status.rawValue
        let padding = String(repeating: " ", count: isPadded ? max(0, 8 - text.count) : 0)
        return (isColored ? TextColor(status).paint(text) : text) + padding
    }

    /// At blanks, to 78 columns; a longer word (a path) stays whole, so that it can be copied.
    private func wrapped(_ text: String, indent: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, indent.count + last.count + 1 + word.count <= 78 {
                lines[lines.count - 1] = "\(last) \(word)"
            } else if lines == ["#"] {
                lines = ["# \(word)"]
            } else {
                lines.append(String(word))
            }
        }
        return lines.map { indent + $0 }
    }
}
