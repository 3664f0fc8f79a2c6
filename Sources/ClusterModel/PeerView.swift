// SPDX-License-Identifier: Apache-2.0

/// What nmond makes of one peer, for actions and for people.
package struct PeerView: Equatable, Sendable, Codable {
    package enum Judgement: Equatable, Sendable, Codable {
        /// Not heard yet, and not silent for long enough: neither up nor down (decision 3). With the
        /// time since boot at which it will be down if nothing is heard.
        case undecided(until: Duration)
        case up
        /// Every link has been silent for its timeout.
        case down
        /// Alive, but speaks another layout: nothing may be concluded (decision 1).
        case otherLayout
    }

    package var name: String
    package var judgement: Judgement
    /// Every up link that carries content carried a trailer within its timeout.
    package var sendsTrailers: Bool
    /// The peer echoes us on at least one link.
    package var hearsUs: Bool
    /// The highest of our publications that it echoed, of this boot.
    package var acknowledged: UInt64
    /// A net or unicast link of it is up.
    package var hasFastLink: Bool
    /// The largest timeout of our own disk lines, for the grace period of decision 8.
    package var diskTimeout: Duration

    package init(
        name: String, judgement: Judgement, sendsTrailers: Bool = false, hearsUs: Bool = false,
        acknowledged: UInt64 = 0, hasFastLink: Bool = false, diskTimeout: Duration = .zero
    ) {
        self.name = name
        self.judgement = judgement
        self.sendsTrailers = sendsTrailers
        self.hearsUs = hearsUs
        self.acknowledged = acknowledged
        self.hasFastLink = hasFastLink
        self.diskTimeout = diskTimeout
    }
}
