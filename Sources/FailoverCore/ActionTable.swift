// SPDX-License-Identifier: Apache-2.0
import ClusterModel

/// What an action does first, by the state in which it finds the service on this node.
///
/// The table of docs/service-states.md, "Actions"; its rows are this one's tests. Source:
/// OpenHA specification, 4.6.
package enum ActionTable {
    package enum Step: Hashable, Sendable {
        /// Exit code 255, nothing changes.
        case refuse
        /// Exit code 0, nothing changes: what was asked for is under way already.
        case nothing
        /// The start procedure; a frozen start becomes START_READY at its end.
        case startProcedure(thenFreeze: Bool)
        /// Run the stop script, then STOPPED or FROZEN_STOP.
        case runStop(thenFreeze: Bool)
        case write(ServiceState)
    }

    /// - Parameter meaning: Which 7 it is, if it is one.
    package static func step(
        _ request: ActionRequest, in state: ServiceState, meaning: StartReadyMeaning = .frozenStart
    ) -> Step {
        switch (request, state) {
        case (.forceStop, _): .write(.stopped)
        case (.forceStart, _): .write(.started)

        case (.stop, .started), (.stop, .unknown): .runStop(thenFreeze: false)
        case (.start, .stopped), (.start, .unknown): .startProcedure(thenFreeze: false)

        case (.freezeStop, .started): .runStop(thenFreeze: true)
        case (.freezeStop, .stopped), (.freezeStop, .startFailed), (.freezeStop, .stopFailed):
            .write(.frozenStop)
        case (.freezeStop, .startReady) where meaning == .gracePeriod: .write(.frozenStop)
        case (.freezeStart, .stopped): .startProcedure(thenFreeze: true)
        case (.freezeStart, .started): .write(.startReady)

        case (.unfreeze, .frozenStop): .write(.stopped)
        case (.unfreeze, .startReady): meaning == .gracePeriod ? .nothing : .write(.started)

        case (.stop, _), (.start, _), (.freezeStop, _), (.freezeStart, _), (.unfreeze, _):
            .refuse
        case (.resolve, _): .nothing
        }
    }

    /// Whether what was asked for was so already, though the action refuses: a whole node's action
    /// counts such a service as good.
    package static func isAlreadyThere(_ request: ActionRequest, in state: ServiceState) -> Bool {
        switch request {
        case .start: state == .started
        case .stop: state == .stopped || state == .frozenStop
        case .freezeStop: state == .frozenStop
        case .freezeStart: state == .startReady
        case .unfreeze: state == .stopped || state == .started
        case .forceStop, .forceStart, .resolve: false
        }
    }
}

/// What an action answers when another one holds the service's lock (decision 15): it never waits
/// for that one to come to its end. docs/service-states.md, "While an action runs".
package enum HeldLockTable {
    package enum Answer: Hashable, Sendable {
        /// As the table of actions says for this state: exit code 255.
        case refuse
        /// Exit code 0, nothing changes.
        case nothing
        /// Tell the holder to roll its grace period back, then take the lock.
        case cancelGracePeriod
        /// Exit code 255, naming the process that works on the service.
        case busy
        /// The holder is just beginning or ending: it has the lock for a moment only.
        case lookAgain
    }

    package static func answer(
        _ request: ActionRequest, in state: ServiceState, meaning: StartReadyMeaning
    ) -> Answer {
        guard request != .resolve else { return .nothing }
        switch state {
        case .startReady where meaning == .gracePeriod:
            if request.isForced || request == .freezeStop { return .cancelGracePeriod }
            return request == .unfreeze ? .nothing : .refuse
        case .stopping, .starting: return request.isForced ? .busy : .refuse
        case .stopped, .started, .startFailed, .stopFailed, .frozenStop, .startReady, .unknown,
            .forceStop:
            return .lookAgain
        }
    }
}

/// What nmond does when it looks at a service: the table of docs/service-states.md, "Monitor".
///
/// The node's role plays no part here. Source: OpenHA specification, 4.4.
package enum MonitorTable {
    package enum Step: Hashable, Sendable {
        case nothing
        case startProcedure
        /// Nothing, but it is worth a line in the log, once.
        case cannotStart
    }

    /// - Parameters:
    ///   - local: Our own state as the file says.
    ///   - peer: The partner's state as heard, UNKNOWN once our nmond judges it down. While it is
    ///     undecided, or speaks another layout, nmond must not ask (decisions 1 and 3).
    package static func step(local: ServiceState, peer: ServiceState) -> Step {
        switch local {
        case .stopped: peer.leavesServiceFree ? .startProcedure : .nothing
        // An own state that cannot be read proves nothing: never start from it.
        case .unknown: peer.leavesServiceFree ? .cannotStart : .nothing
        case .forceStop: .cannotStart
        case .stopping, .started, .starting, .startFailed, .stopFailed, .frozenStop, .startReady:
            .nothing
        }
    }

    package static func allowsStart(local: ServiceState, peer: ServiceState) -> Bool {
        step(local: local, peer: peer) == .startProcedure
    }
}

/// What the launcher makes of a state when it starts the daemons: docs/service-states.md, "Reboot".
///
/// Nothing that was started before a reboot runs after it. Source: decision 9.
package enum BootReset {
    /// The new state; nil leaves it alone.
    ///
    /// - Parameters:
    ///   - hasRebooted: The state is of an earlier run of the machine.
    ///   - freezesHere: FREEZE_SERVICE_SECONDARY_INSTANCE_ON_START is `yes` and the service's
    ///     primary is another node.
    package static func state(after state: ServiceState, hasRebooted: Bool, freezesHere: Bool)
        -> ServiceState?
    {
        switch state {
        case .stopped: freezesHere ? .frozenStop : nil
        case .stopping, .started, .starting, .startFailed, .stopFailed, .startReady:
            hasRebooted ? (freezesHere ? .frozenStop : .stopped) : nil
        case .frozenStop, .unknown, .forceStop: nil
        }
    }
}

/// What becomes of a transitional state whose action was killed and whose script has ended
/// (decision 6): docs/service-states.md, "Orphans".
package enum OrphanTable {
    /// The state to write; nil when `state` is nobody's orphan.
    ///
    /// - Parameter phase: What the dead action had noted of its progress; nil without a record of
    ///   this run of the machine.
    package static func state(after state: ServiceState, phase: ActionPhase?) -> ServiceState? {
        switch (state, phase) {
        case (.stopping, _): .stopFailed
        // The check script had not begun: nothing has been touched.
        case (.starting, .grace): .stopped
        case (.starting, _): .startFailed
        case (.startReady, .grace): .stopped
        // A 7 without the mark of a grace period is a frozen start (decision 5).
        case (.startReady, _): nil
        case (.stopped, _), (.started, _), (.startFailed, _), (.stopFailed, _), (.frozenStop, _),
            (.unknown, _), (.forceStop, _):
            nil
        }
    }
}

/// How far an action has come, as it notes in the service's lock file.
package enum ActionPhase: String, CaseIterable, Hashable, Sendable {
    case idle, grace, check, start, stop
}
