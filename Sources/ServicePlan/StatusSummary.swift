// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

extension ResourceReport {
    /// What it counts as: `n/a` when disabled or tagged `nostatus`; `stdby ...` on a standby node
    /// (opensvc.md 3.1).
    package var status: Status {
        let common = configuration.common
        if common.isDisabled || common.tags.contains("nostatus") { return .notApplicable }
        switch evaluation.status {
        case .up where common.isStandby: return .standbyUp
        case .down where common.isStandby: return .standbyDown
        case .up, .down, .warn, .notApplicable, .undefined, .standbyUp, .standbyDown:
            return evaluation.status
        }
    }
}

extension ResourceGroup {
    /// Whether it counts for `avail`.
    package var isAvailability: Bool {
        switch self {
        case .ip, .disk, .fs, .share, .container, .app: true
        case .sync, .hb, .stonith, .task: false
        }
    }
}

/// What a service is as a whole (opensvc.md 3.3).
package struct StatusSummary: Equatable, Sendable {
    package let availability: Status
    package let overall: Status
    /// Each group for itself; `n/a` for one without resources.
    package let groups: [ResourceGroup: Status]

    package var sync: Status { groups[.sync]! }
    package var heartbeat: Status { groups[.hb]! }

    package init(of resources: [ResourceReport]) {
        let counted = resources.filter { !$0.configuration.common.isDisabled }
        func merge(_ isMember: (ResourceGroup) -> Bool) -> StatusMerge {
            counted.filter { isMember($0.configuration.group) }.map(\.status).mergedTerms
        }
        let available = merge(\.isAvailability)
        availability = available.status
        overall = StatusSummary.overall(available, counted)
        groups = Dictionary(
            uniqueKeysWithValues: ResourceGroup.allCases.map { group in
                (group, merge { $0 == group }.status)
            })
    }

    /// A service that is down is down, whatever its copies and its heartbeat say. Else nothing but
    /// `up` of a copy leaves it as it is.
    private static func overall(
        _ availability: StatusMerge, _ resources: [ResourceReport]
    ) -> Status {
        if availability.status == .down { return .down }
        var merge = availability
        for resource in resources {
            switch resource.configuration.group {
            case .hb, .stonith, .task: merge.add(resource.status)
            case .sync: merge.add(asCopy(resource.status))
            case .ip, .disk, .fs, .share, .container, .app: break
            }
            let isSilenced = resource.configuration.common.tags.contains("nostatus")
            let hasWarning = resource.evaluation.notes.contains { $0.level != .info }
            if hasWarning && !isSilenced { merge.add(.warn) }
        }
        return merge.status
    }

    private static func asCopy(_ status: Status) -> Status {
        switch status {
        case .up, .notApplicable, .undefined: .notApplicable
        case .down, .warn, .standbyUp, .standbyDown: .warn
        }
    }

    /// Merge of what an application or a copy stands on: `isAvailability` without `app`
    /// (opensvc.md 4.4 and 4.5, *A*).
    package static func core(of resources: [ResourceReport]) -> Status {
        resources.filter { report in
            let group = report.configuration.group
            return group.isAvailability && group != .app && !report.configuration.common.isDisabled
        }.map(\.status).merged
    }
}

extension Status {
    /// Of `svcmgr -s SVC status` (opensvc.md 2.3).
    package var exitCode: Int32 {
        switch self {
        case .up: 0
        case .down: 1
        case .warn: 2
        case .notApplicable: 3
        case .undefined: 5
        case .standbyUp: 6
        case .standbyDown: 7
        }
    }
}
