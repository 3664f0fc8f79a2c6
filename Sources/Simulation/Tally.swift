// SPDX-License-Identifier: Apache-2.0

/// What a simulated cluster went through, in numbers.
package struct Tally: Sendable {
    package var beats = 0
    package var heard = 0
    package var drops = 0
    package var lost = 0
    package var duplicated = 0
    package var corrupted = 0
    package var torn = 0
    package var replayed = 0
    package var fenced = 0
    package var commands = 0
    /// Start and stop scripts.
    package var scriptRuns = 0
    /// Faults by kind.
    package var faults: [String: Int] = [:]

    package init() {}

    package static func += (sum: inout Tally, other: Tally) {
        sum.beats += other.beats
        sum.heard += other.heard
        sum.drops += other.drops
        sum.lost += other.lost
        sum.duplicated += other.duplicated
        sum.corrupted += other.corrupted
        sum.torn += other.torn
        sum.replayed += other.replayed
        sum.fenced += other.fenced
        sum.commands += other.commands
        sum.scriptRuns += other.scriptRuns
        sum.faults.merge(other.faults, uniquingKeysWith: +)
    }
}
