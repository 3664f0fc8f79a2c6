// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

// The launcher, nmond and the commands of the C program (specification, 4.3, 4.4, 4.6).
extension SimulatedCluster {
    // MARK: - Launcher

    /// The launcher's `start`: every service that is not frozen is STOPPED on paper (R11), then the
    /// links, two seconds, nmond.
    func launchLegacy(_ node: SimulatedNode) {
        node.isLaunched = true
        for service in services.indices where isOurs(service, node) {
            guard node.disk.states[service] != .frozenStop else { continue }
            let freezes =
                plan.tunables.freezeSecondaryOnStart && services[service].primary != node.name
            legacyWrite(freezes ? .frozenStop : .stopped, service, node)
        }
        startMissingLegacyPrograms(node)
    }

    /// What a person does who finds processes missing: starts them by hand, one by one.
    func startMissingLegacyPrograms(_ node: SimulatedNode) {
        for index in node.links.indices where !node.links[index].isAlive {
            let delay = processDice.between(.milliseconds(5), .milliseconds(150))
            plan(Event(.spawnLink, node, index), in: delay)
        }
        plan(Event(.spawnManager, node, 0), in: .seconds(2) + .milliseconds(200))
    }

    func startLegacyManager(_ node: SimulatedNode, _ programs: LegacyPrograms) {
        guard programs.manager == nil else { return }
        let manager = LegacyManager(run: node.newPid())
        programs.manager = manager
        trace("\(node.name) C nmond starts")
        plan(Event(.manage, node, Int(manager.run)), in: .milliseconds(5))
    }

    /// Nobody brings it back; the scripts that it waited for go on without it (R13).
    func killLegacyManager(_ node: SimulatedNode, _ programs: LegacyPrograms) {
        guard programs.manager != nil else { return }
        trace("\(node.name) C nmond is killed")
        programs.manager = nil
        programs.runs.removeAll { !$0.isOperators }
    }

    // MARK: - Passes

    func legacyPass(_ node: SimulatedNode, _ programs: LegacyPrograms, _ event: Event) {
        guard let manager = programs.manager, manager.run == event.index else { return }
        guard manager.frozenUntil <= now else { return queue.add(event, at: manager.frozenUntil) }
        judgePeers(node, programs)
        manager.todo = services.indices.filter { isOurs($0, node) }
        goOn(node, programs, manager)
    }

    /// A peer without any link that says "up" is down at once, also when it was never heard (R7).
    private func judgePeers(_ node: SimulatedNode, _ programs: LegacyPrograms) {
        for peer in nodes where peer !== node {
            let theirs = lines.indices.filter { sender[$0] == peer.index }
            guard !theirs.contains(where: { programs.receivers[$0].isUp }) else { continue }
            let wasHeard = theirs.contains { programs.receivers[$0].wasHeard }
            for service in services.indices
            where services[service].partner(of: node.name) == peer.name
                && node.disk.peerStates[service] != .unknown
            {
                legacyStore(
                    .unknown, of: service, node, programs, from: .silence(wasHeard: wasHeard))
            }
        }
    }

    /// The rest of a pass; the next one comes two seconds after the last procedure has ended.
    private func goOn(
        _ node: SimulatedNode, _ programs: LegacyPrograms, _ manager: LegacyManager
    ) {
        while !manager.todo.isEmpty, !programs.isFirstEra || manager.active == 0 {
            let service = manager.todo.removeFirst()
            let own = node.disk.states[service]
            // The first era makes nothing of a file that it cannot read.
            guard own == .stopped || (own == nil && !programs.isFirstEra) || own == .unknown,
                legacyPeer(service, node).leavesServiceFree
            else { continue }
            manager.active += 1
            beginLegacy(.start, service, node, programs, isOperators: false)
        }
        guard manager.active == 0 else { return }
        plan(Event(.manage, node, Int(manager.run)), in: .seconds(2) + .milliseconds(2))
    }

    func legacyPeer(_ service: Int, _ node: SimulatedNode) -> ServiceState {
        node.disk.peerStates[service] ?? .unknown
    }

    /// One of nmond's procedures has ended.
    func legacyRunEnded(_ node: SimulatedNode, _ programs: LegacyPrograms, _ run: LegacyRun) {
        programs.runs.removeAll { $0 === run }
        guard !run.isOperators, let manager = programs.manager else { return }
        manager.active -= 1
        if programs.isFirstEra || manager.active == 0 { goOn(node, programs, manager) }
    }

    // MARK: - Commands

    /// `service -A SVC ACTION` by the table 4.6: nothing is locked, and nothing is looked at twice.
    func legacyCommand(
        _ request: ActionRequest, _ service: Int, _ node: SimulatedNode,
        _ programs: LegacyPrograms
    ) {
        guard node.isUp, isOurs(service, node) else { return }
        let own = node.disk.states[service] ?? .unknown
        trace("\(node.name) operator: C \(services[service].name) \(request.rawValue)")
        witness.noteCause(of: service, at: now)
        switch (request, own) {
        case (.stop, .started), (.stop, .unknown), (.freezeStop, .started):
            beginLegacy(request, service, node, programs, isOperators: true)
        case (.start, .stopped), (.start, .unknown), (.freezeStart, .stopped):
            guard legacyPeer(service, node).leavesServiceFree else { return }
            beginLegacy(request, service, node, programs, isOperators: true)
        case (.freezeStop, .stopped), (.freezeStop, .startFailed), (.freezeStop, .stopFailed):
            legacyWrite(.frozenStop, service, node)
            witness.legacyReleased(service, node.index)
        case (.freezeStart, .started): legacyWrite(.startReady, service, node)
        case (.unfreeze, .frozenStop): legacyWrite(.stopped, service, node)
        case (.unfreeze, .startReady): legacyWrite(.started, service, node)
        case (.forceStop, _):
            legacyWrite(.stopped, service, node)
            witness.legacyReleased(service, node.index)
        case (.forceStart, _):
            legacyWrite(.started, service, node)
            witness.legacyForced(service, node.index, at: now)
        case (.stop, _), (.start, _), (.freezeStop, _), (.freezeStart, _), (.unfreeze, _),
            (.resolve, _):
            trace("\(node.name) C \(services[service].name) \(request.rawValue): refused")
        }
    }

    /// An administrator's way out of what the C program leaves behind for ever.
    func repairLegacy(_ node: SimulatedNode, _ programs: LegacyPrograms, _ service: Int) {
        let isAlone = !programs.runs.contains { $0.service == service }
        switch node.disk.states[service] {
        case .stopping, .starting, .unknown, .forceStop:
            if isAlone, node.script(of: service) == nil {
                legacyCommand(.forceStop, service, node, programs)
            }
        case .started, .startReady:
            // It says so and it is not so, or a dead nmond's grace period.
            if isAlone, !witness.isHeld(service, node.index) {
                legacyCommand(.forceStop, service, node, programs)
            }
        case .stopped, .startFailed, .stopFailed, .frozenStop, nil: break
        }
    }
}
