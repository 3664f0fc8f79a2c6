// SPDX-License-Identifier: Apache-2.0
import ClusterModel

/// What an action sees in one look: its own state file, and the partner.
package struct ActionSight: Hashable, Sendable {
    /// Our own state as the file says at this moment.
    package var own: ServiceState
    package var peer: PeerSight

    package init(own: ServiceState, peer: PeerSight) {
        self.own = own
        self.peer = peer
    }
}

/// The partner of a service as an action sees it: through nmond, or in its state file while nmond is
/// stopped (decision 3).
package struct PeerSight: Hashable, Sendable {
    package enum Judgement: Hashable, Sendable {
        /// nmond runs and does not know yet; down at that time if nothing is heard, nil: not known.
        case undecided(until: Duration?)
        case up
        case down
        case otherLayout
        /// nmond is stopped: `state` is what the file says.
        case unwatched
    }

    package var judgement: Judgement
    /// UNKNOWN while it is down; nil while nothing was heard about this service.
    package var state: ServiceState?
    /// Grows with every change of `state` (R17).
    package var changes: UInt32
    /// Which run of nmond says so: its numbers hold within one run only. 0 without nmond.
    package var managerRun: UInt64
    package var sendsTrailers: Bool
    package var hasFastLink: Bool
    /// The largest timeout of our own disk lines.
    package var diskTimeout: Duration
    /// nmond has published our START_READY: the publication that first carried it.
    package var announced: UInt64?
    /// The highest of our publications that the peer echoed.
    package var acknowledged: UInt64
    /// Decision 7: whether a tie is ours; nil leaves it to the roles.
    package var precedes: Bool?

    package init(
        judgement: Judgement, state: ServiceState?, changes: UInt32 = 0, managerRun: UInt64 = 0,
        sendsTrailers: Bool = false, hasFastLink: Bool = false, diskTimeout: Duration = .zero,
        announced: UInt64? = nil, acknowledged: UInt64 = 0, precedes: Bool? = nil
    ) {
        self.judgement = judgement
        self.state = state
        self.changes = changes
        self.managerRun = managerRun
        self.sendsTrailers = sendsTrailers
        self.hasFastLink = hasFastLink
        self.diskTimeout = diskTimeout
        self.announced = announced
        self.acknowledged = acknowledged
        self.precedes = precedes
    }

    /// What to go by while nmond is stopped: the file, unless a listener of ours hears the partner say
    /// that it has the service. Nobody writes the file then, so that it may be of yesterday.
    package static func unwatched(file: ServiceState, heard: [ServiceState]) -> PeerSight {
        let claim = heard.first { !$0.leavesServiceFree }
        return PeerSight(judgement: .unwatched, state: claim ?? file)
    }

    /// For messages: UNKNOWN where nothing is known.
    package var shownState: ServiceState { state ?? .unknown }

    /// The state to reckon with; nil while no decision may rest on it.
    package var decidedState: ServiceState? {
        switch judgement {
        // A live partner's UNKNOWN says nothing (decision 2); in a file it was written by nmond.
        case .up: state == .unknown ? nil : state
        case .unwatched: state
        case .down: .unknown
        case .undecided, .otherLayout: nil
        }
    }

    /// nmond runs, whatever it knows.
    package var isWatched: Bool { judgement != .unwatched }
}

extension PeerSight {
    /// What nmond's page tells an action about the partner of its service.
    ///
    /// Nothing is known where the page does not have the partner or the service, or is of an nmond
    /// that stands still: it knows nothing of this moment.
    ///
    /// - Parameters:
    ///   - managerRun: Names this run of nmond; never 0.
    ///   - pulseAge: How long ago nmond settled what it knows; nil where that cannot be told, and is
    ///     not held against it.
    package init(
        peers: [PeerView], services: [ServiceView], partner: String, service: String,
        managerRun: UInt64, pulseAge: Duration?
    ) {
        guard pulseAge.map({ $0 <= Self.pulseLimit }) ?? true,
            let peer = peers.first(where: { $0.name == partner }),
            let service = services.first(where: { $0.name == service })
        else {
            self = .nothingKnown(managerRun: managerRun)
            return
        }
        self.init(peer, service, managerRun: managerRun)
    }

    /// An nmond that has not settled for so long stands still, and what its page says is void.
    package static let pulseLimit = Duration.seconds(3)

    /// nmond runs, and does not know or has not spoken yet; `managerRun` is 0 in that case.
    package static func nothingKnown(managerRun: UInt64 = 0) -> PeerSight {
        PeerSight(judgement: .undecided(until: nil), state: nil, managerRun: managerRun)
    }

    /// What nmond says about the partner of one service.
    ///
    /// - Parameter managerRun: Names this run of nmond; never 0.
    package init(_ peer: PeerView, _ service: ServiceView, managerRun: UInt64) {
        self.init(
            judgement: Judgement(peer.judgement), state: service.peerState,
            changes: service.peerChanges, managerRun: managerRun,
            sendsTrailers: peer.sendsTrailers, hasFastLink: peer.hasFastLink,
            diskTimeout: peer.diskTimeout,
            announced: service.ownState == .startReady ? service.announced : nil,
            acknowledged: peer.acknowledged, precedes: service.precedence.isOurs)
    }
}

extension PeerSight.Judgement {
    fileprivate init(_ judgement: PeerView.Judgement) {
        switch judgement {
        case .undecided(let until): self = .undecided(until: until)
        case .up: self = .up
        case .down: self = .down
        case .otherLayout: self = .otherLayout
        }
    }
}

extension ServiceView.Precedence {
    fileprivate var isOurs: Bool? {
        switch self {
        case .byRole: nil
        case .ours: true
        case .theirs: false
        }
    }
}

/// The times that an action goes by; docs/service-states.md gives the reason of each.
package struct ActionTimes: Hashable, Sendable {
    /// EZ_GRACE.
    package var grace: Duration
    /// EZ_GRACE_MIN.
    package var graceMinimum: Duration
    /// The largest timeout of the partner's links.
    package var linkTimeout: Duration
    /// The largest timeout of our own links: silent for so long, we count as dead there.
    package var ownTimeout: Duration
    /// EZ_CALLOUT_TIMEOUT; nil is off.
    package var callout: Duration?
    /// How long the links may take to be all there before a check script runs (decision 13).
    package var programs: Duration = .seconds(2)
    /// Between TERM and KILL to a script that is past its timeout.
    package var killDelay: Duration = .seconds(3)
    /// Between two looks at the partner.
    package var lookInterval: Duration = .milliseconds(50)
    /// How long nmond may take to publish a state of ours, or to come back after a crash.
    package var manager: Duration = .seconds(3)

    /// A longer time between two turns means that the node stood still.
    package var stallLimit: Duration { max(.seconds(1), min(linkTimeout, ownTimeout) / 2) }

    package init(
        grace: Duration = .seconds(5), graceMinimum: Duration = .seconds(2),
        linkTimeout: Duration = .seconds(10), ownTimeout: Duration? = nil,
        callout: Duration? = nil
    ) {
        self.grace = grace
        self.graceMinimum = graceMinimum
        self.linkTimeout = linkTimeout
        self.ownTimeout = ownTimeout ?? linkTimeout
        self.callout = callout
    }
}
