// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServicePlan

/// The table of statuses and what it promises.
struct StatusMergeTests {
    typealias Term = StatusMerge.Term

    /// The table as the specification prints it, the first word of a row being its name.
    static let printed = """
        up | up | warn | warn | up | UU | warn | UU | warn
        down | warn | down | warn | down | UD | stdby down | warn | UD
        warn | warn | warn | warn | warn | warn | warn | warn | warn
        n/a | up | down | warn | n/a | stdby up | stdby down | UU | UD
        stdby up | UU | UD | warn | stdby up | stdby up | warn | UU | UD
        stdby down | warn | stdby down | warn | stdby down | warn | stdby down | warn | warn
        UU | UU | warn | warn | UU | UU | warn | UU | warn
        UD | warn | UD | warn | UD | UD | warn | warn | UD
        """.split(separator: "\n").map { row in
            row.split(separator: "|").map { cell in
                String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }

    @Test("each row of the printed table is a row of the table", arguments: printed)
    func rows(row: [String]) throws {
        let name = try #require(Term(rawValue: row[0]))
        #expect(StatusMerge.table[name.position].map(\.rawValue) == Array(row.dropFirst()))
    }

    @Test("merging is symmetric, and a status merged with itself stays")
    func symmetric() {
        let table = StatusMerge.table
        for left in Term.allCases {
            #expect(table[left.position][left.position] == left)
            for right in Term.allCases {
                #expect(
                    table[left.position][right.position] == table[right.position][left.position],
                    "\(left) and \(right)")
            }
        }
    }

    @Test("merging is associative: the order of the resources does not matter")
    func associative() {
        func merge(_ left: Term, _ right: Term) -> Term {
            StatusMerge.table[left.position][right.position]
        }
        for a in Term.allCases {
            for b in Term.allCases {
                for c in Term.allCases {
                    #expect(merge(merge(a, b), c) == merge(a, merge(b, c)), "\(a) \(b) \(c)")
                }
            }
        }
    }

    @Test("an undefined status adds nothing to any other", arguments: Status.allCases)
    func undefined(status: Status) {
        let expected = status == .undefined ? .notApplicable : status
        #expect([status, .undefined].merged == expected)
        #expect([.undefined, status].merged == expected)
    }

    @Test("up beside a standby resource shows as up, down beside one that is up as stdby up")
    func shown() {
        #expect([Status.standbyUp, .up].merged == .up)
        #expect([Status.standbyUp, .down].merged == .standbyUp)
        #expect([Status.standbyUp, .down, .up].merged == .warn)
        #expect([Status]().merged == .notApplicable)
    }
}
