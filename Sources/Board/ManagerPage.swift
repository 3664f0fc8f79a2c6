// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform
import WireFormat

/// What nmond makes of one peer, for actions and for people.
package struct PeerView: Equatable, Sendable {
    package enum Judgement: Equatable, Sendable {
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

/// What nmond knows about one service, for actions.
package struct ServiceView: Equatable, Sendable {
    package enum Precedence: UInt8, Equatable, Sendable {
        /// The primary wins a tie.
        case byRole
        /// Both nodes know that the service ran here last, and that the other knows it (decision 7).
        case ours
        /// The service ran on the partner last, and we have told it that we know.
        case theirs
    }

    package var name: String
    /// As heard in this run of nmond, UNKNOWN once the partner is down; nil while not heard.
    package var peerState: ServiceState?
    /// Grows with every change of `peerState`: A-B-A is seen too (R17).
    package var peerChanges: UInt32
    /// Our own state as last published, and the publication that first carried it.
    package var ownState: ServiceState
    package var announced: UInt64
    package var precedence: Precedence

    package init(
        name: String, peerState: ServiceState?, peerChanges: UInt32, ownState: ServiceState,
        announced: UInt64, precedence: Precedence = .byRole
    ) {
        self.name = name
        self.peerState = peerState
        self.peerChanges = peerChanges
        self.ownState = ownState
        self.announced = announced
        self.precedence = precedence
    }
}

/// What nmond publishes: what to beat, and what it knows. Both change in one step, so that an
/// acknowledgement never leaves before the state that it acknowledges can be read here.
package struct ManagerReport: Equatable, Sendable {
    package var pid: Int32
    package var startedAt: Duration
    /// nmond was told to end and ended by itself: the guard does not bring it back.
    package var endedOnRequest: Bool
    /// What senders send: node, services and trailer are filled in; port, address, elapsed, pid, beat
    /// and interval are theirs.
    package var heartbeat: Heartbeat
    package var peers: [PeerView]
    package var services: [ServiceView]
    /// Effective tunables (decision 21), as `Tunables.published`.
    package var tunables: [String: String]

    package init(
        pid: Int32, startedAt: Duration, endedOnRequest: Bool = false, heartbeat: Heartbeat,
        peers: [PeerView] = [], services: [ServiceView] = [], tunables: [String: String] = [:]
    ) {
        self.pid = pid
        self.startedAt = startedAt
        self.endedOnRequest = endedOnRequest
        self.heartbeat = heartbeat
        self.peers = peers
        self.services = services
        self.tunables = tunables
    }
}

/// nmond's page. Counts only while `lockHolder(<proc>/nmond.key)` is someone.
package final class ManagerPage {
    package init(writing directory: RunDirectory) throws(SystemError) { fatalError("stub") }
    package init(reading directory: RunDirectory) throws(SystemError) { fatalError("stub") }
    package func publish(_ report: ManagerReport) { fatalError("stub") }
    package func read() -> ManagerReport? { fatalError("stub") }
    package var sequence: UInt64 { fatalError("stub") }
}
