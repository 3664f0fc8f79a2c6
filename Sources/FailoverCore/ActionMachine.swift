// SPDX-License-Identifier: Apache-2.0
import ClusterModel

/// One action on one service, from the moment its lock is held to the last state.
///
/// A value without clock or I/O: events in, effects out. docs/service-states.md has its tables and
/// the start procedure step by step. Source: OpenHA specification, 4.5 and 4.6.
package struct ActionMachine: Hashable, Sendable {
    private enum Phase: Hashable, Sendable {
        case new
        case grace(GracePeriod)
        /// STARTING is written; all links must run before a check script looks for them.
        case countingPrograms(until: Duration)
        /// One last look before a script of the start procedure.
        case confirming(ActionScript, until: Duration)
        case running(ActionScript, deadline: Duration)
        case finished
    }

    private let request: ActionRequest
    private let role: Role
    private let times: ActionTimes
    private let texts: ActionTexts
    private var phase = Phase.new
    /// The state in which the action found the service.
    private var found = ServiceState.unknown
    /// nmond ran when the action began.
    private var isWatched = false
    private var wasToldToEnd = false
    /// The note that the service ran here last is written.
    private var isNoted = false
    /// What the partner's file was made to say for the check script.
    private var shownPeer: ServiceState?
    private var timedOut = false
    /// When it was last told anything; nil before the first time.
    private var lastTurn: Duration?
    /// The whole node stood still for a while, so what was seen is void (R15).
    private var wasStalled = false

    package init(_ request: ActionRequest, role: Role, times: ActionTimes, texts: ActionTexts) {
        self.request = request
        self.role = role
        self.times = times
        self.texts = texts
    }

    package var isFinished: Bool { phase == .finished }

    /// In the grace period: nothing runs, and it can be cancelled.
    package var isInGracePeriod: Bool {
        if case .grace = phase { true } else { false }
    }

    package var isRunningScript: Bool {
        if case .running = phase { true } else { false }
    }

    /// - Parameter now: Time since boot.
    package mutating func handle(_ event: ActionEvent, now: Duration) -> [ActionEffect] {
        if let lastTurn, now - lastTurn > times.stallLimit { wasStalled = true }
        lastTurn = now
        switch (phase, event) {
        case (.new, .began(let sight, let left)): return begin(sight, left, now)

        case (.grace, .looked) where wasStalled, (.confirming, .looked) where wasStalled:
            return rollBack(.log(.notice, texts.stalled))
        case (.grace(var grace), .looked(let sight)):
            let verdict = grace.look(sight, now: now)
            phase = .grace(grace)
            return act(on: verdict, sight, now)
        case (.countingPrograms(let limit), .counted(let missing)):
            return count(missing, limit, now)
        case (.confirming(let script, let limit), .looked(let sight)):
            return confirm(script, limit, sight, now)
        case (.running(let script, let deadline), .timer):
            return now < deadline ? watch(script, deadline, now) : endLateScript(script, now)
        case (.running(let script, _), .ended(let end)): return ended(script, end, now)
        // Nothing of it ran, so that nothing is to be undone.
        case (.running(.check, _), .cameTooLate), (.running(.start, _), .cameTooLate):
            return rollBack(.log(.notice, texts.stalled))

        // Nothing has been touched yet, or only looked at: back to where it was (R10).
        case (.grace, .toldToEnd), (.countingPrograms, .toldToEnd), (.confirming, .toldToEnd):
            return rollBack(.log(.notice, texts.toldToEnd(false)))
        // A script is never left alone half-way.
        case (.running, .toldToEnd):
            wasToldToEnd = true
            return [.log(.notice, texts.toldToEnd(true))]

        // The check script may have fenced: that is not to be done again and again.
        case (.confirming, .failed(let why)) where isNoted:
            return failedBeforeScript(why)
        case (.grace, .failed(let why)), (.countingPrograms, .failed(let why)),
            (.confirming, .failed(let why)):
            return rollBack(.complain(texts.failed(why)))
        // What goes before a script failed, so it was not run.
        case (.running(.stop, _), .failed(let why)):
            return [.complain(texts.failed(why))] + finish(255)
        case (.running, .failed(let why)): return failedBeforeScript(why)
        case (.new, .failed(let why)):
            return [.complain(texts.failed(why))] + finish(255)
        // The state is on the disk or it isn't: nothing more can be done about it.
        case (.finished, .failed(let why)):
            return [.complain(texts.failed(why)), .finish(exitCode: 255)]

        // Answers that come too late for the question.
        case (_, .began), (_, .looked), (_, .counted), (_, .timer), (_, .ended), (_, .cameTooLate),
            (_, .toldToEnd):
            return []
        }
    }
}

// MARK: The first step, by the table

extension ActionMachine {
    private mutating func begin(_ sight: ActionSight, _ left: ActionPhase?, _ now: Duration)
        -> [ActionEffect]
    {
        found = sight.own
        isWatched = sight.peer.isWatched
        var settling: [ActionEffect] = []
        if !request.isForced, let settled = OrphanTable.state(after: found, phase: left) {
            settling = [
                .write(settled), .record(.idle), .log(.warning, texts.settled(found, settled)),
            ]
            let wasGracePeriod = found == .startReady
            found = settled
            if request == .unfreeze && wasGracePeriod { return settling + finish(0) }
        }
        return settling + firstStep(sight.peer, now)
    }

    private mutating func firstStep(_ peer: PeerSight, _ now: Duration) -> [ActionEffect] {
        let ready = report(level, texts.ready(request, own: found, peer: peer.shownState))
        switch ActionTable.step(request, in: found) {
        case .nothing: return finish(0)
        case .refuse: return refuse(peer)
        case .write(let state):
            // A frozen start must not be taken for a grace period, nor, if the write fails, a grace
            // period that stays for a frozen start.
            let writes: [ActionEffect] =
                state == .startReady
                ? [.record(.idle), .write(state)] : [.write(state), .record(.idle)]
            return ready + warning + writes
                + report(.info, texts.done(request, from: found)) + finish(0)
        case .runStop:
            var effects = ready
            if request == .stop && peer.shownState != .stopped {
                effects.append(.log(.notice, texts.willNotMigrate))
            }
            return effects + [.write(.stopping)] + run(.stop, now)
        case .startProcedure:
            return (request == .freezeStart ? ready : []) + startProcedure(peer, now)
        }
    }

    private var level: ActionLogLevel { request == .start || request == .stop ? .notice : .info }

    /// freeze-start says on stdout what the others only log.
    private func report(_ level: ActionLogLevel, _ text: String) -> [ActionEffect] {
        request == .freezeStart ? [.print(text)] : [.log(level, text)]
    }

    private var warning: [ActionEffect] {
        guard request == .freezeStop, found == .startFailed || found == .stopFailed else {
            return []
        }
        return [.complain(texts.mayStillBeActive(found))]
    }

    private mutating func refuse(_ peer: PeerSight) -> [ActionEffect] {
        let text = texts.cannot(request, own: found, peer: peer.shownState)
        return report(level, text) + finish(255)
    }
}

// MARK: The start procedure

extension ActionMachine {
    private mutating func startProcedure(_ peer: PeerSight, _ now: Duration) -> [ActionEffect] {
        guard let state = peer.decidedState else {
            return [.complain(texts.undecided(peer, now: now))] + failStart()
        }
        guard state.leavesServiceFree else {
            return [.log(.notice, texts.cannot(.start, own: found, peer: state))] + failStart()
        }
        let sight = ActionSight(own: .startReady, peer: peer)
        phase = .grace(GracePeriod(role: role, times: times, sight: sight, now: now))
        return [
            .log(.notice, texts.ready(.start, own: found, peer: state)),
            // The mark first: a 7 without it would be a frozen start (decision 5).
            .record(.grace), .write(.startReady), .ask(.sight, at: now + times.lookInterval),
        ]
    }

    private mutating func act(
        on verdict: GracePeriod.Verdict, _ sight: ActionSight, _ now: Duration
    ) -> [ActionEffect] {
        switch verdict {
        case .wait(let until): return [.ask(.sight, at: until)]
        case .rollBack(let reason): return rollBack(.log(.notice, texts.reason(reason)))
        case .letGo: return letGo(sight.own)
        case .goOn:
            // Without nmond nobody keeps the links running, and actions must work all the same.
            phase =
                isWatched
                ? .countingPrograms(until: now + times.programs)
                : .confirming(.check, until: now)
            return [.write(.starting), .ask(isWatched ? .programs : .sight, at: now)]
        }
    }

    private mutating func count(_ missing: [String], _ limit: Duration, _ now: Duration)
        -> [ActionEffect]
    {
        if missing.isEmpty {
            phase = .confirming(.check, until: now + times.linkTimeout + times.manager)
            return [.ask(.sight, at: now)]
        }
        guard now >= limit else {
            return [.ask(.programs, at: min(limit, now + times.lookInterval))]
        }
        return [.write(.startFailed), .record(.idle), .complain(texts.missing(missing))]
            + failStart()
    }

    /// The partner must leave the service free at this very moment (B21), and the state must be ours.
    private mutating func confirm(
        _ script: ActionScript, _ limit: Duration, _ sight: ActionSight, _ now: Duration
    ) -> [ActionEffect] {
        if sight.own == .unknown, now < limit {
            return [.ask(.sight, at: now + times.lookInterval)]
        }
        guard sight.own == .starting || sight.own == .unknown else { return letGo(sight.own) }
        if sight.own == .unknown { return rollBack(.log(.notice, texts.reason(.ownUnreadable))) }
        if wasToldToEnd { return rollBack(.log(.notice, texts.toldToEnd(false))) }
        let nmondIsGone = isWatched && !sight.peer.isWatched
        guard !nmondIsGone, let state = sight.peer.decidedState else {
            // nmond is on its way back, and must hear the partner's silence anew.
            guard now >= limit else { return [.ask(.sight, at: now + times.lookInterval)] }
            return rollBack(.log(.notice, texts.reason(.peerUndecided)))
        }
        guard state.leavesServiceFree else {
            return rollBack(.log(.notice, texts.peerChangedAfterCheck(state)))
        }
        switch script {
        // Both writes wait for the disk, and the partner may come back meanwhile: it is looked at once
        // more before the script.
        case .check where sight.peer.isWatched && shownPeer != state:
            shownPeer = state
            return [.writePeer(state), .ask(.sight, at: now)]
        case .start where !isNoted:
            isNoted = true
            return [.recordRunner, .ask(.sight, at: now)]
        case .check, .start, .stop: return run(script, now)
        }
    }

    private mutating func failedBeforeScript(_ why: String) -> [ActionEffect] {
        [.write(.startFailed), .record(.idle), .complain(texts.failed(why))] + failStart()
    }

    private mutating func rollBack(_ why: ActionEffect) -> [ActionEffect] {
        [why, .write(.stopped), .record(.idle), .log(.notice, texts.rollback)] + failStart()
    }

    /// The file is no longer ours to write.
    private mutating func letGo(_ own: ServiceState) -> [ActionEffect] {
        [.record(.idle), .complain(texts.letGo(own))] + failStart()
    }

    private mutating func failStart() -> [ActionEffect] {
        (request == .freezeStart ? [.print(texts.freezeStartFailed)] : []) + finish(255)
    }
}

// MARK: Scripts

extension ActionMachine {
    private mutating func run(_ script: ActionScript, _ now: Duration) -> [ActionEffect] {
        let deadline = times.callout.map { now + $0 } ?? .seconds(1 << 40)
        phase = .running(script, deadline: deadline)
        return [.run(script)] + watch(script, deadline, now)
    }

    /// While a check script runs a regular look at the clock tells whether the node stood still:
    /// there is still a decision to come.
    private func watch(_ script: ActionScript, _ deadline: Duration, _ now: Duration)
        -> [ActionEffect]
    {
        switch script {
        case .check: [.ask(.clock, at: min(deadline, now + times.stallLimit / 2))]
        case .start, .stop: times.callout == nil ? [] : [.ask(.clock, at: deadline)]
        }
    }

    /// Past its timeout: TERM to the whole group, then KILL until it is gone.
    private mutating func endLateScript(_ script: ActionScript, _ now: Duration) -> [ActionEffect] {
        let deadline = now + times.killDelay
        phase = .running(script, deadline: deadline)
        let isKill = timedOut
        timedOut = true
        let said = isKill ? [] : [ActionEffect.log(.error, texts.timedOut(script))]
        return said + [.signal(isKill: isKill), .ask(.clock, at: deadline)]
    }

    private mutating func ended(_ script: ActionScript, _ end: CalloutEnd, _ now: Duration)
        -> [ActionEffect]
    {
        let isGood = end == .exited(0) && !timedOut
        var effects = texts.ended(script, end).map { [ActionEffect.log(.error, $0)] } ?? []
        // What it left in its group goes with it.
        if timedOut { effects.append(.signal(isKill: true)) }
        switch script {
        case .check: return effects + (isGood ? checkPassed(now) : checkFailed())
        case .start: return effects + (isGood ? started() : startScriptFailed())
        case .stop: return effects + (isGood ? stopped() : stopFailed())
        }
    }

    private mutating func checkPassed(_ now: Duration) -> [ActionEffect] {
        phase = .confirming(.start, until: now + times.linkTimeout + times.manager)
        return [.log(.notice, texts.checkPassed), .ask(.sight, at: now)]
    }

    private mutating func checkFailed() -> [ActionEffect] {
        [.write(.startFailed), .record(.idle), .log(.error, texts.checkFailed)] + failStart()
    }

    private mutating func started() -> [ActionEffect] {
        let done: [ActionEffect] = [
            .write(.started), .record(.idle), .log(.notice, texts.done(.start, from: found)),
        ]
        let frozen: [ActionEffect] =
            request == .freezeStart
            ? [.write(.startReady), .print(texts.frozenStart(from: found))] : []
        return done + frozen + finish(0)
    }

    private mutating func startScriptFailed() -> [ActionEffect] {
        [.write(.startFailed), .record(.idle), .log(.error, texts.startFailed)] + failStart()
    }

    private mutating func stopped() -> [ActionEffect] {
        // Straight from STOPPING to FROZEN_STOP: a STOPPED in between would invite a start (R4).
        let state: ServiceState = request == .freezeStop ? .frozenStop : .stopped
        return [.write(state), .record(.idle), .log(.info, texts.done(request, from: found))]
            + finish(0)
    }

    private mutating func stopFailed() -> [ActionEffect] {
        [.write(.stopFailed), .record(.idle), .log(.error, texts.stopFailed(request))]
            + finish(255)
    }

    private mutating func finish(_ exitCode: Int32) -> [ActionEffect] {
        phase = .finished
        return [.finish(exitCode: exitCode)]
    }
}
