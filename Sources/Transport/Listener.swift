// SPDX-License-Identifier: Apache-2.0

import Platform

/// The listening end of one link: hands over what came in, without ever blocking.
package protocol Listener: AnyObject {
    var isOpen: Bool { get }
    /// Readable when there is something to take; nil while not open.
    var descriptor: CInt? { get }
    /// When it wants `listen` called even if nothing is readable; nil for never.
    var wakeAt: Duration? { get }
    /// Attempts that failed since the start, and the `errno` of the last; 0 when that was good.
    var errors: UInt64 { get }
    var lastError: CInt { get }
    func open() throws(SystemError)
    /// Closes itself if what it was opened on is there no more. Allocates nothing.
    func closeIfStale(at now: Duration)
    /// Takes what is there, a bounded amount. Allocates nothing.
    func listen(at now: Duration, hear: (Sighting) -> Hearing)
    /// Silence will be judged soon: a last look at `deadline` at the latest, where looking is needed.
    func lookBefore(_ deadline: Duration)
    /// The peer's beat interval, as its last beat said, and when it beat by its own clock; told while
    /// `hear` runs.
    func peerBeats(every interval: Duration, at stamp: Duration?)
    /// When a beat that was heard at `now` left the peer, as nearly as can be told: `now`, or earlier.
    func sendTime(of stamp: Duration, heardAt now: Duration) -> Duration
}

/// What a listener saw: one datagram, or one slot as read.
package struct Sighting {
    /// Valid during the call only.
    package let bytes: UnsafeRawBufferPointer
    /// When it was heard; for a slot, when its read began: it cannot be older than that.
    package let at: Duration
    /// The bytes are not those of the sighting before; always so for a datagram.
    package let isChanged: Bool
    /// The same slot was just read, and its trailer mismatched.
    package let isSecondLook: Bool
    /// A datagram to an address or a group that is not this link's.
    package let isMisdirected: Bool
}

/// What the receiver made of a sighting.
package enum Hearing: Equatable, Sendable {
    case taken
    case refused
    /// The trailer mismatches: perhaps read while it was written (decision 10).
    case torn
}
