// SPDX-License-Identifier: Apache-2.0

import FailoverCore

/// Reads a decision journal line by line and asks the core for each decision once more.
///
/// Lines of nmond and of actions are mixed; each has its own thread here. Where lines are missing a
/// thread stops, and nmond's goes on at its next start line.
package struct JournalReplay {
    /// The first decision that the core does not make again.
    package struct Difference: Equatable, Sendable {
        package var line: Int
        /// Whose decision, and when: `nmond at 12.000000001 s`.
        package var decision: String
        package var recorded: String
        package var now: String
    }

    /// Decisions that were made again: settles of nmond and turns of actions.
    package private(set) var decisions = 0
    /// Places where lines are missing.
    package private(set) var gaps = 0
    /// Lines whose beginning is in another file, or behind a gap.
    package private(set) var unchecked = 0
    package private(set) var nmondStarts = 0
    package private(set) var actions = 0

    private var manager: ManagerReplay?
    private var running: [String: ActionReplay] = [:]
    private var joiner = LineJoiner()

    package init() {}

    /// Takes one line, without its end. Throws what makes no sense by the format.
    ///
    /// - Parameter line: Counted from 1.
    package mutating func take(
        _ bytes: some Sequence<UInt8>, line: Int
    ) throws(JournalError) -> Difference? {
        let value = try parse(bytes, line: line)
        do throws(Misfit) {
            let mismatch = try take(Fields(value), line)
            return mismatch.map {
                Difference(
                    line: line, decision: $0.decision, recorded: $0.recorded, now: $0.now)
            }
        } catch {
            throw JournalError(line: line, reason: error.reason)
        }
    }

    private mutating func take(_ fields: Fields, _ line: Int) throws(Misfit) -> Mismatch? {
        guard fields["piece"] != nil else {
            return fields["action"] == nil ? try takeManager(fields) : try takeAction(fields)
        }
        guard let text = try joiner.take(fields) else { return nil }
        let whole: JournalValue
        do throws(JournalError) {
            whole = try parse(text.utf8, line: line)
        } catch {
            throw Misfit(reason: "in pieces: \(error.reason)")
        }
        return try takeManager(Fields(whole))
    }

    private mutating func takeManager(_ fields: Fields) throws(Misfit) -> Mismatch? {
        if fields["start"] != nil {
            if let manager, try !manager.isContinued(by: fields) { gaps += 1 }
            manager = try ManagerReplay(start: fields)
            nmondStarts += 1
            return nil
        }
        guard manager != nil else {
            unchecked += 1
            return nil
        }
        let number: UInt64 = try fields.integer("n")
        guard number == manager?.number else {
            gaps += 1
            unchecked += 1
            manager = nil
            return nil
        }
        decisions += 1
        return try manager?.settle(fields)
    }

    private mutating func takeAction(_ fields: Fields) throws(Misfit) -> Mismatch? {
        let name = try fields.text("action")
        if fields["begin"] != nil {
            running[name] = try ActionReplay(name: name, begin: fields)
            actions += 1
            return nil
        }
        guard var action = running.removeValue(forKey: name) else {
            unchecked += 1
            return nil
        }
        let number: UInt64 = try fields.integer("n")
        guard number == action.number else {
            gaps += 1
            unchecked += 1
            return nil
        }
        let before = action.turns
        let mismatch = try action.take(fields)
        decisions += action.turns - before
        running[name] = action
        return mismatch
    }
}

/// A difference before its line is known.
struct Mismatch {
    var decision: String
    var recorded: String
    var now: String

    /// nil when both are the same; else the first effect that differs.
    init?(_ who: String, at: Duration, recorded: [JournalValue], now: [JournalValue]) {
        let all = max(recorded.count, now.count)
        let first = (0..<all).first { index in
            index >= recorded.count || index >= now.count || recorded[index] != now[index]
        }
        guard let first else { return nil }
        decision = "\(who) at \(at.exactText)"
        self.recorded = first < recorded.count ? recorded[first].line : "nothing more"
        self.now = first < now.count ? now[first].line : "nothing more"
    }
}

extension Duration {
    /// `12.000000001 s`
    var exactText: String {
        let (seconds, fraction) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000)
        let digits = String(fraction)
        return "\(seconds).\(String(repeating: "0", count: 9 - digits.count))\(digits) s"
    }
}
