// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// Tells an nmond that stands still from a machine that did: the guard looks at regular intervals,
/// and only looks of its own count, so that a pause of both is one look.
package struct StandstillWatch: Sendable {
    /// Between two looks.
    package static let interval = Duration.seconds(2)
    /// So many looks in a row at the same pulse.
    private static let limit = 5

    private var pulse: Duration?
    private var looks = 0

    package init() {}

    /// - Parameter pulse: When nmond settled last; nil where nothing is known.
    /// - Returns: It stands still, and is to be killed.
    package mutating func look(at pulse: Duration?) -> Bool {
        guard let pulse, pulse == self.pulse else {
            self.pulse = pulse
            looks = 0
            return false
        }
        looks += 1
        guard looks >= StandstillWatch.limit else { return false }
        looks = 0
        return true
    }
}
