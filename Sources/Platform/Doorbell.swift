// SPDX-License-Identifier: Apache-2.0

import CShims

/// A unix datagram socket on tmpfs that others ring to say "look now"; for a poll loop.
package struct Doorbell: ~Copyable {
    package let descriptor: CInt

    /// Binds `path`, replacing a leftover; the caller holds the lock that makes it the only owner.
    package init(at path: String) throws(SystemError) { fatalError("stub") }
    deinit {}

    /// Takes all rings that wait. Never blocks.
    package func silence() { fatalError("stub") }
}

/// Rings other processes' doorbells; one socket for all.
package struct BellRope: ~Copyable {
    package init() throws(SystemError) { fatalError("stub") }
    deinit {}

    /// Never blocks, allocates nothing; a full queue or a missing bell is fine.
    package func ring(_ path: StaticPath) { fatalError("stub") }
}

/// A socket address made once from a path (at most 107 bytes), so that ringing allocates nothing.
package struct StaticPath: Sendable {
    package init(_ path: String) throws(SystemError) { fatalError("stub") }
}
