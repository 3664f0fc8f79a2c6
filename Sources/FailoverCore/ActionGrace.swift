// SPDX-License-Identifier: Apache-2.0
import ClusterModel

/// The grace period: START_READY stands in the state file, and the partner has time to object.
///
/// It ends well only by a proof that two nodes cannot both find. Beside a partner that sends
/// trailers: its acknowledgement of our START_READY arrived, and a look *after* that still leaves
/// the service to us. Both nodes look last after the other's acknowledgement, so at least one of
/// them sees the other's START_READY. Beside a C partner, which acknowledges nothing: time enough for
/// its word to arrive. Source: OpenHA specification, 4.5; decision 8.
package struct GracePeriod: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        /// Look again by then at the latest.
        case wait(until: Duration)
        case goOn
        case rollBack(Reason)
        /// Someone else wrote our state file: it is theirs now (R5).
        case letGo
    }

    package enum Reason: Hashable, Sendable {
        /// The partner's state changed; the first and the present one.
        case peerChanged(from: ServiceState, to: ServiceState)
        case peerDoesNotHearUs
        /// Still START_READY there after a link timeout and two seconds.
        case peerStaysReady
        /// nmond ended, started or started anew, so what was seen before proves nothing.
        case managerChanged
        /// nmond does not publish our state.
        case notAnnounced
        case peerUndecided
        /// Our own state file cannot be read.
        case ownUnreadable
    }

    private let role: Role
    private let times: ActionTimes
    private let began: Duration
    private let managerRun: UInt64
    private let firstState: ServiceState
    private var lastState: ServiceState
    private var lastChanges: UInt32
    private var hasChanged = false
    /// A change that we did not see step by step, or one to a state that claims the service.
    private var sawClaim = false
    private var announced: Announcement?
    /// Of an earlier START_READY that nmond had not seen end: its acknowledgement is not ours.
    private let staleNumber: UInt64
    private var unreadableSince: Duration?
    /// Only disk links carried our word for a while.
    private var wasSlow = false
    private var acknowledgement = Acknowledgement.missing
    private var upSince: Duration?
    /// When the partner became START_READY; nil while it is not.
    private var peerReadySince: Duration?

    /// The publication that carried our START_READY, and when we saw that it had.
    private struct Announcement: Hashable, Sendable {
        var number: UInt64
        var at: Duration
    }

    private enum Acknowledgement: Hashable, Sendable {
        case missing
        /// Seen in this very look: the look that counts is the next one.
        case justSeen
        case seen
    }

    /// Begins at `now`, right after START_READY was written.
    ///
    /// - Parameter sight: The look that allowed the start, from before the write.
    package init(role: Role, times: ActionTimes, sight: ActionSight, now: Duration) {
        self.role = role
        self.times = times
        began = now
        managerRun = sight.peer.managerRun
        firstState = sight.peer.shownState
        lastState = firstState
        lastChanges = sight.peer.changes
        staleNumber = sight.peer.announced ?? 0
    }

    /// Judges one fresh look.
    package mutating func look(_ sight: ActionSight, now: Duration) -> Verdict {
        let peer = sight.peer
        guard sight.own != .unknown else {
            // Perhaps being written at this moment: whatever it says then counts.
            let since = unreadableSince ?? now
            unreadableSince = since
            let limit = since + .seconds(1)
            return now < limit ? wait(limit, now) : .rollBack(.ownUnreadable)
        }
        unreadableSince = nil
        guard sight.own == .startReady else { return .letGo }
        guard peer.managerRun == managerRun else { return .rollBack(.managerChanged) }
        guard let state = peer.decidedState else { return .rollBack(.peerUndecided) }

        note(state, peer, now)
        if let reason = objection(state, peer) { return .rollBack(reason) }
        if peer.isWatched && announced == nil {
            let limit = began + times.manager
            return now < limit ? wait(limit, now) : .rollBack(.notAnnounced)
        }
        if peer.judgement == .up, peer.sendsTrailers, acknowledgement != .seen {
            if acknowledgement == .justSeen { return .wait(until: now) }
            let limit = began + max(times.grace, times.graceMinimum)
            return now < limit ? wait(limit, now) : .rollBack(.peerDoesNotHearUs)
        }
        let end = self.end(peer)
        if now < end { return wait(end, now) }
        if let since = peerReadySince {
            let limit = max(end, since) + times.linkTimeout + .seconds(2)
            return now < limit ? wait(limit, now) : .rollBack(.peerStaysReady)
        }
        return .goOn
    }

    private mutating func note(_ state: ServiceState, _ peer: PeerSight, _ now: Duration) {
        if peer.isWatched {
            // More steps than we saw: anything may have been between (A-B-A, R17).
            let seen: UInt32 = state == lastState ? 0 : 1
            if peer.changes &- lastChanges > seen, !yieldsAreProven(peer) { sawClaim = true }
        }
        if state != .startReady && !state.leavesServiceFree { sawClaim = true }
        if state != lastState || peer.changes != lastChanges { hasChanged = true }
        lastState = state
        lastChanges = peer.changes
        peerReadySince = state == .startReady ? (peerReadySince ?? now) : nil
        upSince = peer.judgement == .up ? (upSince ?? now) : nil
        if peer.judgement == .up && !peer.hasFastLink { wasSlow = true }
        if announced == nil, let number = peer.announced, number > staleNumber {
            announced = Announcement(number: number, at: now)
        }
        if acknowledgement == .justSeen { acknowledgement = .seen }
        if let announced, acknowledgement == .missing, peer.acknowledged >= announced.number {
            acknowledgement = .justSeen
        }
    }

    /// Beside an up partner with trailers the last look alone is the proof, and its START_READY may
    /// come and go between two looks.
    private func yieldsAreProven(_ peer: PeerSight) -> Bool {
        peer.judgement == .up && peer.sendsTrailers
    }

    private func objection(_ state: ServiceState, _ peer: PeerSight) -> Reason? {
        let precedes = peer.precedes ?? (role == .primary)
        let changed = Reason.peerChanged(from: firstState, to: state)
        if sawClaim { return changed }
        // Whoever lacks precedence yields to any change at all; the other waits for a START_READY to
        // go away and goes on past every other change that still leaves the service free.
        return hasChanged && !precedes ? changed : nil
    }

    private func end(_ peer: PeerSight) -> Duration {
        let minimum = began + times.graceMinimum
        switch peer.judgement {
        case .down: return minimum
        case .unwatched: return max(minimum, began + times.grace)
        case .up, .undecided, .otherLayout:
            if peer.sendsTrailers { return minimum }
            let length =
                wasSlow ? max(times.grace, peer.diskTimeout + .seconds(3)) : times.grace
            // It needs the time since it could hear us, and since there was something to hear.
            return max(minimum, max(announced?.at ?? began, upSince ?? began) + length)
        }
    }

    private func wait(_ limit: Duration, _ now: Duration) -> Verdict {
        .wait(until: min(limit, now + times.lookInterval))
    }
}
