// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// What was decided and done in a run, in order: for checks that look back.
package struct Chronicle: Equatable, Sendable {
    package enum What: Equatable, Sendable {
        case state(ServiceState)
        case asked(ActionRequest, isOperators: Bool)
        case exit(ActionRequest, Int32, isOperators: Bool)
        case script(ActionScript)
        case scriptEnd(ActionScript, isGood: Bool)
        /// A line of nmond's log.
        case log(Severity, String)
        /// A line of an action's.
        case said(String)
        /// A listener's judgement of a line of the monitor file.
        case link(Int, isUp: Bool)
        case power(isOn: Bool)
    }

    package struct Entry: Equatable, Sendable {
        package var at: Duration
        package var node: Int
        /// nil for what concerns no single service.
        package var service: Int?
        package var what: What
    }

    /// Off in long runs, which nobody looks back on.
    package var isKept = false
    package private(set) var entries: [Entry] = []

    package init() {}

    mutating func note(
        _ what: @autoclosure () -> What, _ service: Int? = nil, on node: Int, at now: Duration
    ) {
        guard isKept else { return }
        entries.append(Entry(at: now, node: node, service: service, what: what()))
    }

    /// From `start` on.
    package func since(_ start: Duration) -> ArraySlice<Entry> {
        entries[(entries.firstIndex { $0.at >= start } ?? entries.endIndex)...]
    }
}
