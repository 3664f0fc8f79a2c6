// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

// `service -A SVC ACTION`: what `ActionRun` does around the shipped `ActionMachine`.
extension SimulatedCluster {
    /// Starts the command; it looks for its lock once its process is there.
    func begin(
        _ request: ActionRequest, _ service: Int, _ node: SimulatedNode,
        by parent: SimulatedAction.Parent
    ) {
        let definition = services[service]
        guard node.isUp, let role = definition.role(of: node.name),
            let partner = definition.partner(of: node.name)
        else { return }
        let times = actionTimes(node, partner)
        let texts = ActionTexts(
            service: definition.name, partner: partner, script: definition.script,
            checkScript: definition.checkScript, isClassic: true)
        let action = SimulatedAction(
            number: node.newPid(), service: service, request: request, parent: parent, times: times,
            machine: ActionMachine(request, role: role, times: times, texts: texts),
            lastLook: node.clock(now), began: now)
        node.actions.append(action)
        trace(
            "\(node.name) \(action.isOperators ? "operator" : "nmond"): \(definition.name) \(request.rawValue)"
        )
        let delay = processDice.between(.milliseconds(1), .milliseconds(15))
        plan(Event(.askLock, node, Int(action.number), token: action.token), in: delay)
    }

    private func actionTimes(_ node: SimulatedNode, _ partner: String) -> ActionTimes {
        let theirs = lines.filter { $0.node == partner }.map(\.timeout).max()
        let ours = lines.filter { $0.node == node.name }.map(\.timeout).max()
        return ActionTimes(
            grace: plan.tunables.grace, graceMinimum: plan.tunables.graceMinimum,
            linkTimeout: theirs ?? .seconds(10), ownTimeout: ours,
            callout: plan.tunables.calloutTimeout)
    }

    func turn(_ node: SimulatedNode, _ event: Event) {
        guard let action = node.action(event.index), action.token == event.token else { return }
        guard action.frozenUntil <= now else { return queue.add(event, at: action.frozenUntil) }
        switch event.kind {
        case .askLock: askLock(node, action)
        case .carryOut: carryOutNext(node, action)
        case .answer: answer(node, action)
        default: preconditionFailure("no turn of an action: \(event.kind)")
        }
    }

    // MARK: - The lock

    private func askLock(_ node: SimulatedNode, _ action: SimulatedAction) {
        let service = action.service
        guard node.locks[service] != nil else { return takeLock(node, action) }
        let own = node.disk.states[service] ?? .unknown
        let meaning: StartReadyMeaning =
            record(node, service)?.phase == .grace ? .gracePeriod : .frozenStart
        let again = Event(.askLock, node, Int(action.number), token: action.token)
        switch action.lock.failed(in: own, meaning: meaning, at: node.clock(now)) {
        case .tryAgain(let pause): plan(again, in: pause)
        case .endHolder(let pause):
            if let holder = node.locks[service].flatMap(node.action) { tellToEnd(node, holder) }
            plan(again, in: pause)
        case .nothing: end(node, action, exitCode: 0)
        case .refuse, .busy: end(node, action, exitCode: 255)
        }
    }

    private func takeLock(_ node: SimulatedNode, _ action: SimulatedAction) {
        let service = action.service
        node.locks[service] = action.number
        action.hasLock = true
        node.manager?.noteOwn(service)
        wakeManager(node, in: .microseconds(300))
        let left = record(node, service)
        if let session = left?.session, node.scripts.contains(where: { $0.pid == session }) {
            return end(node, action, exitCode: action.request == .resolve ? 0 : 255)
        }
        witness.began(
            action, node.index, isConfigured: isConfigured(service, node), at: now)
        noteLook(node, action)
        step(node, action, .began(sight(node, action), left: left?.phase))
    }

    private func record(_ node: SimulatedNode, _ service: Int) -> LockRecord? {
        node.disk.records[service].flatMap { $0.boot == node.boot ? $0 : nil }
    }

    // MARK: - Turns

    private func step(_ node: SimulatedNode, _ action: SimulatedAction, _ event: ActionEvent) {
        action.effects = action.machine.handle(event, now: node.clock(now))
        action.token += 1
        action.question = nil
        carryOutNext(node, action)
    }

    /// Carries out one effect; those that take time let others happen before the next one.
    private func carryOutNext(_ node: SimulatedNode, _ action: SimulatedAction) {
        while !action.effects.isEmpty {
            let effect = action.effects.removeFirst()
            let token = action.token
            let time = carryOut(effect, node, action)
            // It led to a step of its own, or to the end.
            guard action.token == token else { return }
            if let time {
                return plan(Event(.carryOut, node, Int(action.number), token: token), in: time)
            }
        }
        if action.wasToldToEnd {
            action.wasToldToEnd = false
            return step(node, action, .toldToEnd)
        }
        guard let (_, at) = action.question else { return }
        let delay = max(at - node.clock(now), .microseconds(20))
        plan(Event(.answer, node, Int(action.number), token: action.token), in: delay)
    }

    private func answer(_ node: SimulatedNode, _ action: SimulatedAction) {
        guard let (about, _) = action.question else { return }
        action.question = nil
        switch about {
        case .sight:
            action.lastLook = node.clock(now)
            noteLook(node, action)
            step(node, action, .looked(sight(node, action)))
        case .programs:
            let missing = lines.indices.filter { !node.links[$0].isAlive }
            step(node, action, .counted(missing: missing.map { lines[$0].keyName }))
        case .clock: step(node, action, .timer)
        }
    }

    func tellToEnd(_ node: SimulatedNode, _ action: SimulatedAction) {
        guard action.hasLock else { return end(node, action, exitCode: 255) }
        if action.machine.isInGracePeriod { action.isCalledOff = true }
        // In the middle of its effects it does not look at signals.
        guard action.effects.isEmpty else {
            action.wasToldToEnd = true
            return
        }
        step(node, action, .toldToEnd)
    }

    // MARK: - What it sees

    private func sight(_ node: SimulatedNode, _ action: SimulatedAction) -> ActionSight {
        ActionSight(
            own: node.disk.states[action.service] ?? .unknown,
            peer: peerSight(node, services[action.service]))
    }

    private func peerSight(_ node: SimulatedNode, _ service: ServiceDefinition) -> PeerSight {
        let partner = service.partner(of: node.name)!
        guard let manager = node.manager else {
            let state = node.disk.peerStates[serviceIndex[service.name]!] ?? .unknown
            return .unwatched(file: state, heard: heardDirectly(node, service, partner))
        }
        guard let announcement = manager.announcement else { return .nothingKnown() }
        return PeerSight(
            peers: announcement.peers, services: announcement.services, partner: partner,
            service: service.name, managerRun: manager.startedAt.nanosecondsSinceBoot,
            pulseAge: node.clock(now) - manager.pulse)
    }

    private func heardDirectly(
        _ node: SimulatedNode, _ service: ServiceDefinition, _ partner: String
    )
        -> [ServiceState]
    {
        node.links.compactMap { link in
            guard !link.isSender, link.line.node == partner, link.isAlive, let beatAt = link.beatAt,
                node.clock(now) - beatAt < link.line.timeout,
                let beat = link.decodedNews(node.layout)
            else { return nil }
            let state = beat.services.first { $0.name == service.name }?.state
            return state == .unknown ? nil : state
        }
    }

    // MARK: - Effects

    /// Carries one effect out; the time that it takes, nil for none.
    private func carryOut(_ effect: ActionEffect, _ node: SimulatedNode, _ action: SimulatedAction)
        -> Duration?
    {
        let service = action.service
        switch effect {
        case .record(let phase):
            node.disk.records[service] = LockRecord(boot: node.boot, phase: phase)
            return .microseconds(30)
        case .write(let state):
            guard node.diskFaults == 0 else {
                step(node, action, .failed("write: Input/output error"))
                return nil
            }
            if state == .starting { judgeNotice(node, action) }
            write(state, service, node)
            return node.syncTime(&processDice)
        case .writePeer(let state):
            node.disk.peerStates[service] = state
            node.disk.syncPeerState(service)
            node.manager?.notePeerFile(service)
            return node.syncTime(&processDice)
        case .recordRunner:
            let heard = node.manager?.announcement?.entries.first {
                $0.name == services[service].name
            }
            let number = StartNumber.next(
                own: node.disk.runners[service]?.number, heard: heard?.note?.lastRun?.number)
            node.disk.runners[service] = (node.index, number)
            return node.syncTime(&processDice)
        case .run(let script):
            run(script, node, action)
            return nil
        case .signal(let isKill):
            signal(node, action, isKill: isKill)
            return nil
        case .ask(let about, let at):
            action.question = (about, at)
            return nil
        case .log(_, let text), .print(let text), .complain(let text):
            witness.said(text, service, node.index, at: now)
            trace("\(node.name) \(services[service].name) \(action.request.rawValue): \(text)")
            return nil
        case .finish(let code):
            witness.ended(action, node, exitCode: code, at: now)
            end(node, action, exitCode: code)
            return nil
        }
    }

    /// The process is gone, and its lock with it.
    private func end(_ node: SimulatedNode, _ action: SimulatedAction, exitCode: Int32) {
        trace(
            "\(node.name) \(services[action.service].name) \(action.request.rawValue): exit \(exitCode)"
        )
        leave(node, action)
    }

    private func leave(_ node: SimulatedNode, _ action: SimulatedAction) {
        node.actions.removeAll { $0 === action }
        action.token += 1
        if node.locks[action.service] == action.number { node.locks[action.service] = nil }
        guard let manager = node.manager else { return }
        manager.noteOwn(action.service)
        if case .manager(let run) = action.parent, run == manager.run {
            manager.ended.append(action.service)
        }
        wakeManager(node, in: .microseconds(200))
    }

    func killAction(_ node: SimulatedNode, _ action: SimulatedAction) {
        trace("\(node.name) \(services[action.service].name) \(action.request.rawValue) is killed")
        witness.killed(action, node.index, at: now)
        leave(node, action)
    }

    // MARK: - Scripts

    private func run(_ script: ActionScript, _ node: SimulatedNode, _ action: SimulatedAction) {
        let service = action.service
        if script != .stop, node.clock(now) - action.lastLook > action.times.stallLimit {
            return step(node, action, .cameTooLate)
        }
        let pid = node.newPid()
        node.disk.records[service] = LockRecord(
            boot: node.boot, phase: script.phase, session: pid)
        let (time, end) = behaviour(script, service)
        let run = SimulatedScript(
            pid: pid, service: service, script: script, action: action.number, endsAt: now + time,
            end: end)
        run.ignoresTerm = scriptDice.once(in: 5)
        witness.scriptBegan(run, action, node, at: now)
        judgeWord(script, node, action)
        traceRace()
        if script == .start, node.manager != nil {
            witness.expectClaim(saidBySenders(of: node, service), service, node.index, at: now)
        }
        node.scripts.append(run)
        tally.scriptRuns += script == .check ? 0 : 1
        action.script = pid
        trace("\(node.name) runs the \(script.phase.rawValue) script of \(services[service].name)")
        plan(Event(.scriptEnd, node, Int(pid)), in: time)
    }

    func behaviour(_ script: ActionScript, _ service: Int) -> (Duration, CalloutEnd) {
        let scripts = plan.scripts[service]
        let upset = media.upsets[service]
        let mean =
            script == .check
            ? scripts.checkTime : script == .start ? scripts.startTime : scripts.stopTime
        var time = mean / 2 + scriptDice.exponential(mean: mean / 2)
        if upset.hangs.contains(script) { time = .seconds(100_000) }
        if upset.slow.contains(script) { time += .seconds(20) }
        let fails = upset.fails.contains(script) || (script == .check && scripts.check == .forbids)
        return (time, .exited(fails ? 1 : 0))
    }

    private func signal(_ node: SimulatedNode, _ action: SimulatedAction, isKill: Bool) {
        guard let script = node.scripts.first(where: { $0.pid == action.script }),
            isKill || !script.ignoresTerm
        else { return }
        endScript(node, script, .killed(signal: isKill ? 9 : 15))
    }

    func scriptEnds(_ node: SimulatedNode, _ event: Event) {
        guard let script = node.scripts.first(where: { $0.pid == event.index }) else { return }
        guard script.endsAt <= now else { return queue.add(event, at: script.endsAt) }
        endScript(node, script, script.end)
    }

    /// It ends; whoever waits for it hears of it, else nmond does.
    func endScript(_ node: SimulatedNode, _ script: SimulatedScript, _ end: CalloutEnd) {
        node.scripts.removeAll { $0 === script }
        let isGood = end == .exited(0)
        if let programs = node.legacy {
            return endLegacyScript(node, programs, script, isGood: isGood)
        }
        trace(
            "\(node.name) the \(script.script.phase.rawValue) script of \(services[script.service].name) "
                + (isGood ? "ends" : "fails"))
        witness.scriptEnded(script, node, isGood: isGood, at: now)
        if script.script == .check, isGood { fence(node, script.service) }
        if let action = node.action(script.action), action.script == script.pid {
            action.script = nil
            let delay = max(action.frozenUntil - now, .zero) + .microseconds(100)
            let life = node.life
            after(delay) { cluster in
                guard node.life == life, let action = node.action(action.number) else { return }
                cluster.deliver(end, to: action, on: node)
            }
        } else {
            node.manager?.noteOwn(script.service)
            wakeManager(node, in: .microseconds(300))
        }
    }

    private func deliver(_ end: CalloutEnd, to action: SimulatedAction, on node: SimulatedNode) {
        guard node.pausedUntil <= now else {
            return after(node.pausedUntil - now) { $0.deliver(end, to: action, on: node) }
        }
        guard node.action(action.number) != nil else { return }
        step(node, action, .ended(end))
    }

    /// A check script that fences takes the partner's power before it says yes.
    func fence(_ node: SimulatedNode, _ service: Int) {
        guard plan.scripts[service].check == .fences, node.disk.peerStates[service] == .unknown,
            let name = services[service].partner(of: node.name),
            let partner = nodes.first(where: { $0.name == name }), partner.isUp
        else { return }
        tally.fenced += 1
        powerOff(partner)
        after(.seconds(20)) { $0.boot(partner) }
    }
}

extension SimulatedAction {
    var isOperators: Bool {
        switch parent {
        case .anOperator: true
        case .manager: false
        }
    }
}
