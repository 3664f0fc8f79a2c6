// SPDX-License-Identifier: Apache-2.0

/// What several resources are together (opensvc.md 3.2).
///
/// Merging is symmetric, and its order does not matter. `n/a` and `undef` add nothing. Two results
/// exist on the way only: a standby resource that is up, seen beside one that is up, and beside one
/// that is down; what is merged later decides what comes of them.
package struct StatusMerge: Equatable, Sendable {
    /// The eight columns of the table; the order is that of the rows below.
    enum Term: String, CaseIterable, Sendable {
        case up, down, warn
        case none = "n/a"
        case standbyUp = "stdby up"
        case standbyDown = "stdby down"
        case upBesideStandby = "UU"
        case downBesideStandby = "UD"

        init(_ status: Status) {
            switch status {
            case .up: self = .up
            case .down: self = .down
            case .warn: self = .warn
            case .notApplicable, .undefined: self = .none
            case .standbyUp: self = .standbyUp
            case .standbyDown: self = .standbyDown
            }
        }

        var position: Int { Term.allCases.firstIndex(of: self)! }
    }

    /// Row and column in the order of `Term`.
    static let table: [[Term]] = {
        let u = Term.up
        let d = Term.down
        let w = Term.warn
        let n = Term.none
        let su = Term.standbyUp
        let sd = Term.standbyDown
        let uu = Term.upBesideStandby
        let ud = Term.downBesideStandby
        return [
            [u, w, w, u, uu, w, uu, w],
            [w, d, w, d, ud, sd, w, ud],
            [w, w, w, w, w, w, w, w],
            [u, d, w, n, su, sd, uu, ud],
            [uu, ud, w, su, su, w, uu, ud],
            [w, sd, w, sd, w, sd, w, w],
            [uu, w, w, uu, uu, w, uu, w],
            [w, ud, w, ud, ud, w, w, ud],
        ]
    }()

    private(set) var term: Term

    /// Of nothing: `n/a`.
    package init() { term = .none }
    package init(_ status: Status) { term = Term(status) }

    package mutating func add(_ status: Status) { add(StatusMerge(status)) }
    package mutating func add(_ other: StatusMerge) {
        term = StatusMerge.table[term.position][other.term.position]
    }

    /// As it is shown: what is up beside a standby resource is up, what is down beside one that is up
    /// is `stdby up`.
    package var status: Status {
        switch term {
        case .up, .upBesideStandby: .up
        case .down: .down
        case .warn: .warn
        case .none: .notApplicable
        case .standbyUp, .downBesideStandby: .standbyUp
        case .standbyDown: .standbyDown
        }
    }
}

extension Sequence where Element == Status {
    /// All of them merged; of none, `n/a`.
    package var merged: Status { mergedTerms.status }

    var mergedTerms: StatusMerge {
        var merge = StatusMerge()
        for status in self { merge.add(status) }
        return merge
    }
}
