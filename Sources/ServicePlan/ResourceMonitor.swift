// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// What the resource monitor does about a resource that failed (opensvc.md 4.6.6).
///
/// One run looks, does the first thing there is to do, looks again, and so on until there is nothing
/// left; between runs it remembers which resources were up and how often each was restarted.
package struct ResourceMonitor: Equatable, Sendable {
    package enum Decision: Equatable, Sendable {
        case nothing
        /// Log `announcement`, start it, and if that worked log `success`; then look again.
        case restart(rid: String, announcement: String, success: String)
        /// Log the lines as INFO; run the action, if there is one.
        case act([String], ServiceKeywords.MonitorAction?)
    }

    private struct Entry: Equatable, Sendable {
        var wasUp = false
        /// Restarts since it was last seen up by the beginning of a run.
        var tries = 0
    }
    private var entries: [String: Entry] = [:]

    package init() {}

    /// Begins a run: what is up now has its restarts forgiven.
    package mutating func begin(_ report: ServiceReport) {
        for resource in report.resources
        where resource.configuration.group.isAvailability && isWell(resource.status) {
            entries[resource.configuration.rid] = Entry(wasUp: resource.status != .notApplicable)
        }
    }

    /// The next thing to do, which is counted as done.
    package mutating func next(
        _ report: ServiceReport, action: ServiceKeywords.MonitorAction?
    ) -> Decision {
        guard !report.isFrozen, StatusSummary(of: report.resources).heartbeat == .up else {
            return .nothing
        }
        let failed = report.resources.filter { resource in
            resource.configuration.group != .hb && !resource.configuration.common.isDisabled
                && !isWell(resource.status)
        }
        for resource in failed where isDown(resource) {
            if let decision = restart(resource.configuration) { return decision }
        }
        guard let resource = failed.first(where: \.configuration.common.isMonitored) else {
            return .nothing
        }
        return ResourceMonitor.act(resource, action)
    }

    /// nil: not seen up before, or restarted often enough.
    private mutating func restart(_ resource: ResourceConfiguration) -> Decision? {
        let (rid, limit) = (resource.rid, resource.common.restarts)
        guard var entry = entries[rid], entry.wasUp, entry.tries < limit else { return nil }
        entry.tries += 1
        entries[rid] = entry
        return .restart(
            rid: rid, announcement: "restart resource \(rid). try number \(entry.tries)/\(limit)",
            success: "monitored resource \(rid) restarted.")
    }

    private static func act(
        _ resource: ResourceReport, _ action: ServiceKeywords.MonitorAction?
    ) -> Decision {
        let log = resource.evaluation.notes.map(\.text).joined(separator: ", ")
        let (rid, status) = (resource.configuration.rid, resource.status.rawValue)
        let found = "monitored resource \(rid) is in state \(status) (\(log))"
        guard let action else {
            return .act(
                [found, "Would TOC but no (or unknown) resource monitor action set."], nil)
        }
        return .act([found, "start monitor action '\(action.rawValue)'"], action)
    }

    /// A late copy is no reason to start anything.
    private func isDown(_ resource: ResourceReport) -> Bool {
        resource.configuration.group.isAvailability
            && (resource.status == .down || resource.status == .standbyDown)
    }

    private func isWell(_ status: Status) -> Bool {
        switch status {
        case .up, .standbyUp, .notApplicable: true
        case .down, .warn, .undefined, .standbyDown: false
        }
    }
}

extension ResourceMonitor {
    /// For a file between two runs: a line for each resource that was up.
    package var text: String {
        entries.filter(\.value.wasUp).sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value.tries)\n" }.joined()
    }

    /// Lines that are not of that form are passed over: forgetting means one restart less.
    package init(text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let tries = Int(words[1]), tries >= 0 else { continue }
            entries[String(words[0])] = Entry(wasUp: true, tries: tries)
        }
    }
}
