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

    package private(set) var violations: [Violation] = []
    package internal(set) var doubleRuns: [Excuse: Int] = [:]
    package internal(set) var automaticStarts = 0
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
    var reasons: StartReasons
    /// The partner was silent when the action that holds the lock began.
    var wasSilent: [[Bool]]
    var holds: [[Hold?]]
    var states: [[ServiceState]]
    /// When a node last left a service free, by its state file.
    var freeAt: [[Duration]]
    /// What an action found when it took its lock.
    var found: [[ServiceState]]
    var lastCause: [Duration]
    var lastStart: [Duration?]
    var longestTimeout: Duration
    /// Sends trailers, so that nothing old or damaged may be taken for its beat.
    var trusts: [Bool]
    var isLegacy: [Bool]
    let layouts: [Layout]
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
        arrivals.booted(node)
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
        arrivals.noteTaken(line, by: listener, at: now)
        guard trusts[connections.sender[line]] else {
            return legacy.took(truth, link, line, listener, at: now)
        }
        if let truth, truth > link.lastTaken {
            link.lastTaken = truth
            if !link.livesHeard.contains(life) { link.livesHeard.append(life) }
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

    // MARK: - What nodes say

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

    func about(_ service: Int, _ node: Int) -> String {
        "\(names[service]) on \(nodeNames[node])"
    }
}
