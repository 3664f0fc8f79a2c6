// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore

/// What may go wrong; the raw value is what the tally prints.
package enum Fault: String, CaseIterable, Sendable {
    case powerCut = "power cut"
    case shortPause = "node stands still, shorter than a timeout"
    case longPause = "node stands still, longer than a timeout"
    case linkKilled = "link process killed"
    case linkFrozen = "link process frozen"
    case managerKilled = "nmond killed"
    case guardKilled = "nmond and guard killed"
    case managerFrozen = "nmond frozen"
    case actionKilled = "action killed"
    case actionFrozen = "action frozen"
    case pathCut = "link cut, one way"
    case linkCut = "link cut, both ways"
    case partition = "all links cut, both ways"
    case oneWay = "all links cut, one way"
    case loss = "datagrams lost"
    case duplication = "datagrams duplicated"
    case corruption = "datagrams corrupted"
    case delay = "datagrams late and out of order"
    case replay = "old beats replayed"
    case readError = "disk: reads fail"
    case writeError = "disk: writes fail"
    case diskHang = "disk: writes hang"
    case staleReads = "disk: reads are stale"
    case zeroedSlot = "disk: slot zeroed"
    case oldSlot = "disk: old beat in the slot"
    case misdirected = "disk: another node's beat in the slot"
    case scriptFails = "script fails"
    case scriptHangs = "script hangs"
    case scriptSlow = "script slow"
    case stateDiskFails = "state files: writes fail"
    case stateDiskSlow = "state files: disk slow"
    case stateUnreadable = "state file unreadable for a moment"
    case clockStep = "wall clock stepped"
    case badConfiguration = "services file broken, then put back"
    case serviceRemoved = "service removed, then put back"
    case actionTold = "action told to end"
    case launchedAgain = "launcher started again"
    case rollingRestart = "all daemons restarted, node by node"

    /// How often it happens in the default mix.
    var weight: Int {
        switch self {
        case .powerCut, .linkCut, .pathCut, .clockStep: 3
        case .loss, .delay, .managerKilled, .shortPause, .actionKilled, .scriptFails: 2
        default: 1
        }
    }
}

extension SimulatedCluster {
    /// Lets something go wrong now, and be over after a while; the tally counts it.
    package func inject(_ fault: Fault) {
        tally.faults[fault.rawValue, default: 0] += 1
        trace("fault: \(fault.rawValue)")
        let duration = faultDice.exponential(mean: .seconds(12)) + .milliseconds(100)
        let node = faultDice.pick(nodes)
        switch fault {
        case .powerCut, .shortPause, .longPause, .rollingRestart, .launchedAgain, .clockStep:
            injectMachine(fault, node, duration)
        case .linkKilled, .linkFrozen, .managerKilled, .guardKilled, .managerFrozen, .actionKilled,
            .actionFrozen, .actionTold:
            injectProcess(fault, node, duration)
        case .pathCut, .linkCut, .partition, .oneWay: injectCut(fault, duration)
        case .loss, .duplication, .corruption, .delay, .replay: injectNoise(fault, duration)
        case .readError, .writeError, .diskHang, .staleReads, .zeroedSlot, .oldSlot, .misdirected:
            injectDisk(fault, duration)
        case .scriptFails, .scriptHangs, .scriptSlow: injectScript(fault, duration)
        case .stateDiskFails, .stateDiskSlow, .stateUnreadable, .badConfiguration, .serviceRemoved:
            injectFiles(fault, node, duration)
        }
    }

    private func injectMachine(_ fault: Fault, _ node: SimulatedNode, _ duration: Duration) {
        switch fault {
        case .powerCut:
            powerOff(node)
            after(.seconds(5) + duration * 2) { $0.boot(node) }
        case .shortPause:
            let limit = witness.connections.shortestTimeout
            pause(
                node, for: faultDice.between(.milliseconds(20), limit - .milliseconds(600)),
                isClockStopped: faultDice.once(in: 2))
        case .longPause:
            let limit = witness.connections.shortestTimeout
            pause(node, for: limit + duration, isClockStopped: faultDice.once(in: 2))
        case .clockStep:
            let size = clockDice.pick([1, 60, 3600, 86400, 31_536_000])
            node.wallOffset += .seconds(clockDice.once(in: 2) ? size : -size)
        case .launchedAgain:
            if node.isUp { launch(node) }
        default:
            for (number, node) in nodes.enumerated() {
                after(.seconds(8 * number)) { $0.restartDaemons(node) }
            }
        }
    }

    /// The launcher's `restart`: no link is silent for long, scripts go on.
    func restartDaemons(_ node: SimulatedNode) {
        // Nobody does that to the C program in service: its launcher would stop all on paper.
        guard node.isUp, node.isLaunched, node.legacy == nil else { return }
        trace("\(node.name) restarts its daemons")
        node.manager = nil
        for (index, link) in node.links.enumerated() where link.isAlive {
            endLink(node, index)
            plan(
                Event(.spawnLink, node, index),
                in: faultDice.between(.milliseconds(5), .milliseconds(300)))
        }
        plan(Event(.spawnManager, node, 0), in: .milliseconds(350))
    }

    private func injectProcess(_ fault: Fault, _ node: SimulatedNode, _ duration: Duration) {
        guard node.isUp else { return }
        let link = faultDice.below(node.links.count)
        let timeout = node.links[link].line.timeout
        switch fault {
        case .linkKilled: endLink(node, link)
        case .linkFrozen:
            freezeLink(node, link, for: faultDice.once(in: 2) ? timeout / 2 : timeout * 2)
        case .managerKilled: killManager(node, withGuard: false)
        case .guardKilled: killManager(node, withGuard: true)
        case .managerFrozen: freezeManager(node, for: duration)
        default:
            after(faultDice.between(.zero, .seconds(20))) {
                $0.disturbAction(node, fault, duration)
            }
        }
    }

    /// An action of that node; the next one, if none runs now.
    private func disturbAction(_ node: SimulatedNode, _ fault: Fault, _ duration: Duration) {
        guard let action = node.actions.first else { return }
        switch fault {
        case .actionKilled: killAction(node, action)
        case .actionTold: tellToEnd(node, action)
        default:
            trace("\(node.name) action is frozen for \(duration.text)")
            action.frozenUntil = now + duration
        }
    }

    private func injectCut(_ fault: Fault, _ duration: Duration) {
        let node = faultDice.below(nodes.count)
        let link = faultDice.below(plan.linkCount)
        let isBoth = fault == .linkCut || fault == .partition
        let links = fault == .pathCut || fault == .linkCut ? [link] : Array(0..<plan.linkCount)
        let others = nodes.indices.filter { $0 != node }
        var cut: [(line: Int, listener: Int)] = []
        for other in others {
            for link in links {
                cut.append((witness.connections.line(node, link), other))
                if isBoth { cut.append((witness.connections.line(other, link), node)) }
            }
        }
        for (line, listener) in cut { media.change(line, listener) { $0.cuts += 1 } }
        after(duration) { cluster in
            for (line, listener) in cut { cluster.media.change(line, listener) { $0.cuts -= 1 } }
            cluster.trace("over: \(fault.rawValue)")
        }
    }

    private func injectNoise(_ fault: Fault, _ duration: Duration) {
        let strength = faultDice.fraction() * 0.6
        let slow = faultDice.between(.milliseconds(1), .milliseconds(400))
        func change(_ cluster: SimulatedCluster, _ isOver: Bool) {
            for line in cluster.lines.indices {
                for listener in cluster.nodes.indices {
                    cluster.media.change(line, listener) { path in
                        switch fault {
                        case .loss: path.loss = isOver ? 0 : strength
                        case .duplication: path.duplication = isOver ? 0 : strength
                        case .corruption: path.corruption = isOver ? 0 : strength
                        default: path.meanDelay = isOver ? .microseconds(200) : slow
                        }
                    }
                }
            }
        }
        guard fault != .replay else { return replay(times: 1 + faultDice.below(20)) }
        change(self, false)
        after(duration) { change($0, true) }
    }

    /// Old frames of a line, sent again by somebody else.
    private func replay(times: Int) {
        let line = faultDice.below(lines.count)
        guard !lines[line].kind.isDisk, !media.archive[line].isEmpty else { return }
        let (bytes, truth) = faultDice.pick(media.archive[line])
        tally.replayed += 1
        for listener in nodes where listener.index != sender[line] {
            transmit(bytes, line, listener, truth: truth)
        }
        guard times > 1 else { return }
        after(faultDice.exponential(mean: .milliseconds(300))) { $0.replay(times: times - 1) }
    }

    private func injectDisk(_ fault: Fault, _ duration: Duration) {
        let slots = lines.indices.filter { lines[$0].kind.isDisk }
        guard !slots.isEmpty else { return }
        let line = faultDice.pick(slots)
        let listener = nodes.indices.filter { $0 != sender[line] }[faultDice.below(nodes.count - 1)]
        switch fault {
        case .readError: media.change(line, listener) { $0.readErrors += 1 }
        case .staleReads: media.change(line, listener) { $0.staleReads += 1 }
        case .writeError: media.writing[line].errors += 1
        case .diskHang: media.writing[line].hangs += 1
        case .zeroedSlot:
            media.slots[line].write(
                Array(repeating: 0, count: media.slots[line].bytes.count), truth: nil, at: now)
        case .oldSlot:
            guard !media.archive[line].isEmpty else { return }
            let (bytes, truth) = faultDice.pick(media.archive[line])
            media.slots[line].write(bytes, truth: truth, at: now)
        default:
            let other = slots.first { sender[$0] != sender[line] } ?? line
            media.writing[line].intruders += 1
            misdirect(other, to: line, until: now + duration)
        }
        after(duration) { cluster in
            switch fault {
            case .readError: cluster.media.change(line, listener) { $0.readErrors -= 1 }
            case .staleReads: cluster.media.change(line, listener) { $0.staleReads -= 1 }
            case .writeError: cluster.media.writing[line].errors -= 1
            case .diskHang: cluster.media.writing[line].hangs -= 1
            case .misdirected: cluster.media.writing[line].intruders -= 1
            default: break
            }
        }
    }

    /// What one node writes lands in another one's slot too.
    private func misdirect(_ from: Int, to line: Int, until end: Duration) {
        guard now < end, from != line, !media.slots[from].bytes.isEmpty else { return }
        media.misdirect(from, to: line, at: now)
        after(lines[from].interval) { $0.misdirect(from, to: line, until: end) }
    }

    private func injectScript(_ fault: Fault, _ duration: Duration) {
        let service = faultDice.below(services.count)
        let script = faultDice.pick([ActionScript.check, .start, .stop])
        switch fault {
        case .scriptFails: media.upsets[service].fails.insert(script)
        case .scriptHangs: media.upsets[service].hangs.insert(script)
        default: media.upsets[service].slow.insert(script)
        }
        after(duration * 3) { cluster in
            cluster.media.upsets[service] = .init()
            cluster.endHangingScripts(service)
        }
    }

    /// Somebody kills what hangs.
    func endHangingScripts(_ service: Int) {
        for node in nodes {
            for script in node.scripts
            where script.service == service && script.endsAt > now + .seconds(1000) {
                endScript(node, script, .killed(signal: 9))
            }
        }
    }

    private func injectFiles(_ fault: Fault, _ node: SimulatedNode, _ duration: Duration) {
        let service = faultDice.below(services.count)
        let good = Array(plan.services.utf8)
        switch fault {
        case .stateDiskFails:
            node.diskFaults += 1
            after(duration) { _ in node.diskFaults -= 1 }
        case .stateDiskSlow:
            node.meanSyncTime = faultDice.between(.milliseconds(20), .seconds(2))
            after(duration) { _ in node.meanSyncTime = .milliseconds(1) }
        case .stateUnreadable:
            guard node.isUp, node.disk.hide(service) else { return }
            node.manager?.noteOwn(service)
            wakeManager(node, in: .microseconds(200))
            after(faultDice.between(.milliseconds(1), .seconds(3))) { cluster in
                guard node.disk.reveal(service) else { return }
                node.manager?.noteOwn(service)
                cluster.wakeManager(node, in: .microseconds(200))
            }
        case .badConfiguration:
            var broken = good
            for _ in 0..<8 { broken[faultDice.below(broken.count)] = UInt8(faultDice.below(128)) }
            edit(node, services: broken)
            after(duration) { $0.edit(node, services: good) }
        default:
            let name = services[service].name
            edit(node, services: ServicesFile.removing(name: name, from: good) ?? good)
            after(duration) { $0.edit(node, services: good) }
        }
    }
}
