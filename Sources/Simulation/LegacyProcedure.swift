// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

// The start procedure of the C program and its scripts (specification, 4.5).
extension SimulatedCluster {
    func beginLegacy(
        _ request: ActionRequest, _ service: Int, _ node: SimulatedNode,
        _ programs: LegacyPrograms, isOperators: Bool
    ) {
        let run = LegacyRun(
            number: node.newPid(), service: service, request: request, isOperators: isOperators,
            began: now)
        if node.disk.states[service] == nil { run.blame(.ownUnreadable) }
        if programs.runs.contains(where: { $0.service == service }) { run.blame(.twice) }
        run.peerAtStart = legacyPeer(service, node)
        run.changesAtStart = programs.sources[service].changes
        programs.runs.append(run)
        // It has read the states; until it writes, others may write.
        next(.decided, of: run, node, in: processDice.between(.microseconds(50), .milliseconds(2)))
    }

    private func next(
        _ step: LegacyRun.Step, of run: LegacyRun, _ node: SimulatedNode, in delay: Duration
    ) {
        run.step = step
        run.token += 1
        plan(Event(.carryOut, node, Int(run.number), token: run.token), in: delay)
    }

    func legacyTurn(_ node: SimulatedNode, _ programs: LegacyPrograms, _ event: Event) {
        guard let run = programs.run(event.index), run.token == event.token else { return }
        if !run.isOperators, let manager = programs.manager, manager.frozenUntil > now {
            return queue.add(event, at: manager.frozenUntil)
        }
        switch run.step {
        case .decided: announce(node, programs, run)
        case .grace: graceEnds(node, programs, run)
        case .check:
            guard run.isScriptGood else { return fail(.startFailed, node, programs, run) }
            run.hasProof = true
            runLegacy(.start, node, programs, run)
        case .start:
            guard run.isScriptGood else { return fail(.startFailed, node, programs, run) }
            legacyWrite(.started, run.service, node)
            end(node, programs, run)
        case .stop:
            guard run.isScriptGood else { return fail(.stopFailed, node, programs, run) }
            legacyWrite(.stopped, run.service, node)
            guard run.request == .freezeStop else { return end(node, programs, run) }
            let delay = processDice.between(.microseconds(100), .milliseconds(5))
            next(.freeze, of: run, node, in: delay)
        case .freeze:
            legacyWrite(.frozenStop, run.service, node)
            end(node, programs, run)
        }
    }

    private func announce(_ node: SimulatedNode, _ programs: LegacyPrograms, _ run: LegacyRun) {
        guard run.request == .start || run.request == .freezeStart else {
            legacyWrite(.stopping, run.service, node)
            return runLegacy(.stop, node, programs, run)
        }
        if node.disk.states[run.service] == .frozenStop { run.blame(.passesZero) }
        legacyWrite(.startReady, run.service, node)
        next(.grace, of: run, node, in: .seconds(5))
    }

    private func graceEnds(_ node: SimulatedNode, _ programs: LegacyPrograms, _ run: LegacyRun) {
        let service = run.service
        let peer = legacyPeer(service, node)
        if node.disk.states[service] != .startReady {
            let isFrozen = node.disk.states[service] == .frozenStop
            run.blame(isFrozen ? .passesZero : .operatorIgnored)
        }
        if peer != run.peerAtStart {
            let isPrimary = services[service].primary == node.name
            let isTaken = peer == .starting || peer == .started
            guard isPrimary, programs.isFirstEra || !isTaken else {
                trace("\(node.name) C \(services[service].name): rolled back")
                legacyWrite(.stopped, service, node)
                return end(node, programs, run)
            }
            run.blame(isTaken ? .neverYields : .goesPast)
        } else if programs.sources[service].changes != run.changesAtStart {
            run.blame(.unseenChanges)
        }
        legacyWrite(.starting, service, node)
        runLegacy(.check, node, programs, run)
    }

    private func fail(
        _ state: ServiceState, _ node: SimulatedNode, _ programs: LegacyPrograms, _ run: LegacyRun
    ) {
        legacyWrite(state, run.service, node)
        end(node, programs, run)
    }

    private func end(_ node: SimulatedNode, _ programs: LegacyPrograms, _ run: LegacyRun) {
        // A rolled back freeze-start says "frozen started" though nothing runs.
        if run.request == .freezeStart, node.disk.states[run.service] != .startFailed {
            legacyWrite(.startReady, run.service, node)
        }
        if run.isOperators { witness.noteCause(of: run.service, at: now) }
        legacyRunEnded(node, programs, run)
    }

    // MARK: - Scripts

    private func runLegacy(
        _ script: ActionScript, _ node: SimulatedNode, _ programs: LegacyPrograms, _ run: LegacyRun
    ) {
        let (time, end) = behaviour(script, run.service)
        let process = SimulatedScript(
            pid: node.newPid(), service: run.service, script: script, action: run.number,
            endsAt: now + time, end: end)
        let name = services[run.service].name
        trace("\(node.name) C runs the \(script.phase.rawValue) script of \(name)")
        if script == .start { judgeLegacyStart(node, programs, run) }
        node.scripts.append(process)
        tally.scriptRuns += script == .check ? 0 : 1
        run.script = process.pid
        run.step = script == .check ? .check : script == .start ? .start : .stop
        run.token += 1
        plan(Event(.scriptEnd, node, Int(process.pid)), in: time)
    }

    /// It ends; whoever waits for it hears of it, if there is still somebody.
    func endLegacyScript(
        _ node: SimulatedNode, _ programs: LegacyPrograms, _ script: SimulatedScript, isGood: Bool
    ) {
        let name = services[script.service].name
        trace(
            "\(node.name) C the \(script.script.phase.rawValue) script of \(name) "
                + (isGood ? "ends" : "fails"))
        witness.legacyScriptEnded(script, node.index, isGood: isGood, at: now)
        if script.script == .check, isGood { fence(node, script.service) }
        guard let run = programs.run(script.action), run.script == script.pid else { return }
        run.script = nil
        run.isScriptGood = isGood
        next(run.step, of: run, node, in: .microseconds(200))
    }

    // MARK: - Whose fault it is

    private func judgeLegacyStart(
        _ node: SimulatedNode, _ programs: LegacyPrograms, _ run: LegacyRun
    ) {
        let service = services[run.service]
        guard let partner = nodes.first(where: { $0.name == service.partner(of: node.name) })
        else { return }
        let said = partner.legacy == nil ? saidBySenders(of: partner, run.service) : []
        witness.legacyStarts(
            run, node.index, said: said, race: run.race ?? race(node, programs, run, partner),
            at: now)
        traceRace()
    }

    /// What a node's senders say of a service: those that run and are in step with their nmond.
    func saidBySenders(of node: SimulatedNode, _ service: Int) -> [ServiceState?] {
        let name = services[service].name
        return node.links.compactMap { link in
            guard link.isSender, link.isAlive, link.frozenUntil <= now, link.frame != nil,
                let source = link.source
            else { return nil }
            return .some(source.services.first { $0.name == name }?.state)
        }
    }

    func traceRace() {
        guard let race = witness.legacy.lastRace else { return }
        trace("double run: \(race.rawValue)")
        witness.legacy.lastRace = nil
    }

    /// Which documented race let the C program think the service free.
    private func race(
        _ node: SimulatedNode, _ programs: LegacyPrograms, _ run: LegacyRun,
        _ partner: SimulatedNode
    ) -> LegacyRace? {
        if partner.layout != node.layout { return .otherLayout }
        let source = programs.sources[run.service]
        if !legacyPeer(run.service, node).leavesServiceFree { return .notLookedAgain }
        if case .silence(wasHeard: false) = source.origin { return .bootsBlind }
        if let upset = source.upset, now - upset.at < .seconds(30) {
            if case .oldSlot = upset.origin { return .oldSlot }
            return .forgery
        }
        let theirs = lines.indices.filter { sender[$0] == partner.index }
        if theirs.contains(where: { !node.links[$0].isAlive || node.links[$0].frozenUntil > now }) {
            return .deadReceiver
        }
        guard case .beat(let line) = source.origin, lines[line].kind.isDisk else { return nil }
        return .slowDisks
    }
}
