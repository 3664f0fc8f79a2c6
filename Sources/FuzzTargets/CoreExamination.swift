// SPDX-License-Identifier: Apache-2.0

import DecisionJournal

/// A state of nmond's core in which values are not what they were, under a right checksum: it is refused,
/// or life goes on with it. As it was, it decides what was decided.
package enum CoreExamination {
    /// Values of the state, lists and objects too: an input names them by two bytes each.
    package static let places = size(CoreLife.state)
    /// Of change: the third byte.
    package static let kinds = 16

    static func examine(_ input: [UInt8]) -> FuzzOutcome {
        var reader = InputReader(input)
        var state = CoreLife.state
        while !reader.isAtEnd {
            var place = Int(reader.number(bytes: 2)) % places
            state = altered(state, at: &place, Int(reader.byte()) % kinds)
        }
        var replay = JournalReplay()
        let line = JournalExamination.sealed(state)
        let isAsItWas = state == CoreLife.state
        if case .refused(let error) = LineOutcome(of: line, 1, by: &replay) {
            return FuzzOutcome(broken: isAsItWas ? "refused as it was: \(error)" : nil)
        }
        for (index, line) in CoreLife.lines.enumerated() {
            let outcome = LineOutcome(of: line, index + 2, by: &replay)
            guard !isAsItWas || outcome == .agreed else {
                return FuzzOutcome(broken: "\(outcome)")
            }
        }
        return FuzzOutcome(accepted: replay.decisions > 0 ? 1 : 0)
    }

    private static func size(_ value: JournalValue) -> Int {
        switch value {
        case .null, .bool, .number, .text: 1
        case .list(let values): values.reduce(1) { $0 + size($1) }
        case .object(let members): members.reduce(1) { $0 + size($1.value) }
        }
    }

    /// `place` is how many values stand before the one to be changed.
    private static func altered(
        _ value: JournalValue, at place: inout Int, _ kind: Int
    ) -> JournalValue {
        let isHere = place == 0
        place -= 1
        guard !isHere else { return changed(value, kind) }
        switch value {
        case .null, .bool, .number, .text: return value
        case .list(let values): return .list(values.map { altered($0, at: &place, kind) })
        case .object(let members):
            return .object(members.map { .init($0.key, altered($0.value, at: &place, kind)) })
        }
    }

    private static func changed(_ value: JournalValue, _ kind: Int) -> JournalValue {
        switch (value, kind) {
        case (_, 0): .null
        case (.number(let number), 1): .number(number &+ 1)
        case (.number(let number), 2): .number(number &- 1)
        case (.number(let number), 3): .number(number ^ 1 << 40)
        case (_, 4): .number(0)
        case (_, 5): .number(-1)
        case (_, 6): .number(2)
        case (_, 7): .number(.max)
        case (_, 8): .number(.min)
        case (_, 9): .text("18446744073709551615")
        case (.bool(let isSo), _): .bool(!isSo)
        case (.list(let values), 10): .list(values.dropLast())
        case (.list(let values), 11): .list(values + values.suffix(1))
        case (.list(let values), 12): .list(values.reversed())
        case (.object(let members), 10): .object(members.dropLast())
        case (.object(let members), 11): .object(Array(members.dropFirst()))
        case (.text(let text), 10): .text(text + "\u{301}")
        case (_, 13): .list([])
        case (_, 14): .object([])
        case (_, 15): .text("")
        case (.null, _), (.number, _), (.text, _), (.list, _), (.object, _): value
        }
    }
}
