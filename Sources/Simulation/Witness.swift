// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

/// Sees everything, and says what must not have happened.
///
/// It knows the truth: which beats really arrived, where a service really runs, who really stands
/// still. The rules are those of docs/reliability.md, by the same names.
package struct Witness {
    package struct Violation: Equatable, Sendable {
        package var rule: String
        package var at: Duration
        package var what: String
    }

    /// Why a double run is no fault of the product.
    package enum Excuse: String, CaseIterable, Sendable {
        /// No link worked both ways at some moment since shortly before the start began.
        case cutOff = "no link in both directions"
        case stoodStill = "a node stood still for a timeout or longer"
        case anOperator = "an operator's word"
        /// Without a trailer, such a beat cannot be told from a true one.
        case forged = "a damaged or repeated beat without trailer"
    }

    /// A service on a node, from the first step of its start to its proven stop.
    struct Hold {
        var since: Duration
        var isOperators = false
    }

    package private(set) var violations: [Violation] = []
    package internal(set) var doubleRuns: [Excuse: Int] = [:]
    package private(set) var automaticStarts = 0
    /// Double runs that the C program's own weaknesses led to; no fault of ours.
    package internal(set) var races: [LegacyRace: Int] = [:]
    var legacy: LegacyKnowledge
    /// Fresh verdicts for replays by listeners that had never heard the sender.
    package private(set) var believedReplays = 0
    package internal(set) var chronicle = Chronicle()

    private let names: [String]
    let nodeNames: [String]
    let partners: [[Int?]]
    let connections: Connections
    var arrivals: Arrivals
    var tracker: ConnectionTracker
    private var reasons: StartReasons
    /// The partner was silent when the action that holds the lock began.
    private var wasSilent: [[Bool]]
    var holds: [[Hold?]]
    var states: [[ServiceState]]
    /// When a node last left a service free, by its state file.
    var freeAt: [[Duration]]
    /// What an action found when it took its lock.
    private var found: [[ServiceState]]
    var lastCause: [Duration]
    private var lastStart: [Duration?]
    var longestTimeout: Duration
    /// Sends trailers, so that nothing old or damaged may be taken for its beat.
    var trusts: [Bool]
    var isLegacy: [Bool]
    private let layouts: [Layout]
    /// When a critical line told of a double run.
    package private(set) var reports: [(node: Int, at: Duration, text: String)] = []

    init(_ plan: ClusterPlan, _ lines: [MonitorLine], _ services: [ServiceDefinition]) {
        let nodes = plan.nodes.count
        names = services.map(\.name)
        nodeNames = plan.nodes.map(\.name)
        partners = services.map { service in
            plan.nodes.map { node in
                service.partner(of: node.name).flatMap { name in
                    plan.nodes.firstIndex { $0.name == name }
                }
            }
        }
        trusts = plan.nodes.map { !$0.isLegacy && $0.sendsTrailer }
        isLegacy = plan.nodes.map(\.isLegacy)
        layouts = plan.nodes.map(\.layout)
        legacy = LegacyKnowledge(nodes: nodes, lines: lines.count, links: plan.linkCount)
        connections = Connections(lines: lines, nodes: nodes, links: plan.linkCount)
        arrivals = Arrivals(connections)
        tracker = ConnectionTracker(connections)
        reasons = StartReasons(connections)
        wasSilent = services.map { _ in Array(repeating: false, count: nodes) }
        holds = services.map { _ in Array(repeating: nil, count: nodes) }
        states = services.map { _ in Array(repeating: .frozenStop, count: nodes) }
        found = states
        freeAt = services.map { _ in Array(repeating: .zero, count: nodes) }
        lastCause = Array(repeating: .zero, count: services.count)
        lastStart = Array(repeating: nil, count: services.count)
        longestTimeout = lines.map(\.timeout).max() ?? .seconds(10)
    }

    mutating func accuse(_ rule: String, _ what: String, at now: Duration) {
        violations.append(Violation(rule: rule, at: now, what: what))
    }

    // MARK: - Machines and links

    mutating func came(_ node: Int, at now: Duration) {
        chronicle.note(.power(isOn: true), on: node, at: now)
        noteCause(at: now)
    }

    /// Nothing runs there any more.
    mutating func went(_ node: Int, at now: Duration) {
        chronicle.note(.power(isOn: false), on: node, at: now)
        for service in holds.indices { holds[service][node] = nil }
        noteCause(at: now)
    }

    mutating func paused(
        _ node: Int, from: Duration, until: Duration, isClockStopped: Bool
    ) {
        if isClockStopped { reasons.clockStopped(node, until: until, for: until - from) }
        guard until - from >= connections.shortestTimeout else { return }
        tracker.stoodStill(node, until: until)
        noteCause(at: until)
    }

    private mutating func noteCause(at now: Duration) {
        for service in lastCause.indices { lastCause[service] = max(lastCause[service], now) }
    }

    /// A true beat reached a listener that listens.
    mutating func arrived(_ beat: Arrival) {
        var beat = beat
        // Without a trailer, nobody can tell one boot from the next.
        if !trusts[connections.sender[beat.line]] { beat.life = 0 }
        tracker.noteCut(
            connections.sender[beat.line], beat.listener, by: arrivals, at: beat.at)
        arrivals.note(beat)
    }

    mutating func managerStarted(_ node: Int, at now: Duration) {
        reasons.managerStarted(node, at: now)
    }

    /// When every link from `peer` will have been silent for its timeout, if nothing more arrives.
    func silentAt(of peer: Int, to node: Int) -> Duration {
        arrivals.silentAt(of: peer, to: node)
    }

    /// S7: a listener took a beat for fresh.
    mutating func took(
        _ truth: Int64?, _ link: SimulatedLink, _ line: Int, _ listener: Int, isTrailer: Bool,
        life: Int = 0, at now: Duration
    ) {
        guard trusts[connections.sender[line]] else {
            return legacy.took(truth, link, line, listener, at: now)
        }
        if let truth, truth > link.lastTaken {
            link.lastTaken = truth
            link.livesHeard.insert(life)
            return
        }
        // Of an earlier run of the sender that this listener never heard: it cannot know.
        let isKnown = truth == nil || link.livesHeard.contains(life)
        guard link.lastTaken >= 0, isKnown else {
            believedReplays += 1
            return
        }
        let what = truth == nil ? "no true beat" : "an older beat"
        accuse(
            "S7",
            "\(nodeNames[listener]) takes \(what) of \(link.line.columns.joined(separator: " "))",
            at: now)
    }

    // MARK: - Services

    mutating func wrote(
        _ state: ServiceState, over old: ServiceState?, _ service: Int, _ node: Int,
        by action: SimulatedAction?, at now: Duration
    ) {
        let isOperators = action?.isOperators ?? false
        if state != old { chronicle.note(.state(state), service, on: node, at: now) }
        if states[service][node].leavesServiceFree { freeAt[service][node] = now }
        if state.leavesServiceFree { freeAt[service][node] = now }
        if old == .frozenStop, state != .frozenStop, !isOperators, now > .zero {
            accuse("S5", "\(about(service, node)) leaves FROZEN_STOP by itself", at: now)
        }
        if action?.request == .freezeStop, old == .stopping, state == .stopped {
            accuse("S5", "\(about(service, node)) is STOPPED on its way to FROZEN_STOP", at: now)
        }
        if state == .stopped, !isOperators, holds[service][node] != nil {
            accuse("truth", "\(about(service, node)) is called STOPPED, and runs", at: now)
        }
        if old == .started, state != .started, action != nil, !isOperators {
            accuse("L2", "\(about(service, node)) leaves STARTED by itself", at: now)
        }
        // Whoever says so has seen to it.
        if action?.request == .forceStop, state == .stopped { holds[service][node] = nil }
        states[service][node] = state
    }

    /// It took its service's lock.
    mutating func began(
        _ action: SimulatedAction, _ node: Int, isConfigured: Bool, at now: Duration
    ) {
        let service = action.service
        chronicle.note(
            .asked(action.request, isOperators: action.isOperators), service, on: node, at: now)
        found[service][node] = states[service][node]
        if action.isOperators { lastCause[service] = now }
        guard !action.isOperators, action.request == .start else { return }
        if !isConfigured {
            accuse("S10", "\(about(service, node)): nmond acts on what no file names", at: now)
        }
        guard let partner = partners[service][node] else { return }
        wasSilent[service][node] = reasons.isSilent(
            partner, to: node, by: arrivals, at: now)
        if isPlain(partner, node), !wasSilent[service][node],
            !reasons.wasHeard(partner, by: node, arrivals)
        {
            accuse(
                "S11", "\(about(service, node)): nmond acts, and has not heard its partner",
                at: now)
        }
    }

    /// Both speak one layout, with trailers: all of what one says reaches the other as it was said.
    func isPlain(_ node: Int, _ other: Int) -> Bool {
        trusts[node] && trusts[other] && layouts[node] == layouts[other]
    }

    mutating func killed(_ action: SimulatedAction, _ node: Int, at now: Duration) {
        lastCause[action.service] = now
    }

    /// Exit codes tell the truth, and what operators say is so.
    mutating func ended(
        _ action: SimulatedAction, _ node: SimulatedNode, exitCode: Int32, at now: Duration
    ) {
        let (service, index) = (action.service, node.index)
        chronicle.note(
            .exit(action.request, exitCode, isOperators: action.isOperators), service, on: index,
            at: now)
        if action.isOperators { lastCause[service] = now }
        guard exitCode == 0 else { return }
        let state = node.disk.states[service] ?? .unknown
        let isTrue: Bool
        switch action.request {
        case .stop, .forceStop: isTrue = state == .stopped
        case .start, .forceStart: isTrue = state == .started
        case .freezeStop: isTrue = state == .frozenStop
        case .freezeStart: isTrue = state == .startReady
        case .unfreeze: isTrue = state == .stopped || state == .started
        case .resolve: isTrue = true
        }
        if !isTrue {
            accuse(
                "exit code",
                "\(about(service, index)): \(action.request.rawValue) says 0, it is \(state.name)",
                at: now)
        }
        switch action.request {
        case .forceStop, .freezeStop: holds[service][index] = nil
        case .forceStart:
            if holds[service][index] == nil {
                holds[service][index] = Hold(since: now, isOperators: true)
                if let partner = partners[service][index], holds[service][partner] != nil {
                    doubleRuns[.anOperator, default: 0] += 1
                }
            }
        case .stop, .start, .freezeStart, .unfreeze, .resolve: break
        }
    }

    mutating func scriptBegan(
        _ script: SimulatedScript, _ action: SimulatedAction, _ node: SimulatedNode,
        at now: Duration
    ) {
        let (service, index) = (script.service, node.index)
        chronicle.note(.script(script.script), service, on: index, at: now)
        if let other = node.script(of: service) {
            accuse(
                "S4",
                "\(about(service, index)): \(script.script.argument) beside \(other.script.argument)",
                at: now)
        }
        if !action.isOperators, found[service][index] == .frozenStop {
            accuse("S5", "\(about(service, index)): a script runs though it was frozen", at: now)
        }
        if !action.isOperators, script.script == .stop {
            accuse("L2", "\(about(service, index)): stopped by nobody's word", at: now)
        }
        guard script.script == .start else { return }
        if !action.hasProof {
            accuse("S3", "\(about(service, index)): starts without its check script's yes", at: now)
        }
        judgeStart(service, node, action, lookedAt: node.epoch + action.lastLook, at: now)
        if holds[service][index] == nil { holds[service][index] = Hold(since: now) }
    }

    private mutating func judgeStart(
        _ service: Int, _ machine: SimulatedNode, _ action: SimulatedAction, lookedAt: Duration,
        at now: Duration
    ) {
        let node = machine.index
        guard let partner = partners[service][node] else { return }
        let since = action.began - longestTimeout - .seconds(3)
        var excuse = tracker.excuse(node, partner, since: since, by: arrivals, at: now)
        if excuse == nil, !trusts[partner] || !trusts[node],
            legacy.wasFooled(node, since: since) || legacy.wasFooled(partner, since: since)
        {
            excuse = .forged
        }
        if layouts[node] != layouts[partner], !action.isOperators {
            expectNoWord(of: partner, to: node, service, lookedAt, at: now)
        }
        guard !isLegacy[partner] else {
            automaticStarts += action.isOperators ? 0 : 1
            return judgeStartBesideLegacy(
                service, node, partner, lookedAt: lookedAt, excuse, at: now)
        }
        if let hold = holds[service][partner] {
            if hold.isOperators {
                doubleRuns[.anOperator, default: 0] += 1
            } else if let excuse {
                doubleRuns[excuse, default: 0] += 1
            } else {
                accuse(
                    "S1",
                    "\(about(service, node)) starts, and runs on \(nodeNames[partner]) since \(hold.since.text)",
                    at: now)
            }
        }
        guard !action.isOperators else { return }
        automaticStarts += 1
        judgeReason(service, machine, partner, action, isExcused: excuse != nil, at: now)
        if holds[service][node] != nil {
            accuse("S12", "\(about(service, node)) starts beside what may still run", at: now)
        }
        if let last = lastStart[service], last >= lastCause[service], excuse == nil {
            accuse(
                "L4", "\(about(service, node)) starts again without a cause since \(last.text)",
                at: now)
        }
        lastStart[service] = now
    }

    /// S2: the partner leaves it free, or was silent on all links for a full timeout. S11: our own
    /// state is known.
    private mutating func judgeReason(
        _ service: Int, _ machine: SimulatedNode, _ partner: Int, _ action: SimulatedAction,
        isExcused: Bool, at now: Duration
    ) {
        let node = machine.index
        if found[service][node] == .unknown {
            accuse("S11", "\(about(service, node)) starts, and was unknown here", at: now)
        }
        let isFree =
            states[service][partner].leavesServiceFree
            || now - freeAt[service][partner] < .milliseconds(2500)
        guard !isFree else { return }
        let state = "is \(states[service][partner].name) on \(nodeNames[partner])"
        guard isPlain(partner, node) || !isExcused else { return }
        guard wasSilent[service][node] else {
            // Or it fell silent for good in the grace period.
            guard
                !reasons.isSilent(
                    partner, to: node, by: arrivals, at: now)
            else { return }
            return accuse(
                "S2", "\(about(service, node)) starts, \(state), and that is not silent", at: now)
        }
        // What stood still a moment ago may not know yet.
        let isAwake = machine.manager.map { $0.frozenUntil + .seconds(4) < now } ?? false
        if isAwake,
            reasons.cameBack(
                partner, to: node, since: action.began, by: arrivals, at: now)
        {
            accuse(
                "S2", "\(about(service, node)) starts, \(state), and that came back", at: now)
        }
    }

    mutating func scriptEnded(
        _ script: SimulatedScript, _ node: SimulatedNode, isGood: Bool, at now: Duration
    ) {
        chronicle.note(
            .scriptEnd(script.script, isGood: isGood), script.service, on: node.index, at: now)
        switch script.script {
        case .check:
            if isGood { node.action(script.action)?.hasProof = true }
        case .start:
            if !isGood { lastCause[script.service] = now }
        case .stop:
            if isGood { holds[script.service][node.index] = nil }
        }
    }

    /// A line of nmond's log.
    mutating func logged(_ severity: Severity, _ text: String, _ node: Int, at now: Duration) {
        chronicle.note(.log(severity, text), on: node, at: now)
        if severity == .critical { reports.append((node, now, text)) }
    }

    /// A line of an action.
    mutating func said(_ text: String, _ service: Int, _ node: Int, at now: Duration) {
        chronicle.note(.said(text), service, on: node, at: now)
    }

    /// A listener judges its link anew.
    mutating func judged(_ line: Int, _ listener: Int, isUp: Bool, at now: Duration) {
        chronicle.note(.link(line, isUp: isUp), on: listener, at: now)
    }

    /// Runs on both of its nodes at this moment.
    func runsTwice(_ service: Int) -> Bool { holds[service].count { $0 != nil } > 1 }
    func isHeld(_ service: Int, _ node: Int) -> Bool { holds[service][node] != nil }

    func about(_ service: Int, _ node: Int) -> String {
        "\(names[service]) on \(nodeNames[node])"
    }
}
