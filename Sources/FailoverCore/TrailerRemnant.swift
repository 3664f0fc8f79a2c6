// SPDX-License-Identifier: Apache-2.0

/// Tells a torn trailer from the leftover of one: someone went back to C, whose frames now stand in
/// front of our old trailer for ever.
///
/// A living sender changes its trailer with every beat. Bytes that mismatch and stay the same while
/// `elapsed` in front of them changed twice belong to nobody (decision 10).
package struct TrailerRemnant: Equatable, Sendable {
    private var tail: UInt64?
    private var elapsed: UInt32 = 0
    private var changes = 0

    package init() {}

    /// Notes a slot whose trailer mismatches; true when the frame in front counts as a legacy one.
    ///
    /// - Parameters:
    ///   - tail: A digest of the bytes behind the legacy structure.
    ///   - elapsed: Of the legacy structure.
    package mutating func isLeftover(tail: UInt64, elapsed: UInt32) -> Bool {
        if self.tail != tail {
            self.tail = tail
            changes = 0
        } else if elapsed != self.elapsed {
            changes = min(changes + 1, 2)
        }
        self.elapsed = elapsed
        return changes >= 2
    }

    /// A slot without that fault was read.
    package mutating func clear() { self = TrailerRemnant() }
}
