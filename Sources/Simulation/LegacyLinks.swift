// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

// heartd and heartc of the C program, datagrams and slots (specification, 6.1 to 6.5).
extension SimulatedCluster {
    /// Everything that happens on a node that runs the C program.
    func handle(_ event: Event, on node: SimulatedNode, running programs: LegacyPrograms) {
        let index = Int(event.index)
        switch event.kind {
        case .beat: legacyBeat(node, programs, event)
        case .datagram: legacyReceive(node, programs, event)
        case .look:
            if lines[index].kind.isDisk {
                legacyRead(node, programs, event)
            } else {
                legacyAlarm(node, programs, event)
            }
        case .spawnLink: startLegacyLink(node, programs, index)
        case .spawnManager: startLegacyManager(node, programs)
        case .manage: legacyPass(node, programs, event)
        case .carryOut: legacyTurn(node, programs, event)
        case .scriptEnd: scriptEnds(node, event)
        case .news, .guardLook, .spawnGuard, .writePeer, .writeRun, .askLock, .answer: break
        case .errand: preconditionFailure("an errand belongs to no node")
        }
    }

    private func startLegacyLink(
        _ node: SimulatedNode, _ programs: LegacyPrograms, _ index: Int
    ) {
        let link = node.links[index]
        guard !link.isAlive else { return }
        link.start(pid: node.newPid(), at: node.clock(now))
        link.judge = nil
        link.watch = nil
        trace("\(node.name) starts C \(link.line.columns.joined(separator: " "))")
        guard !link.isSender else {
            return plan(Event(.beat, node, index, token: link.run), in: .zero)
        }
        // It says "down" at once, and starts with an empty structure.
        let wasHeard = programs.receivers[index].wasHeard
        programs.receivers[index] = LegacyReceiver(layout: node.layout)
        programs.receivers[index].wasHeard = wasHeard
        if link.line.kind.isDisk {
            plan(Event(.look, node, index, token: link.run), in: .zero)
        } else {
            setAlarm(node, programs, index)
        }
    }

    // MARK: - Senders

    private func legacyBeat(_ node: SimulatedNode, _ programs: LegacyPrograms, _ event: Event) {
        let index = Int(event.index)
        let link = node.links[index]
        guard link.isAlive, link.run == event.token else { return }
        guard link.frozenUntil <= now else { return queue.add(event, at: link.frozenUntil) }
        if link.frame == nil || programs.said[index] != node.disk.states {
            programs.said[index] = node.disk.states
            link.frame = legacyFrame(node, link)
        }
        let elapsed = UInt32(truncatingIfNeeded: node.wallClock(now))
        link.frame!.stamp(elapsed: elapsed, beat: 0)
        legacySend(node, link, index)
        // Sleeps a second after each beat, however long that took.
        plan(event, in: .seconds(1) + processDice.between(.milliseconds(1), .milliseconds(6)))
    }

    private func legacyFrame(_ node: SimulatedNode, _ link: SimulatedLink) -> Frame {
        let entries = services.indices.filter { isOurs($0, node) }.map { service in
            let unreadable: Int32 = node.layout == .a && link.line.kind != .dio ? 255 : 8
            let number = node.disk.states[service].map { Int32($0.rawValue) } ?? unreadable
            return ServiceEntry(name: services[service].name, number: number)
        }
        let said = link.line.heartbeat(
            saying: Heartbeat(node: node.name, services: entries), node: node.name,
            hostID: UInt32(node.index), pid: link.pid!, managerAbsent: false, sendsTrailer: false)
        guard let frame = try? Frame(said, layout: node.layout, room: node.layout.size) else {
            preconditionFailure("a plan's services fit its layout")
        }
        return frame
    }

    private func legacySend(_ node: SimulatedNode, _ link: SimulatedLink, _ index: Int) {
        media.beats[index] += 1
        let truth = media.beats[index]
        let bytes = link.frame!.bytes
        if truth & 15 == 0 { media.keep(bytes, index) }
        tally.beats += 1
        witness.legacy.spoke(line: index, node: node.index, truth, node.disk.states)
        switch link.line.kind {
        case .net, .unicast:
            for listener in nodes where listener !== node {
                transmit(bytes, index, listener, truth: truth)
            }
        case .dio:
            if let ends = link.writeEnds, ends > now { return }
            writeSlot(node, link, index, bytes, truth: truth)
        case .disk:
            // Buffered: what is written now reaches the disk in the next cycle.
            let before = link.previous
            link.previous = bytes
            if let ends = link.writeEnds, ends > now { return }
            if let before { writeSlot(node, link, index, before, truth: truth - 1) }
        }
    }

    // MARK: - Receivers of datagrams

    private func legacyReceive(_ node: SimulatedNode, _ programs: LegacyPrograms, _ event: Event) {
        let line = media.line(of: Int(event.index))
        let link = node.links[line]
        guard !link.isAlive || link.frozenUntil <= now else {
            return queue.add(event, at: link.frozenUntil)
        }
        let message = media.take(Int(event.index))
        guard link.isAlive else { return }
        if let truth = message.truth { noteArrival(line, node, truth: truth, at: now) }
        overlay(message.bytes, programs, line, node)
        store(node, programs, line, truth: message.truth)
        let receiver = programs.receivers[line]
        // The first beat after a silence leaves no alarm behind (B11).
        programs.receivers[line].isArmed = receiver.isUp || receiver.isArmed
        programs.receivers[line].isUp = true
        programs.receivers[line].wasHeard = true
        setAlarm(node, programs, line)
    }

    private func setAlarm(_ node: SimulatedNode, _ programs: LegacyPrograms, _ index: Int) {
        guard programs.receivers[index].isArmed else { return }
        let at = now + lines[index].timeout
        programs.receivers[index].alarmAt = at
        // One event at a time: it looks whether the alarm was moved.
        guard programs.receivers[index].alarmPlannedAt == nil else { return }
        programs.receivers[index].alarmPlannedAt = at
        queue.add(Event(.look, node, index, token: node.links[index].run), at: at)
    }

    private func legacyAlarm(_ node: SimulatedNode, _ programs: LegacyPrograms, _ event: Event) {
        let index = Int(event.index)
        let link = node.links[index]
        guard link.isAlive, link.run == event.token else { return }
        guard link.frozenUntil <= now else { return queue.add(event, at: link.frozenUntil) }
        programs.receivers[index].alarmPlannedAt = nil
        guard let at = programs.receivers[index].alarmAt else { return }
        guard at <= now else {
            programs.receivers[index].alarmPlannedAt = at
            return queue.add(event, at: at)
        }
        if programs.receivers[index].isUp { trace("\(node.name) C: peer on line \(index) down") }
        programs.receivers[index].isUp = false
        programs.receivers[index].alarmAt = nil
        programs.receivers[index].isArmed = false
    }

    // MARK: - Receivers of slots

    /// Reads the slot, and sleeps for the timeout.
    private func legacyRead(_ node: SimulatedNode, _ programs: LegacyPrograms, _ event: Event) {
        let index = Int(event.index)
        let link = node.links[index]
        guard link.isAlive, link.run == event.token else { return }
        guard link.frozenUntil <= now else { return queue.add(event, at: link.frozenUntil) }
        plan(event, in: lines[index].timeout + .milliseconds(1))
        let path = media.path(index, node.index)
        // An error leaves the link as it was.
        guard path.cuts == 0, path.readErrors == 0 else { return }
        let slot = media.slots[index]
        let isOld = slot.visibleAt > now || path.staleReads > 0
        let size = node.layout.slotBlocks * 512
        let bytes = (isOld ? slot.before : slot.bytes).prefix(size)
        let zeros = Array(repeating: UInt8(0), count: size - bytes.count)
        overlay(bytes + zeros, programs, index, node)
        let elapsed = LegacyFrame(bytes: programs.receivers[index].buffer, layout: node.layout)
            .elapsed
        let before = programs.receivers[index].elapsed
        guard elapsed != before || before == 0 else {
            programs.receivers[index].isUp = false
            return
        }
        programs.receivers[index].elapsed = elapsed
        programs.receivers[index].isUp = true
        programs.receivers[index].wasHeard = true
        store(node, programs, index, truth: isOld ? slot.truthBefore : slot.truth)
    }

    // MARK: - States

    /// A longer beat is cut, a shorter one leaves the rest of the last one in place.
    private func overlay(
        _ bytes: some Collection<UInt8>, _ programs: LegacyPrograms, _ index: Int,
        _ node: SimulatedNode
    ) {
        let size = min(bytes.count, node.layout.size)
        let unchanging = min(size, node.layout.tailOffset)
        let old = programs.receivers[index].buffer
        let isSame =
            programs.receivers[index].sender != nil
            && old[..<unchanging].elementsEqual(bytes.prefix(unchanging))
        programs.receivers[index].buffer.replaceSubrange(..<size, with: bytes.prefix(size))
        guard !isSame else { return }
        let frame = LegacyFrame(bytes: programs.receivers[index].buffer, layout: node.layout)
        programs.receivers[index].sender = frame.node
        programs.receivers[index].entries = frame.entries.compactMap { entry in
            serviceIndex[entry.name].map { LegacyEntry(service: $0, state: entry.state) }
        }
    }

    /// Writes every state of a beat into the files of the node that it names, whichever that is.
    private func store(
        _ node: SimulatedNode, _ programs: LegacyPrograms, _ index: Int, truth: Int64?
    ) {
        let receiver = programs.receivers[index]
        let isTrue = truth.map { $0 > receiver.lastTruth } ?? false
        if let truth { programs.receivers[index].lastTruth = max(truth, receiver.lastTruth) }
        let origin: LegacySource.Origin =
            isTrue ? .beat(line: index) : lines[index].kind.isDisk ? .oldSlot : .forgery
        for entry in receiver.entries {
            let partner = services[entry.service].partner(of: node.name)
            if receiver.sender == node.name, partner != nil {
                legacyWrite(entry.state, entry.service, node, isForged: true)
            } else if let partner, receiver.sender == partner {
                legacyStore(entry.state, of: entry.service, node, programs, from: origin)
            }
        }
    }

    func legacyStore(
        _ state: ServiceState, of service: Int, _ node: SimulatedNode, _ programs: LegacyPrograms,
        from origin: LegacySource.Origin
    ) {
        programs.sources[service].origin = origin
        switch origin {
        case .forgery, .oldSlot: programs.sources[service].upset = (origin, now)
        case .nothing, .beat, .silence: break
        }
        guard node.disk.peerStates[service] != state else { return }
        trace("\(node.name) C takes \(services[service].name) for \(state.name) on its partner")
        programs.sources[service].changes += 1
        node.disk.peerStates[service] = state
    }

    func legacyWrite(
        _ state: ServiceState, _ service: Int, _ node: SimulatedNode, isForged: Bool = false
    ) {
        guard node.disk.states[service] != state else { return }
        trace("\(node.name) C \(services[service].name) \(state.name)")
        node.disk.states[service] = state
        witness.legacyWrote(state, service, node.index, isForged: isForged, at: now)
    }
}
