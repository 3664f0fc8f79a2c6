// SPDX-License-Identifier: Apache-2.0

import WireFormat

/// Numbers the starts of one service over both nodes, so that both find out where it ran last
/// (decision 7).
package enum StartNumber {
    /// One more than any start that we or nmond know of.
    ///
    /// - Parameters:
    ///   - own: What this node has recorded; nil for nothing.
    ///   - heard: The last start by nmond's page, which knows the partner's too.
    package static func next(own: UInt32?, heard: UInt32?) -> UInt32 {
        max(own ?? 0, heard ?? 0) &+ 1
    }

    /// What nmond's page says of the last start of this service.
    package static func heard(_ service: String, in heartbeat: Heartbeat) -> UInt32? {
        heartbeat.services.first { $0.name == service }?.note?.lastRun?.number
    }
}
