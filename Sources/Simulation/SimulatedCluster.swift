// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

/// A whole cluster on one thread and made-up time.
///
/// Decisions are the shipped code's: `Manager`, `ActionMachine`, `BeatJudge`, `Frame`, the parsers. Clocks,
/// networks, disks, processes, scripts and state files are stand-ins, and may fail. All chance comes
/// from one seed.
package final class SimulatedCluster {
    let plan: ClusterPlan
    let lines: [MonitorLine]
    let services: [ServiceDefinition]
    /// The node that sends on each line.
    let sender: [Int]
    let serviceIndex: [String: Int]
    /// By the number that names a line in a trailer.
    let lineOfLink: [UInt32: Int]
    let nodes: [SimulatedNode]

    package internal(set) var now: Duration = .zero
    var queue = EventQueue<Event>()
    var media: Media
    package internal(set) var witness: Witness
    var tally = Tally()

    // One stream of chance per purpose.
    var mediaDice: Dice
    var processDice: Dice
    var scriptDice: Dice
    var faultDice: Dice
    var operatorDice: Dice
    var clockDice: Dice

    /// Receives one line per thing that happens, with its time.
    package var tracer: ((Duration, String) -> Void)?

    package init(
        _ plan: ClusterPlan, seed: UInt64, tracer: ((Duration, String) -> Void)? = nil
    ) {
        self.plan = plan
        self.tracer = tracer
        let monitor = MonitorFile.parse(Array(plan.monitor.utf8), file: "monitor")
        let parsed = ServicesFile.parse(Array(plan.services.utf8), file: "services")
        precondition(monitor.findings.allSatisfy(\.isWarning), "\(monitor.findings)")
        precondition(parsed.findings.allSatisfy(\.isWarning), "\(parsed.findings)")
        let (lines, services) = (monitor.value.lines, parsed.value.services)
        self.lines = lines
        self.services = services
        sender = lines.map { line in plan.nodes.firstIndex { $0.name == line.node }! }
        serviceIndex = Dictionary(
            services.indices.map { (services[$0].name, $0) },
            uniquingKeysWith: { first, _ in first })
        lineOfLink = Dictionary(
            lines.indices.map { (lines[$0].linkID, $0) }, uniquingKeysWith: { first, _ in first })
        nodes = plan.nodes.indices.map {
            SimulatedNode(index: $0, plan: plan, lines: lines, services: services.count)
        }
        media = Media(lines: lines.count, nodes: plan.nodes.count, services: services.count)
        witness = Witness(plan, lines, services)
        mediaDice = Dice(seed: seed, stream: 1)
        processDice = Dice(seed: seed, stream: 2)
        scriptDice = Dice(seed: seed, stream: 3)
        faultDice = Dice(seed: seed, stream: 4)
        operatorDice = Dice(seed: seed, stream: 5)
        clockDice = Dice(seed: seed, stream: 6)
        tellPlan()
        for node in nodes { boot(node) }
    }

    /// The first lines of a trace: what the cluster is made of.
    private func tellPlan() {
        for node in plan.nodes {
            let programs =
                node.isLegacy ? "C program" : node.sendsTrailer ? "ours" : "ours, without trailers"
            trace("\(node.name): \(programs), layout \(node.layout.rawValue)")
        }
        for line in lines { trace("link: \(line.columns.joined(separator: " "))") }
        for (service, definition) in services.enumerated() {
            trace(
                "service: \(definition.name) on \(definition.primary), \(definition.secondary); "
                    + "its check script \(plan.scripts[service].check)")
        }
    }

    // MARK: - Time

    /// Lets everything happen that happens before `end`.
    package func run(until end: Duration) {
        while let next = queue.next, next < end, let (at, event) = queue.take() {
            now = at
            handle(event)
        }
        now = end
    }

    package func run(for duration: Duration) { run(until: now + duration) }

    func plan(_ event: Event, in delay: Duration) { queue.add(event, at: now + delay) }

    private func handle(_ event: Event) {
        if event.kind == .errand { return media.errands.take(Int(event.index))(self) }
        let node = nodes[Int(event.node)]
        guard node.life == event.life else { return }
        // A machine that stands still does it all afterwards, in the same order.
        if node.pausedUntil > now { return queue.add(event, at: node.pausedUntil) }
        if let programs = node.legacy { return handle(event, on: node, running: programs) }
        switch event.kind {
        case .beat: beat(node, event)
        case .news: news(node, event)
        case .datagram: receive(node, event)
        case .look: look(node, event)
        case .manage: manage(node, event)
        case .guardLook: guardLooks(node)
        case .spawnLink: startLink(node, Int(event.index))
        case .spawnManager: startManager(node)
        case .spawnGuard: startGuard(node)
        case .writePeer: writePeer(node, Int(event.index))
        case .writeRun: writeRun(node, Int(event.index))
        case .askLock, .carryOut, .answer: turn(node, event)
        case .scriptEnd: scriptEnds(node, event)
        case .errand: preconditionFailure("handled above")
        }
    }

    // MARK: - Machines

    /// Powers a machine on and has its launcher start everything.
    func boot(_ node: SimulatedNode) {
        guard !node.isUp else { return }
        node.powerOn(at: now, dice: &processDice)
        witness.came(node.index, at: now)
        for line in lines.indices where sender[line] == node.index {
            media.beginLife(line)
        }
        trace("\(node.name) boots")
        launch(node)
    }

    /// What the launcher's `start` does: resets what cannot have survived a reboot, starts what is not
    /// running.
    func launch(_ node: SimulatedNode) {
        guard node.legacy == nil else { return launchLegacy(node) }
        resetAfterBoot(node)
        node.isLaunched = true
        for index in node.links.indices where !node.links[index].isAlive {
            let delay = processDice.between(.milliseconds(5), .milliseconds(150))
            plan(Event(.spawnLink, node, index), in: delay)
        }
        plan(Event(.spawnManager, node, 0), in: .milliseconds(200))
    }

    private func resetAfterBoot(_ node: SimulatedNode) {
        for service in services.indices where services[service].role(of: node.name) != nil {
            guard node.locks[service] == nil, node.script(of: service) == nil,
                let next = BootReset.state(
                    after: node.disk.states[service] ?? .unknown,
                    hasRebooted: node.disk.bootMark != nil && node.disk.bootMark != node.boot,
                    freezesHere: plan.tunables.freezeSecondaryOnStart
                        && services[service].primary != node.name)
            else { continue }
            write(next, service, node)
            node.disk.records[service] = LockRecord(boot: node.boot, phase: .idle)
        }
        node.disk.bootMark = node.boot
    }

    func powerOff(_ node: SimulatedNode) {
        guard node.isUp else { return }
        trace("\(node.name) loses power")
        node.powerOff(dice: &processDice)
        witness.went(node.index, at: now)
    }

    /// All of it stands still; `isClockStopped`: a virtual machine whose clocks stand still too.
    func pause(_ node: SimulatedNode, for duration: Duration, isClockStopped: Bool) {
        guard node.isUp, node.pausedUntil <= now else { return }
        trace("\(node.name) stands still for \(duration.text)")
        node.pausedUntil = now + duration
        after(duration) { $0.trace("\(node.name) goes on") }
        if isClockStopped {
            node.epoch += duration
        } else if duration > witness.connections.shortestTimeout + .seconds(1) {
            node.wokeAt = now + duration
        }
        witness.paused(
            node.index, from: now, until: now + duration, isClockStopped: isClockStopped)
    }

    // MARK: - State files

    func write(_ state: ServiceState, _ service: Int, _ node: SimulatedNode) {
        if node.disk.states[service] != state {
            trace("\(node.name) \(services[service].name) \(state.name)")
        }
        witness.wrote(
            state, over: node.disk.states[service], service, node.index,
            by: node.locks[service].flatMap(node.action), at: now)
        node.disk.states[service] = state
        node.manager?.noteOwn(service)
        wakeManager(node, in: .microseconds(200))
    }

    func trace(_ text: @autoclosure () -> String) { tracer?(now, text()) }
}

/// Something that happens at a time; small, for there are many.
struct Event {
    enum Kind: UInt8 {
        /// A sender's timer; a ring of its bell.
        case beat, news
        case datagram
        /// A disk listener's timer.
        case look
        /// A round of nmond's loop.
        case manage
        case guardLook
        case spawnLink, spawnManager, spawnGuard
        case writePeer, writeRun
        /// Turns of an action.
        case askLock, carryOut, answer
        case scriptEnd
        /// A fault, an operator, a check: of the cluster and not of a node.
        case errand
    }

    var kind: Kind
    var node: Int16
    /// Of the node; another one means that the event belongs to an earlier boot.
    var life: Int32
    /// Of a link, a service, an action, a message or an errand.
    var index: Int32
    /// Of the process; another one means that the event is void.
    var token: Int32

    init(_ kind: Kind, _ node: SimulatedNode, _ index: Int, token: Int32 = 0) {
        self.kind = kind
        self.node = Int16(node.index)
        life = node.life
        self.index = Int32(index)
        self.token = token
    }

    init(errand index: Int) {
        kind = .errand
        node = 0
        life = 0
        self.index = Int32(index)
        token = 0
    }
}

extension SimulatedManager {
    func noteOwn(_ service: Int) {
        if !toRead.contains(service) { toRead.append(service) }
    }

    func notePeerFile(_ service: Int) {
        if !peerFilesToRead.contains(service) { peerFilesToRead.append(service) }
    }
}
