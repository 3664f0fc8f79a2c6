// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform

/// What the holder of a service's lock is at: stands in `<proc>/SVC.lock` itself, so that whoever
/// finds the lock free can tell what was going on (decisions 5 and 6).
package struct ServiceRecord: Equatable, Sendable {
    package enum Phase: String, Sendable {
        /// Nothing: the last action came to its end.
        case idle
        /// The grace period: a state 7 with this phase is 7a. Written before the 7.
        case grace
        case check
        case start
        case stop
    }

    package var boot: BootIdentity
    /// The action process.
    package var pid: Int32
    package var phase: Phase
    /// The callout's session and its start in ticks, written before it execs.
    package var session: Int32?
    package var sessionStart: UInt64?
    /// When the phase began, time since boot.
    package var since: Duration

    package init(
        boot: BootIdentity, pid: Int32, phase: Phase, session: Int32? = nil,
        sessionStart: UInt64? = nil, since: Duration
    ) {
        self.boot = boot
        self.pid = pid
        self.phase = phase
        self.session = session
        self.sessionStart = sessionStart
        self.since = since
    }

    /// Reads the record of a service without its lock; nil when there is none or it is of another
    /// boot than `boot`.
    package static func read(procDirectory: String, service: String, boot: BootIdentity)
        -> ServiceRecord?
    { fatalError("stub") }

    /// Whether a process of the recorded callout still runs, whoever holds the lock.
    package var calloutLives: Bool { fatalError("stub") }
}

/// A service's lock: one writer of its local state at a time, daemon or command.
package struct ServiceLock: ~Copyable {
    /// Takes it or fails at once; never waits (decision 15).
    ///
    /// - Throws: EAGAIN when another action holds it.
    package init(procDirectory: String, service: String) throws(SystemError) { fatalError("stub") }

    /// Replaces the record in the file, in place (the lock belongs to the inode).
    package borrowing func record(_ record: ServiceRecord) throws(SystemError) {
        fatalError("stub")
    }

    /// What stands in the file, read through the lock's own descriptor (opening the file once more
    /// would drop the lock); nil when there is no record or it is of another boot than `boot`.
    package borrowing func current(boot: BootIdentity) -> ServiceRecord? { fatalError("stub") }

    /// The pid of the action that holds a service's lock; nil when it is free. Not for own locks.
    package static func holder(procDirectory: String, service: String) -> Int32? {
        fatalError("stub")
    }
}

/// Where a service ran last: `<proc>/SVC.runner`, "NODE NUMBER" (decision 7).
package struct RunnerRecord: Equatable, Sendable {
    package var node: String
    /// Counts starts of the service over both nodes, from 1.
    package var number: UInt32

    package init(node: String, number: UInt32) {
        self.node = node
        self.number = number
    }

    package static func read(procDirectory: String, service: String) -> RunnerRecord? {
        fatalError("stub")
    }
    package func write(procDirectory: String, service: String) throws(SystemError) {
        fatalError("stub")
    }
}
