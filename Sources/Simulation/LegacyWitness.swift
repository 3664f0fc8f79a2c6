// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore

/// What is known of nodes that run the C program: what their beats said, and who heard it.
///
/// The rule for clusters of both kinds. Whatever the C program does, a node of ours
/// - M1: never starts a service while the C node's last word claims it: the newest state that any link
///   had brought, and every one of the second before the last look at the partner, as long as one of
///   the links is up;
/// - M2: never runs a start script before its own beats claim the service, and goes on claiming it;
/// - M3: never starts a service by itself while the other node's beats arrive in another layout.
///
/// A service that runs twice although our node kept both is the C program's doing: it is
/// counted by the race of the specification that led to it (`LegacyRace`). One that no
/// documented race explains counts against us (S1).
struct LegacyKnowledge {
    private let links: Int
    /// States that a C node's senders said, one entry per change; of each node.
    private var versions: [[[ServiceState?]]]
    /// From which beat on a line says which version; the last ones of each line.
    private var spoken: [[(truth: Int64, version: Int)]]
    /// The versions that a node heard of another one, rising: `listener * nodes + sender`.
    private var heard: [[(version: Int, at: Duration)]]
    /// When a node last took a damaged or repeated beat without a trailer for a true one.
    private var fooled: [Duration]
    /// The last double run that was the C program's own, until it was traced.
    var lastRace: LegacyRace?
    /// By which race a C node came to hold a service: `service * nodes + node`.
    private var holdRaces: [Int: LegacyRace] = [:]
    /// By which one it last said that a service is free: `service * nodes + node`.
    private var freedBy: [Int: LegacyRace] = [:]
    private let nodes: Int

    init(nodes: Int, lines: Int, links: Int) {
        self.nodes = nodes
        self.links = links
        versions = Array(repeating: [], count: nodes)
        spoken = Array(repeating: [], count: lines)
        heard = Array(repeating: [], count: nodes * nodes)
        fooled = Array(repeating: .seconds(-1_000_000), count: nodes)
    }

    /// A beat leaves a C sender.
    mutating func spoke(line: Int, node: Int, _ truth: Int64, _ states: [ServiceState?]) {
        if versions[node].last != states { versions[node].append(states) }
        let version = versions[node].count - 1
        guard spoken[line].last?.version != version else { return }
        if spoken[line].count > 63 { spoken[line].removeFirst(32) }
        spoken[line].append((truth, version))
    }

    /// A listener of ours took a beat without a trailer for fresh.
    mutating func took(
        _ truth: Int64?, _ link: SimulatedLink, _ line: Int, _ listener: Int, at now: Duration
    ) {
        guard let truth, truth > link.lastTaken else {
            fooled[listener] = now
            return
        }
        link.lastTaken = truth
        guard let version = spoken[line].last(where: { $0.truth <= truth })?.version else { return }
        let index = listener * nodes + line / links
        guard heard[index].last.map({ $0.version < version }) ?? true else { return }
        if heard[index].count > 31 { heard[index].removeFirst(16) }
        heard[index].append((version, now))
    }

    /// What a C node claims about a service as far as a listener knew at that time: the newest word, if
    /// for the second before it no other word left the service free; else nil.
    func claim(of node: Int, to listener: Int, about service: Int, at time: Duration)
        -> ServiceState?
    {
        let words = heard[listener * nodes + node]
        guard let first = words.lastIndex(where: { $0.at <= time - .seconds(1) }) else {
            return nil
        }
        let states = words[first...].filter { $0.at <= time }.map {
            versions[node][$0.version][service] ?? .unknown
        }
        return states.contains(where: \.leavesServiceFree) ? nil : states.last
    }

    func wasFooled(_ node: Int, since: Duration) -> Bool { fooled[node] >= since }

    mutating func freed(_ service: Int, _ node: Int, isForged: Bool) {
        freedBy[service * nodes + node] = isForged ? .forgery : .forced
    }

    /// By which race a C node says that a service is free that runs there.
    func freeingRace(_ service: Int, _ node: Int) -> LegacyRace {
        freedBy[service * nodes + node] ?? .forced
    }

    mutating func held(_ service: Int, _ node: Int, by race: LegacyRace?) {
        holdRaces[service * nodes + node] = race
    }

    func holdRace(_ service: Int, _ node: Int) -> LegacyRace? {
        holdRaces[service * nodes + node]
    }
}

// What nodes with the C program do, and what ours do beside them.
extension Witness {
    mutating func noteCause(of service: Int, at now: Duration) { lastCause[service] = now }

    mutating func legacyWrote(
        _ state: ServiceState, _ service: Int, _ node: Int, isForged: Bool, at now: Duration
    ) {
        if states[service][node].leavesServiceFree || state.leavesServiceFree {
            freeAt[service][node] = now
        }
        states[service][node] = state
        if state.leavesServiceFree { legacy.freed(service, node, isForged: isForged) }
        lastCause[service] = now
    }

    mutating func legacyReleased(_ service: Int, _ node: Int) { holds[service][node] = nil }

    mutating func legacyForced(_ service: Int, _ node: Int, at now: Duration) {
        guard holds[service][node] == nil else { return }
        holds[service][node] = Hold(since: now, isOperators: true)
        if let partner = partners[service][node], holds[service][partner] != nil {
            doubleRuns[.anOperator, default: 0] += 1
        }
    }

    mutating func legacyScriptEnded(
        _ script: SimulatedScript, _ node: Int, isGood: Bool, at now: Duration
    ) {
        lastCause[script.service] = now
        if script.script == .stop, isGood { holds[script.service][node] = nil }
    }

    /// The C program runs a start script.
    ///
    /// - Parameter said: What the partner's senders say of the service, if the partner is ours.
    mutating func legacyStarts(
        _ run: LegacyRun, _ node: Int, said: [ServiceState?], race: LegacyRace?, at now: Duration
    ) {
        let service = run.service
        lastCause[service] = now
        defer {
            if holds[service][node] == nil { holds[service][node] = Hold(since: now) }
            legacy.held(service, node, by: race)
        }
        guard let partner = partners[service][node], let hold = holds[service][partner] else {
            return
        }
        let excuse = tracker.excuse(
            node, partner, since: run.began - longestTimeout - .seconds(3), by: arrivals,
            at: now)
        if hold.isOperators {
            doubleRuns[.anOperator, default: 0] += 1
        } else if let excuse {
            doubleRuns[excuse, default: 0] += 1
        } else if !isLegacy[partner], said.contains(where: { $0?.leavesServiceFree ?? true }) {
            accuse(
                "M2",
                "\(about(service, partner)) runs and its beats do not say so: the C program on "
                    + "\(nodeNames[node]) starts it",
                at: now)
        } else if let race {
            count(race)
        } else {
            accuse(
                "S1",
                "\(about(service, node)) is started by the C program, and runs on "
                    + "\(nodeNames[partner]) since \(hold.since.text)",
                at: now)
        }
    }

    /// Our node starts a service beside a C program.
    ///
    /// - Parameter lookedAt: When its action looked at the partner last.
    mutating func judgeStartBesideLegacy(
        _ service: Int, _ node: Int, _ partner: Int, lookedAt: Duration, _ excuse: Excuse?,
        at now: Duration
    ) {
        let word = legacy.claim(of: partner, to: node, about: service, at: lookedAt)
        if let word, excuse != .forged, isHeard(partner, by: node, at: lookedAt) {
            return accuse(
                "M1",
                "\(about(service, node)) starts, and \(nodeNames[partner]) said \(word.name)",
                at: now)
        }
        guard let hold = holds[service][partner] else { return }
        if hold.isOperators {
            doubleRuns[.anOperator, default: 0] += 1
        } else if let excuse {
            doubleRuns[excuse, default: 0] += 1
        } else if states[service][partner].leavesServiceFree {
            count(legacy.freeingRace(service, partner))
        } else if let race = legacy.holdRace(service, partner) {
            count(race)
        } else {
            accuse(
                "S1",
                "\(about(service, node)) starts, and the C program on \(nodeNames[partner]) runs "
                    + "it since \(hold.since.text)",
                at: now)
        }
    }

    /// Some link from a node still counts as up at a listener.
    private func isHeard(_ sender: Int, by listener: Int, at time: Duration) -> Bool {
        (0..<connections.links).contains { link in
            arrivals.isSteady(connections.line(sender, link), listener, at: time)
        }
    }

    /// M3: beats of another layout are life, and nothing is started beside it (decision 1).
    mutating func expectNoWord(
        of partner: Int, to node: Int, _ service: Int, _ lookedAt: Duration, at now: Duration
    ) {
        guard isHeard(partner, by: node, at: lookedAt) else { return }
        accuse(
            "M3",
            "\(about(service, node)) starts, and \(nodeNames[partner]) beats in another layout",
            at: now)
    }

    /// M2: what our node's beats say when it runs a start script.
    mutating func expectClaim(
        _ said: [ServiceState?], _ service: Int, _ node: Int, at now: Duration
    ) {
        guard let wrong = said.first(where: { $0?.leavesServiceFree ?? true }) else { return }
        accuse(
            "M2",
            "\(about(service, node)) starts, and its beats say \(wrong?.name ?? "nothing")",
            at: now)
    }

    mutating func longestSilence(at now: Duration) -> Double {
        arrivals.takeLongestSilence(at: now)
    }

    private mutating func count(_ race: LegacyRace) {
        races[race, default: 0] += 1
        legacy.lastRace = race
    }

    /// Another program runs on a node from now on.
    mutating func replaced(_ node: Int, isLegacy: Bool, sendsTrailer: Bool) {
        self.isLegacy[node] = isLegacy
        trusts[node] = !isLegacy && sendsTrailer
    }
}
