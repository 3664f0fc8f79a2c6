// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// `print status --format json`, and `status.json` (opensvc.md 3.9).
package enum StatusJSON {
    /// One service with its line feed: the object itself.
    package static func text(of report: ServiceReport, at moment: Moment) -> String {
        value(report, moment).written() + "\n"
    }

    /// Several services with their line feed: an object with one member for each.
    package static func text(of reports: [ServiceReport], at moment: Moment) -> String {
        let members = reports.map { ($0.name, value($0, moment)) }
        return JSONText.object(Dictionary(members) { $1 }).written() + "\n"
    }

    package static func value(_ report: ServiceReport, _ moment: Moment) -> JSONText {
        let summary = StatusSummary(of: report.resources)
        var members: [String: JSONText] = [
            "avail": .string(summary.availability.rawValue),
            "overall": .string(summary.overall.rawValue),
            "frozen": .bool(report.isFrozen),
            "mtime": .number(moment.epochText),
            "updated": .string(moment.text),
            "resources": .object(
                Dictionary(report.resources.map { ($0.configuration.rid, resource($0)) }) { $1 }),
        ]
        for (group, status) in summary.groups {
            members[group.rawValue] = .string(status.rawValue)
        }
        return .object(members)
    }

    private static func resource(_ report: ResourceReport) -> JSONText {
        let common = report.configuration.common
        return .object([
            "status": .string(report.status.rawValue),
            "type": .string(report.configuration.driver.typeName),
            "label": .string(report.label),
            "log": .array(
                report.evaluation.notes.map { .string("\($0.level.rawValue): \($0.text)") }),
            "tags": .array(common.tags.map(JSONText.string)),
            "monitor": .bool(common.isMonitored),
            "disable": .bool(common.isDisabled),
            "optional": .bool(common.isOptional),
            "encap": .bool(false),
        ])
    }
}
