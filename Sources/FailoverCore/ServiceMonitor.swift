// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// What nmond knows about one service, and whether it lets it start.
struct ServiceMonitor: Sendable, Codable {
    /// Things that are said once, until they are no longer so.
    struct Remarks: OptionSet, Sendable, Codable {
        let rawValue: UInt8
        static let peerDoesNotHearUs = Remarks(rawValue: 1)
        static let peerStateMissing = Remarks(rawValue: 2)
        static let cannotStart = Remarks(rawValue: 4)
        static let ownFileUnreadable = Remarks(rawValue: 8)
        static let bothStarted = Remarks(rawValue: 16)
    }

    let definition: ManagedService
    /// The index of its partner among the peers; nil when the service is none of ours.
    let peer: Int?

    // Our side.
    /// The last state that could be read; nil before the first one.
    private(set) var own: ServiceState?
    private(set) var hold = OwnReading.Hold.free
    private(set) var meaning: StartReadyMeaning?
    private(set) var lastRun: LastRun?

    // The partner's side.
    /// As last heard from it, whether it is up or not.
    private(set) var heard: ServiceState?
    private(set) var heardNote: ServiceNote?
    /// As decisions take it: as heard, UNKNOWN while the partner is down.
    private(set) var peerState: ServiceState?
    private(set) var peerChanges: UInt32 = 0
    /// What STATE.<peer> says, or was last told to say; nil when there is no such file.
    var fileState: ServiceState?

    // What we say.
    private(set) var announcedState = ServiceState.unknown
    private var announcedMeaning: StartReadyMeaning?
    private(set) var announced: UInt64 = 0

    // Attempts to start it, or to clear away what a dead action left.
    private(set) var attemptSince: Duration?
    private(set) var retryAt: Duration = .zero
    private(set) var lastAct = ManagerEffect.Act.start
    private(set) var shortAttempts = 0
    var remarks: Remarks = []

    /// - Parameter old: The service as it was defined until now: what it is here, its state file says,
    ///   and not the line that names it.
    init(_ definition: ManagedService, peer: Int?, after old: ServiceMonitor? = nil) {
        self.definition = definition
        self.peer = peer
        guard let old else { return }
        (own, hold, meaning) = (old.own, old.hold, old.meaning)
    }

    // MARK: - Facts

    mutating func note(_ reading: OwnReading) {
        if let state = reading.state, state != .unknown { own = state }
        hold = reading.hold
        meaning =
            own == .startReady ? (reading.isInGracePeriod ? .gracePeriod : .frozenStart) : nil
        // A later one may be on its way into the file.
        if let run = reading.lastRun, run.number >= lastRun?.number ?? 0 { lastRun = run }
    }

    /// Takes the partner's entry; 8 and numbers that are no state keep the last one (decision 2).
    mutating func hear(_ entry: ServiceEntry) {
        guard let state = entry.state, state != .unknown else { return }
        heard = state
        heardNote = entry.note
    }

    /// The partner does not name the service any more: that it left it free once allows nothing now;
    /// what it claimed stays.
    mutating func hearNothing() {
        if heard?.leavesServiceFree == true { forgetPartner() }
    }

    /// The partner was booted: what it said before is void.
    mutating func forgetPartner() {
        heard = nil
        heardNote = nil
    }

    /// Sets what decisions take for the partner's state; true when that changed.
    mutating func conclude(from judgement: PeerView.Judgement) -> Bool {
        let concluded: ServiceState?
        switch judgement {
        case .down: concluded = .unknown
        case .up: concluded = heard
        // Nothing is known anew: the last word stays, and nothing is done by it.
        case .undecided, .otherLayout: concluded = peerState == .unknown ? heard : peerState
        }
        guard concluded != peerState else { return false }
        peerState = concluded
        peerChanges &+= 1
        return true
    }

    /// Notes that `publication` carries our present state; `announced` stays the first that did.
    mutating func announce(in publication: UInt64) {
        let state = own ?? .unknown
        guard announced == 0 || state != announcedState || meaning != announcedMeaning else {
            return
        }
        (announcedState, announcedMeaning) = (state, meaning)
        announced = publication
    }

    // MARK: - The last runner (decision 7)

    /// The partner has told us the very same fact that we know.
    private var isAgreed: Bool {
        guard let lastRun, let theirs = heardNote?.lastRun else { return false }
        return theirs.seenFromPartner == lastRun
    }

    /// What the partner knows of a later start than we do: to be recorded here.
    var laterRun: LastRun? {
        guard let theirs = heardNote?.lastRun else { return nil }
        return theirs.number > lastRun?.number ?? 0 ? theirs.seenFromPartner : nil
    }

    mutating func adopt(_ run: LastRun) { lastRun = run }

    /// Ours only when the partner has said that it knows; theirs as soon as we have said it. So the
    /// two never both claim it.
    ///
    /// - Parameter isTold: Our beats carry trailers, so that it learns what we know.
    func precedence(isTold: Bool) -> ServiceView.Precedence {
        guard isTold, let lastRun, isAgreed else { return .byRole }
        if !lastRun.onSender { return .theirs }
        return heardNote?.lastRunAgreed == true ? .ours : .byRole
    }

    // MARK: - What is said and shown

    var entry: ServiceEntry {
        let note = ServiceNote(meaning: meaning, lastRun: lastRun, lastRunAgreed: isAgreed)
        return ServiceEntry(
            name: definition.name, state: own ?? .unknown,
            note: note == ServiceNote() ? nil : note)
    }

    func view(isTold: Bool) -> ServiceView {
        ServiceView(
            name: definition.name, peerState: peerState, peerChanges: peerChanges,
            ownState: announcedState, announced: announced,
            precedence: precedence(isTold: isTold))
    }

    /// It runs here and there: STARTED, or a 7 that a trailer calls a frozen start.
    var runsOnBoth: Bool {
        let here = own == .started || (own == .startReady && meaning == .frozenStart)
        let there =
            peerState == .started
            || (peerState == .startReady && heardNote?.meaning == .frozenStart)
        return here && there
    }

    /// A transitional state that nobody is at any more (decisions 5 and 6).
    var isOrphan: Bool {
        guard hold == .free, attemptSince == nil else { return false }
        switch own {
        case .stopping, .starting: return true
        case .startReady: return meaning == .gracePeriod
        case nil, .stopped, .started, .startFailed, .stopFailed, .frozenStop, .unknown, .forceStop:
            return false
        }
    }

    // MARK: - Attempts

    mutating func attempt(_ act: ManagerEffect.Act, at now: Duration) {
        attemptSince = now
        lastAct = act
    }

    /// The action that nmond started has ended. One that ended at once is tried less and less often.
    mutating func attemptEnded(at now: Duration) {
        guard let since = attemptSince else { return }
        attemptSince = nil
        shortAttempts = now - since < .seconds(1) ? shortAttempts + 1 : 0
        retryAt =
            now
            + [.seconds(1), .seconds(1), .seconds(2), .seconds(5), .seconds(10)][
                min(shortAttempts, 4)]
    }

    /// Whether the table and the partner allow a start now; see `Manager` for what else must hold.
    func step(beside judgement: PeerView.Judgement) -> MonitorTable.Step {
        switch judgement {
        case .undecided, .otherLayout: return .nothing
        // UNKNOWN is a reason only while our own judgement says it (decision 2).
        case .up where peerState == .unknown: return .nothing
        case .up, .down: break
        }
        guard let peerState else { return .nothing }
        return MonitorTable.step(local: own ?? .unknown, peer: peerState)
    }
}
