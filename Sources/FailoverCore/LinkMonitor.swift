// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// What distinguishes one beat from the next.
package struct BeatMark: Equatable, Sendable {
    /// The sender's wall clock second; all that a C peer has.
    package var elapsed: UInt32
    /// Of a trailer, if the beat had one: CLOCK_BOOTTIME nanoseconds of the sender.
    package var trailer: (boot: BootIdentity, beat: UInt64)?

    package init(elapsed: UInt32, trailer: (boot: BootIdentity, beat: UInt64)? = nil) {
        self.elapsed = elapsed
        self.trailer = trailer
    }

    package static func == (a: BeatMark, b: BeatMark) -> Bool { fatalError("stub") }
}

/// Judges from arrival times whether one heartbeat link is up, and which beats prove life.
///
/// Allocates nothing. A late or lost beat says nothing; only silence for the whole `timeout` takes
/// the link down, and the next fresh beat brings it up again. A first beat proves nothing on a disk
/// (the slot may be a year old): the link is up when a change was seen.
package struct LinkMonitor: Sendable {
    package enum Verdict: Equatable, Sendable {
        /// New: proves life, its content counts.
        case fresh
        /// The same beat again: no life, no content, no fault.
        case repeated
        /// The first sight of a slot, or the first beat of a new boot: wait for one more.
        case unproven
        /// Older than one already heard, or of a boot that was replaced (decision 18).
        case stale
        /// From a peer that is known to send trailers here, without one.
        case missingTrailer
    }

    package let timeout: Duration
    /// When the last fresh beat was heard, time since boot; nil before the first.
    package private(set) var lastFresh: Duration?

    /// - Parameters:
    ///   - timeout: The longest silence of a link that is up.
    ///   - isDisk: A first sight proves nothing; a datagram's first beat does.
    package init(timeout: Duration, isDisk: Bool) {
        self.timeout = timeout
        fatalError("stub")
    }

    package mutating func heard(_ mark: BeatMark, at now: Duration) -> Verdict {
        fatalError("stub")
    }

    package func isUp(at now: Duration) -> Bool { fatalError("stub") }

    /// When the link goes down if nothing more is heard; nil while it is down.
    package func deadline(at now: Duration) -> Duration? { fatalError("stub") }
}
