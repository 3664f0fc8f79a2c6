// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

// nmond and those who guard it: what `ManagerLoop` does around the shipped `Manager`.
extension SimulatedCluster {
    func startManager(_ node: SimulatedNode) {
        guard node.manager == nil else { return }
        let definitions = parsedServices(node)
        let clock = node.clock(now)
        let core = Manager(
            node: node.name, boot: node.boot, links: lines.map(ManagedLink.init),
            services: definitions.map(ManagedService.init), sendsTrailer: node.sendsTrailer,
            at: clock)
        let pid = node.newPid()
        let manager = SimulatedManager(
            core: core, pid: pid, run: pid, startedAt: clock, links: lines.count,
            definitions: definitions)
        node.manager = manager
        trace("\(node.name) nmond starts")
        witness.managerStarted(node.index, at: now)
        for service in services.indices where isOurs(service, node) {
            manager.noteOwn(service)
            manager.notePeerFile(service)
        }
        wakeManager(node, in: .zero)
        if !node.isGuardAlive { plan(Event(.spawnGuard, node, 0), in: .milliseconds(50)) }
    }

    func startGuard(_ node: SimulatedNode) {
        guard !node.isGuardAlive else { return }
        node.isGuardAlive = true
        if node.manager == nil, node.isLaunched {
            plan(Event(.spawnManager, node, 0), in: .milliseconds(100))
        }
    }

    /// Killed: its guard, or a sender that misses both, brings it back.
    func killManager(_ node: SimulatedNode, withGuard: Bool) {
        if let programs = node.legacy { return killLegacyManager(node, programs) }
        guard node.manager != nil else { return }
        trace("\(node.name) nmond is killed\(withGuard ? ", and its guard" : "")")
        node.manager = nil
        if withGuard { node.isGuardAlive = false }
        for (index, link) in node.links.enumerated() where link.isSender && link.isAlive {
            plan(Event(.news, node, index, token: link.run), in: .microseconds(100))
        }
        if node.isGuardAlive {
            let delay = processDice.between(.milliseconds(20), .milliseconds(700))
            plan(Event(.spawnManager, node, 0), in: delay)
        } else if node.links.contains(where: { $0.isSender && $0.isAlive }) {
            plan(Event(.spawnGuard, node, 0), in: .seconds(5) + .milliseconds(500))
        }
    }

    func freezeManager(_ node: SimulatedNode, for duration: Duration) {
        if let manager = node.legacy?.manager { manager.frozenUntil = now + duration }
        guard let manager = node.manager, manager.frozenUntil <= now else { return }
        trace("\(node.name) nmond is frozen for \(duration.text)")
        manager.frozenUntil = now + duration
        node.standstill = StandstillWatch()
        plan(
            Event(.guardLook, node, 0, token: manager.run),
            in: processDice.between(.zero, .seconds(2)))
    }

    /// The guard feels the pulse of one that stands still.
    func guardLooks(_ node: SimulatedNode) {
        guard let manager = node.manager, node.isGuardAlive, manager.frozenUntil > now else {
            return
        }
        if node.standstill.look(at: manager.pulse) {
            killManager(node, withGuard: false)
        } else {
            plan(Event(.guardLook, node, 0, token: manager.run), in: StandstillWatch.interval)
        }
    }

    // MARK: - The loop

    /// Plans a round, unless one is planned that comes sooner.
    func wakeManager(_ node: SimulatedNode, in delay: Duration) {
        guard let manager = node.manager else { return }
        let at = now + delay
        if let planned = manager.wakeAt, planned <= at { return }
        manager.wakeAt = at
        manager.wakeToken += 1
        queue.add(Event(.manage, node, Int(manager.run), token: manager.wakeToken), at: at)
    }

    func manage(_ node: SimulatedNode, _ event: Event) {
        guard let manager = node.manager, manager.run == event.index,
            manager.wakeToken == event.token
        else { return }
        guard manager.frozenUntil <= now else { return queue.add(event, at: manager.frozenUntil) }
        manager.wakeAt = nil
        let clock = node.clock(now)
        tellFacts(node, manager, clock)
        if let at = manager.reloadAt, now >= at { reload(node, manager, clock) }
        carryOut(manager.core.settle(at: clock), node, manager)
        manager.pulse = clock
        judgeUp(node, manager)
        startActions(node, manager)
        wakeManager(node, in: max(manager.core.deadline - clock, .microseconds(10)))
        if let at = manager.reloadAt { wakeManager(node, in: max(at - now, .microseconds(10))) }
        if !manager.queue.isEmpty { wakeManager(node, in: .microseconds(50)) }
    }

    private func tellFacts(_ node: SimulatedNode, _ manager: SimulatedManager, _ clock: Duration) {
        for service in manager.toRead {
            let reading = ownReading(node, service)
            manager.core.handle(.own(service: services[service].name, reading), at: clock)
        }
        manager.toRead.removeAll(keepingCapacity: true)
        for service in manager.peerFilesToRead {
            let state = node.disk.peerStates[service]
            manager.core.handle(.peerFile(service: services[service].name, state), at: clock)
        }
        manager.peerFilesToRead.removeAll(keepingCapacity: true)
        for service in manager.ended {
            manager.core.handle(.actionEnded(service: services[service].name), at: clock)
        }
        manager.ended.removeAll(keepingCapacity: true)
        for index in lines.indices {
            manager.core.handle(.link(index, reading(node, manager, index, clock)), at: clock)
        }
    }

    private func reading(
        _ node: SimulatedNode, _ manager: SimulatedManager, _ index: Int, _ clock: Duration
    ) -> LinkReading {
        let link = node.links[index]
        var reading = LinkReading(pid: link.pid)
        if !link.isSender {
            reading.beatAt = link.beatAt
            reading.otherLayoutAt = link.judge?.otherLayoutAt
        }
        guard link.isAlive else { return reading }
        reading.startedAt = link.startedAt
        // A receiver's loop runs at least every five quarters of an interval.
        reading.loopAt = link.isSender || link.frozenUntil > now ? link.loopAt : clock
        guard link.generation > 0, manager.seen[index] != (link.run, link.generation) else {
            return reading
        }
        manager.seen[index] = (link.run, link.generation)
        if let heartbeat = link.decodedNews(node.layout),
            heartbeat.node == link.line.node
        {
            reading.news = heartbeat
            manager.words[index] = link.word
        }
        return reading
    }

    /// State, lock and record of a service of this node, as nmond and its commands find them.
    func ownReading(_ node: SimulatedNode, _ service: Int) -> OwnReading {
        var reading = OwnReading(state: node.disk.states[service])
        let record = node.disk.records[service].flatMap { $0.boot == node.boot ? $0 : nil }
        if let holder = node.locks[service] {
            reading.hold = .action(holder)
        } else if let session = record?.session, node.scripts.contains(where: { $0.pid == session })
        {
            reading.hold = .callout(session)
        }
        reading.isInGracePeriod = record?.phase == .grace
        reading.lastRun = node.disk.runners[service].map {
            LastRun(onSender: $0.node == node.index, number: $0.number)
        }
        return reading
    }

    // MARK: - Effects

    private func carryOut(
        _ effects: [ManagerEffect], _ node: SimulatedNode, _ manager: SimulatedManager
    ) {
        for effect in effects {
            switch effect {
            case .publish(let announcement, let ring):
                judge(announcement, node, manager)
                manager.announcement = announcement
                manager.announcements += 1
                if ring { ringSenders(node) }
            case .writePeerState(let name, _, let state):
                guard let service = serviceIndex[name] else { continue }
                trace("\(node.name) takes \(name) for \(state.name) on its partner")
                node.peerWrites[service] = state
                let delay = processDice.exponential(mean: .milliseconds(4))
                plan(Event(.writePeer, node, service), in: delay)
            case .recordRun(let name, let runner, let number):
                guard let service = serviceIndex[name],
                    let index = nodes.firstIndex(where: { $0.name == runner })
                else { continue }
                node.runWrites[service] = (index, number)
                plan(Event(.writeRun, node, service), in: .milliseconds(3))
            case .act(let name, let act):
                guard let service = serviceIndex[name] else { continue }
                manager.queue.append((service, act))
            case .startLink(let index):
                let delay = processDice.between(.milliseconds(3), .milliseconds(60))
                plan(Event(.spawnLink, node, index), in: delay)
            case .killLink(let index, let pid):
                guard node.links[index].pid == pid else { continue }
                endLink(node, index)
            case .log(let severity, let text):
                witness.logged(severity, text, node.index, at: now)
                trace("\(node.name) nmond: \(text)")
            }
        }
    }

    private func ringSenders(_ node: SimulatedNode) {
        for (index, link) in node.links.enumerated() where link.isSender && link.isAlive {
            plan(Event(.news, node, index, token: link.run), in: .microseconds(60))
        }
    }

    /// Not all at once, as nmond does it.
    private func startActions(_ node: SimulatedNode, _ manager: SimulatedManager) {
        let due = manager.queue.prefix(4)
        manager.queue.removeFirst(due.count)
        for (service, act) in due {
            begin(act == .start ? .start : .resolve, service, node, by: .manager(run: manager.run))
        }
    }

    func writePeer(_ node: SimulatedNode, _ service: Int) {
        guard let state = node.peerWrites[service] else { return }
        node.peerWrites[service] = nil
        node.disk.peerStates[service] = state
        node.manager?.notePeerFile(service)
        wakeManager(node, in: .microseconds(200))
    }

    func writeRun(_ node: SimulatedNode, _ service: Int) {
        guard let run = node.runWrites[service] else { return }
        node.runWrites[service] = nil
        if run.number > node.disk.runners[service]?.number ?? 0 { node.disk.runners[service] = run }
    }

    // MARK: - The services file

    func parsedServices(_ node: SimulatedNode) -> [ServiceDefinition] {
        ServicesFile.parse(node.disk.servicesText ?? [], file: "services").value.services
    }

    func isOurs(_ service: Int, _ node: SimulatedNode) -> Bool {
        services[service].role(of: node.name) != nil
    }

    /// Somebody edited the services file, or took it away.
    func edit(_ node: SimulatedNode, services text: [UInt8]?) {
        node.disk.servicesText = text
        node.servicesEditedAt = now
        node.manager?.reloadAt = now + .milliseconds(100)
        wakeManager(node, in: .milliseconds(100))
    }

    /// What its services file says about a service lets nmond act on it, or was so a moment ago (S10).
    func isConfigured(_ service: Int, _ node: SimulatedNode) -> Bool {
        guard let text = node.disk.servicesText, now - node.servicesEditedAt > .seconds(1) else {
            return true
        }
        guard text != Array(plan.services.utf8) else { return true }
        return parsedServices(node).contains { $0.isSamePair(as: services[service]) }
    }

    private func reload(_ node: SimulatedNode, _ manager: SimulatedManager, _ clock: Duration) {
        manager.reloadAt = nil
        // One that cannot be read leaves the last good version in force.
        guard node.disk.servicesText != nil else { return }
        let definitions = parsedServices(node)
        guard definitions != manager.definitions else { return }
        manager.definitions = definitions
        trace("\(node.name) nmond takes over a services file of \(definitions.count) services")
        manager.core.handle(.configuration(definitions.map(ManagedService.init)), at: clock)
        for service in services.indices where isOurs(service, node) {
            manager.noteOwn(service)
            manager.notePeerFile(service)
        }
        tellFacts(node, manager, clock)
    }
}

extension ServiceDefinition {
    fileprivate func isSamePair(as other: ServiceDefinition) -> Bool {
        name == other.name && primary == other.primary && secondary == other.secondary
    }
}

extension ManagedLink {
    fileprivate init(_ line: MonitorLine) {
        self.init(
            key: line.keyName, node: line.node, kind: line.kind, linkID: line.linkID,
            timeout: line.timeout, interval: line.interval)
    }
}

extension ManagedService {
    fileprivate init(_ service: ServiceDefinition) {
        self.init(name: service.name, primary: service.primary, secondary: service.secondary)
    }
}
