// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

// The link processes: what `LinkSender` and `LinkReceiver` do around the shipped decisions.
extension SimulatedCluster {
    func startLink(_ node: SimulatedNode, _ index: Int) {
        let link = node.links[index]
        guard !link.isAlive else { return }
        link.start(pid: node.newPid(), at: node.clock(now))
        trace("\(node.name) starts \(link.text)")
        if link.isSender {
            link.clock = BeatClock(interval: link.line.interval, start: node.clock(now))
            plan(Event(.beat, node, index, token: link.run), in: .zero)
        } else {
            link.judge = BeatJudge(
                layout: node.layout, peer: Array(link.line.node.utf8), own: Array(node.name.utf8),
                timeout: link.line.timeout, isSlot: link.line.kind.isDisk, at: node.clock(now))
            if link.line.kind.isDisk {
                link.watch = SlotWatch(interval: link.line.interval, start: node.clock(now))
                plan(Event(.look, node, index, token: link.run), in: .zero)
            }
        }
        wakeManager(node, in: .milliseconds(1))
    }

    func endLink(_ node: SimulatedNode, _ index: Int) {
        guard node.links[index].isAlive else { return }
        trace("\(node.name) \(node.links[index].text) ends")
        node.links[index].end()
        wakeManager(node, in: .microseconds(100))
    }

    /// Its process is stopped by a signal; what is to be done waits.
    func freezeLink(_ node: SimulatedNode, _ index: Int, for duration: Duration) {
        let link = node.links[index]
        guard link.isAlive, link.frozenUntil <= now else { return }
        trace("\(node.name) \(link.text) is frozen for \(duration.text)")
        link.loopAt = node.clock(now)
        link.frozenUntil = now + duration
    }

    // MARK: - Senders

    func beat(_ node: SimulatedNode, _ event: Event) {
        let link = node.links[Int(event.index)]
        guard link.isAlive, link.run == event.token else { return }
        guard link.frozenUntil <= now else { return queue.add(event, at: link.frozenUntil) }
        let clock = node.clock(now)
        link.loopAt = clock
        listenToManager(node, link)
        send(node, link, Int(event.index))
        plan(event, in: max(link.clock!.nextBeat - clock, .microseconds(1)))
    }

    /// nmond rang: something is new.
    func news(_ node: SimulatedNode, _ event: Event) {
        let link = node.links[Int(event.index)]
        guard link.isAlive, link.run == event.token else { return }
        guard link.frozenUntil <= now else { return queue.add(event, at: link.frozenUntil) }
        link.loopAt = node.clock(now)
        if listenToManager(node, link) { send(node, link, Int(event.index)) }
    }

    /// Takes what nmond published; true when the next beat says something new.
    @discardableResult
    private func listenToManager(_ node: SimulatedNode, _ link: SimulatedLink) -> Bool {
        let manager = node.manager
        if link.frame == nil, link.managerRun == nil, manager?.announcements ?? 0 == 0 {
            link.source = firstHeartbeat(node)
        } else if let manager, manager.announcements > 0 {
            // Nothing is copied while there is nothing new, which is nearly always.
            guard (manager.run, manager.announcements) != (link.managerRun, link.announcement),
                let announcement = manager.announcement
            else { return false }
            link.announcement = manager.announcements
            let isPresent = link.managerRun == manager.run
            link.managerRun = manager.run
            let heartbeat = Heartbeat(
                node: node.name, services: announcement.entries, trailer: announcement.trailer)
            guard heartbeat != link.source || !isPresent else { return false }
            link.source = heartbeat
        } else if link.managerRun != nil {
            // It is gone: on with the last states.
            link.managerRun = nil
            link.announcement = -1
        } else {
            return false
        }
        let said = link.line.heartbeat(
            saying: link.source!, node: node.name, hostID: UInt32(node.index),
            pid: link.pid!, managerAbsent: link.managerRun == nil,
            sendsTrailer: node.sendsTrailer)
        let room =
            link.line.kind.isDisk ? node.layout.slotLength(within: 64 * 512) : Frame.datagramRoom
        link.frame = try? Frame(said, layout: node.layout, room: room)
        precondition(link.frame != nil, "a plan's services fit its layout")
        return true
    }

    /// What a sender says that has not heard of an nmond (decision 17).
    private func firstHeartbeat(_ node: SimulatedNode) -> Heartbeat {
        let entries = parsedServices(node).compactMap { definition -> ServiceEntry? in
            guard definition.role(of: node.name) != nil,
                let service = serviceIndex[definition.name]
            else { return nil }
            let reading = ownReading(node, service)
            let state = reading.state ?? .unknown
            let meaning: StartReadyMeaning? =
                state == .startReady ? (reading.isInGracePeriod ? .gracePeriod : .frozenStart) : nil
            let note =
                meaning == nil && reading.lastRun == nil
                ? nil : ServiceNote(meaning: meaning, lastRun: reading.lastRun)
            return ServiceEntry(name: definition.name, state: state, note: note)
        }
        return Heartbeat(
            node: node.name, services: entries,
            trailer: Trailer(
                boot: node.boot, publication: node.clock(now).nanosecondsSinceBoot,
                managerAbsent: true))
    }

    private func send(_ node: SimulatedNode, _ link: SimulatedLink, _ index: Int) {
        let clock = node.clock(now)
        link.clock!.passed(clock)
        if let ends = link.writeEnds, ends > now { return }
        link.frame!.stamp(
            elapsed: link.clock!.elapsed(wallClock: node.wallClock(now), at: clock),
            beat: link.clock!.beatNumber(at: clock))
        media.beats[index] += 1
        let bytes = link.frame!.bytes
        if media.beats[index] & 15 == 0 { media.keep(bytes, index) }
        tally.beats += 1
        if link.line.kind.isDisk {
            writeSlot(node, link, index, bytes, truth: media.beats[index])
        } else {
            for listener in nodes where listener !== node {
                transmit(bytes, index, listener, truth: media.beats[index])
            }
        }
    }

    func writeSlot(
        _ node: SimulatedNode, _ link: SimulatedLink, _ index: Int, _ bytes: [UInt8], truth: Int64
    ) {
        let writing = media.writing[index]
        guard writing.hangs == 0 else {
            // It ends when the disk does again; until then no other is begun.
            link.writeEnds = now + .seconds(1)
            return
        }
        guard writing.errors == 0 else { return }
        let time = mediaDice.exponential(mean: writing.meanTime)
        link.writeEnds = now + time
        media.slots[index].write(bytes, truth: truth, at: now + time)
        // A listener of ours has it when it reads it; of a C program only the write is known.
        for listener in nodes where listener !== node && listener.legacy != nil {
            noteArrival(index, listener, truth: truth, at: now + time)
        }
    }

    func transmit(_ bytes: [UInt8], _ line: Int, _ listener: SimulatedNode, truth: Int64?) {
        let path = media.path(line, listener.index)
        guard path.cuts == 0, listener.isUp else { return }
        guard path.loss == 0 || !mediaDice.chance(path.loss) else {
            tally.lost += 1
            return
        }
        var bytes = bytes
        var truth = truth
        if path.corruption > 0, mediaDice.chance(path.corruption) {
            let sent = bytes
            damage(&bytes)
            if bytes != sent { truth = nil }
        }
        let copies = path.duplication > 0 && mediaDice.chance(path.duplication) ? 2 : 1
        if copies == 2 { tally.duplicated += 1 }
        for _ in 0..<copies {
            let number = media.add(.init(line: line, bytes: bytes, truth: truth))
            let delay = mediaDice.exponential(mean: path.meanDelay)
            plan(Event(.datagram, listener, number), in: delay)
        }
    }

    /// As a bad cable or a hostile neighbour would.
    func damage(_ bytes: inout [UInt8]) {
        tally.corrupted += 1
        if mediaDice.once(in: 4) {
            bytes.removeLast(mediaDice.below(min(bytes.count, 64)) + 1)
        } else {
            for _ in 0...mediaDice.below(4) {
                bytes[mediaDice.below(bytes.count)] ^= UInt8(1 << mediaDice.below(8))
            }
        }
    }

    // MARK: - Receivers

    func receive(_ node: SimulatedNode, _ event: Event) {
        let line = media.line(of: Int(event.index))
        let link = node.links[line]
        // Its socket keeps it while the process stands still.
        guard !link.isAlive || link.frozenUntil <= now else {
            return queue.add(event, at: link.frozenUntil)
        }
        let message = media.take(Int(event.index))
        guard link.isAlive else { return }
        link.loopAt = node.clock(now)
        if let truth = message.truth { noteArrival(line, node, truth: truth, at: now) }
        _ = hear(node, link, line, message.bytes, message.truth, isSecondLook: false)
    }

    func noteArrival(
        _ line: Int, _ listener: SimulatedNode, truth: Int64, at time: Duration
    ) {
        let link = listener.links[line]
        guard listener.isUp, listener.pausedUntil <= now, link.isAlive, link.frozenUntil <= now
        else { return }
        witness.arrived(
            Arrival(
                line: line, listener: listener.index, truth: truth,
                life: media.life(of: truth, line), run: link.run, at: time))
    }

    func look(_ node: SimulatedNode, _ event: Event) {
        let index = Int(event.index)
        let link = node.links[index]
        guard link.isAlive, link.run == event.token else { return }
        guard link.frozenUntil <= now else { return queue.add(event, at: link.frozenUntil) }
        let clock = node.clock(now)
        link.loopAt = clock
        readSlot(node, link, index, clock)
        plan(event, in: max(link.watch!.wakeAt - clock, .microseconds(10)))
    }

    private func readSlot(
        _ node: SimulatedNode, _ link: SimulatedLink, _ index: Int, _ clock: Duration
    ) {
        let path = media.path(index, node.index)
        guard path.cuts == 0, path.readErrors == 0 else { return link.watch!.failed(at: clock) }
        let slot = media.slots[index]
        let isOld = slot.visibleAt > now || path.staleReads > 0
        var bytes = isOld ? slot.before : slot.bytes
        var truth = isOld ? slot.truthBefore : slot.truth
        // Torn: the write is under way while we read.
        if media.tears, slot.visibleAt > now, slot.before.count == slot.bytes.count,
            mediaDice.once(in: 8)
        {
            let cut = mediaDice.below(bytes.count / 512 + 1) * 512
            bytes = Array(
                slot.bytes[..<min(cut, bytes.count)] + slot.before[min(cut, bytes.count)...])
            truth =
                bytes.isSame(as: slot.bytes)
                ? slot.truth : bytes.isSame(as: slot.before) ? slot.truthBefore : nil
            tally.torn += 1
        }
        guard !bytes.isEmpty else {
            return link.watch!.looked(at: clock, changed: false, wasTorn: false)
        }
        if let truth {
            let isBefore = truth == slot.truthBefore
            noteArrival(
                index, node, truth: truth, at: isBefore ? slot.beforeAt : slot.visibleAt)
        }
        let isFirst = link.previous == nil
        let isChanged = link.previous.map { !$0.isSame(as: bytes) } ?? false
        let isTorn = hear(
            node, link, index, bytes, truth, isSecondLook: link.watch!.isSecondLook)
        if isFirst, link.lastTaken >= 0, now - slot.visibleAt > link.line.timeout {
            witness.accuse(
                "S7", "\(node.name) takes a slot of \((now - slot.visibleAt).text) ago for life",
                at: now)
        }
        link.watch!.looked(at: clock, changed: isChanged, wasTorn: isTorn)
        if !isTorn { link.previous = bytes }
    }

    /// Judges what arrived; true when a slot is to be read once more.
    private func hear(
        _ node: SimulatedNode, _ link: SimulatedLink, _ index: Int, _ bytes: [UInt8],
        _ truth: Int64?, isSecondLook: Bool
    ) -> Bool {
        let clock = node.clock(now)
        if link.judge!.judge(at: clock) {
            witness.judged(index, node.index, isUp: false, at: now)
            trace("\(node.name) heard nothing on \(link.text) for its timeout")
        }
        let verdict = unsafe link.judge!.hear(
            bytes.span.bytes, at: clock, isSecondLook: isSecondLook
        ) {
            link.watch?.sendTime(of: $0, heardAt: clock) ?? clock
        }
        switch verdict {
        case .torn: return true
        case .noted: return false
        case .refused(let reason):
            tally.drops += 1
            let isNews = link.watch == nil || link.previous.map { !$0.isSame(as: bytes) } ?? false
            if reason == .otherLayout, isNews, link.judge!.heardOtherLayout(at: clock) {
                wakeManager(node, in: .microseconds(100))
            }
            return false
        case .fresh(let beat):
            witness.took(
                truth, link, index, node.index, isTrailer: beat.header.trailer != nil,
                life: truth.map { media.life(of: $0, index) } ?? 0, at: now)
            if truth != nil, truth == link.lastTaken {
                noteWord(node, link, bytes, isNews: beat.isNews)
            }
            if beat.cameUp {
                witness.judged(index, node.index, isUp: true, at: now)
                trace("\(node.name) hears \(link.text)")
            }
            link.beatAt = beat.sentAt
            tally.heard += 1
            if link.line.kind.isDisk {
                link.watch!.peerBeats(every: beat.interval, at: beat.stamp)
                if let last = link.judge!.lastLook(at: clock) { link.watch!.lookBefore(last) }
            }
            if beat.isNews {
                link.generation += 1
                link.news =
                    bytes.count == beat.header.length ? bytes : Array(bytes[..<beat.header.length])
            }
            if beat.isNews || beat.cameUp { wakeManager(node, in: .microseconds(100)) }
            return false
        }
    }
}
