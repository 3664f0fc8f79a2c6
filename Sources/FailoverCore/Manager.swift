// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// What nmond thinks: links merged into peers, peers' states into decisions.
///
/// Facts go in by `handle`, any number of them; `settle` then says what to do. Both take the time
/// since boot. The rules: docs/service-states.md, "Monitor". The same facts give the same effects in the
/// same order; `Codable` so that a decision journal can begin in mid-life.
package struct Manager: Sendable, Codable {
    package let node: String
    private let bootChecksum: UInt32
    let links: [ManagedLink]
    private let ownLinks: Set<UInt32>
    private let diskTimeout: Duration
    /// Without trailers of ours nobody can say that he hears us.
    private let sendsTrailer: Bool
    private let smallestTimeout: Duration
    private(set) var keepers: [LinkKeeper]
    struct EarPlace: Codable {
        var peer: Int
        var ear: Int
    }
    /// Of each link that we hear a peer on: which peer, and which of its ears.
    private(set) var ears: [EarPlace?]
    private(set) var peers: [PeerMonitor] = []
    private(set) var peerIndex: [String: Int] = [:]
    private(set) var services: [ServiceMonitor] = []
    private(set) var serviceIndex: [String: Int] = [:]
    /// The services of each peer.
    private(set) var shared: [[Int]] = []

    private(set) var announcer: Announcer

    /// Services of which a fact changed, each once.
    private(set) var dirty: [Int] = []
    private(set) var isDirty: [Bool] = []
    /// Services that would start, but for something that time alone may change.
    private(set) var waiting: Set<Int> = []
    /// Services that run on both nodes, and when that is to be told next.
    private(set) var doubleRuns: [Int: Duration] = [:]
    private var isTerminating = false
    private var viewChanged = true
    private var pendingLogs: [ManagerEffect] = []
    /// When `settle` wants to be called again, at the latest.
    package private(set) var deadline: Duration

    /// - Parameters:
    ///   - links: All lines of the monitor file; `link` events name them by index.
    ///   - sendsTrailer: Our beats carry trailers; if not, every peer is treated as a C peer.
    package init(
        node: String, boot: BootIdentity, links: [ManagedLink], services: [ManagedService],
        sendsTrailer: Bool = true, at now: Duration
    ) {
        self.node = node
        bootChecksum = boot.checksum
        self.sendsTrailer = sendsTrailer
        announcer = Announcer(boot: boot, sendsTrailer: sendsTrailer)
        self.links = links
        let own = links.filter { $0.node == node }
        ownLinks = Set(own.map(\.linkID))
        diskTimeout = own.filter(\.kind.isDisk).map(\.timeout).max() ?? .zero
        smallestTimeout = links.map(\.timeout).min() ?? .seconds(2)
        keepers = links.map {
            LinkKeeper(isSender: $0.node == node, interval: $0.interval, at: now)
        }
        ears = []
        deadline = now
        for link in links where link.node != node && peerIndex[link.node] == nil {
            addPeer(link.node, at: now)
        }
        ears = links.map { link in
            peerIndex[link.node].map { EarPlace(peer: $0, ear: peers[$0].add(link, at: now)) }
        }
        configure(services, at: now)
    }

    // MARK: - Facts

    package mutating func handle(_ event: ManagerEvent, at now: Duration) {
        noticePause(at: now)
        switch event {
        case .link(let index, let reading):
            keepers[index].note(reading, at: now)
            if let ear = ears[index] { peers[ear.peer].note(reading, ear: ear.ear, at: now) }
        case .own(let name, let reading):
            guard let index = serviceIndex[name] else { return }
            services[index].note(reading)
            mark(index)
        case .peerFile(let name, let state):
            guard let index = serviceIndex[name], services[index].fileState != state else { return }
            services[index].fileState = state
            mark(index)
        case .actionEnded(let name):
            guard let index = serviceIndex[name] else { return }
            services[index].attemptEnded(at: now)
            mark(index)
        case .configuration(let services): configure(services, at: now)
        case .terminate: isTerminating = true
        }
    }

    private mutating func mark(_ index: Int) {
        guard !isDirty[index] else { return }
        isDirty[index] = true
        dirty.append(index)
    }

    private mutating func addPeer(_ name: String, at now: Duration) {
        peerIndex[name] = peers.count
        peers.append(PeerMonitor(name: name, at: now))
        shared.append([])
    }

    /// Takes over a services file; what is known of services that stay as they were is kept.
    private mutating func configure(_ definitions: [ManagedService], at now: Duration) {
        let known = Dictionary(
            services.map { ($0.definition.name, $0) }, uniquingKeysWith: { first, _ in first })
        for partner in definitions.compactMap({ $0.partner(of: node) })
        where peerIndex[partner] == nil && partner != node { addPeer(partner, at: now) }
        services = definitions.map { definition in
            let old = known[definition.name]
            if let old, old.definition == definition { return old }
            return ServiceMonitor(
                definition, peer: definition.partner(of: node).flatMap { peerIndex[$0] },
                after: old)
        }
        serviceIndex = Dictionary(
            services.indices.map { (services[$0].definition.name, $0) },
            uniquingKeysWith: { first, _ in first })
        for peer in shared.indices { shared[peer] = [] }
        (dirty, waiting, doubleRuns) = ([], [], [:])
        isDirty = Array(repeating: false, count: services.count)
        for (index, service) in services.enumerated() {
            guard let peer = service.peer else { continue }
            shared[peer].append(index)
            mark(index)
        }
        announcer.list(services)
        for peer in peers.indices { peers[peer].retake() }
        viewChanged = true
    }

    /// R15: late by a whole timeout, others may have taken over what we still claim; late by less, the
    /// receivers were late too, and silence must not be judged before they have caught up.
    private mutating func noticePause(at now: Duration) {
        let late = now - deadline
        guard announcer.hasAnnounced, late > .milliseconds(50) else { return }
        let forgets = late > smallestTimeout
        for peer in peers.indices { peers[peer].slept(late, forgetting: forgets, at: now) }
        for index in keepers.indices { keepers[index].slept(at: now) }
        deadline = now
        guard forgets else { return }
        viewChanged = true
        say(
            .warning,
            "stood still for \(late.text): peers are learned anew before anything is decided")
    }

    private mutating func say(_ severity: Severity, _ text: String) {
        pendingLogs.append(.log(severity, text))
    }

    // MARK: - Decisions

    /// What all facts so far call for.
    package mutating func settle(at now: Duration) -> [ManagerEffect] {
        noticePause(at: now)
        var effects: [ManagerEffect] = []
        for peer in peers.indices { review(peer, at: now) }
        var acts: [ManagerEffect] = []
        var changed: [Int] = []
        // Sorted: what comes out must not depend on how a set is laid out in this run.
        let concerned =
            waiting.isEmpty ? dirty : dirty + waiting.filter { !isDirty[$0] }.sorted()
        for index in dirty { isDirty[index] = false }
        dirty = []
        for index in concerned {
            effects += conclude(index)
            if announcer.refresh(services[index], index) { changed.append(index) }
            acts += decide(index, at: now)
        }
        let views = peers.indices.map {
            peers[$0].view(at: now, diskTimeout: diskTimeout, weSendTrailers: sendsTrailer)
        }
        var echoes: [LinkEcho] = []
        echoes.reserveCapacity(links.count)
        for peer in peers.indices { peers[peer].addEchoes(to: &echoes, at: now) }
        if let publish = announcer.announce(
            changed, &services, views, echoes, viewChanged: viewChanged, at: now)
        {
            effects.insert(publish, at: 0)
        }
        viewChanged = false
        if !pendingLogs.isEmpty { effects += pendingLogs }
        pendingLogs = []
        if !acts.isEmpty { effects += acts }
        supervise(at: now, &effects)
        reportDoubleRuns(at: now, &effects)
        plan(at: now)
        return effects
    }

    /// Judges one peer, and takes what it says.
    private mutating func review(_ peer: Int, at now: Duration) {
        let before = peers[peer].judgement
        if peers[peer].judge(at: now) {
            if let (severity, text) = peers[peer].remark(after: before) { say(severity, text) }
            viewChanged = true
            for index in shared[peer] { mark(index) }
        }
        let lastBoot = peers[peer].boot
        guard
            let content = peers[peer].merge(
                at: now, ownLinks: ownLinks, ownBoot: bootChecksum)
        else { return }
        viewChanged = true
        if let lastBoot, peers[peer].boot != lastBoot {
            say(.notice, "node \(peers[peer].name) was booted anew")
            for index in shared[peer] { services[index].forgetPartner() }
        }
        // Of a C program entries may be missing while its files are written.
        if content.trailer != nil {
            let named = Set(content.services.map(\.name))
            for index in shared[peer] where !named.contains(services[index].definition.name) {
                services[index].hearNothing()
            }
        }
        for entry in content.services {
            guard let index = serviceIndex[entry.name], services[index].peer == peer else {
                continue
            }
            services[index].hear(entry)
        }
        for index in shared[peer] { mark(index) }
    }

    /// Draws the partner's state from what was heard, and has its file follow.
    private mutating func conclude(_ index: Int) -> [ManagerEffect] {
        guard let peer = services[index].peer else { return [] }
        let (name, node) = (services[index].definition.name, peers[peer].name)
        let judgement = peers[peer].judgement
        if services[index].conclude(from: judgement) { viewChanged = true }
        var effects: [ManagerEffect] = []
        if let run = services[index].laterRun {
            services[index].adopt(run)
            let runner = run.onSender ? self.node : node
            effects.append(.recordRun(service: name, node: runner, number: run.number))
        }
        switch judgement {
        case .undecided, .otherLayout: return effects
        case .up, .down: break
        }
        guard let state = services[index].peerState, services[index].fileState != state else {
            return effects
        }
        if judgement == .down {
            say(.warning, "setting service \(name) to UNKNOWN for node \(node)")
        }
        services[index].fileState = state
        effects.append(.writePeerState(service: name, node: node, state: state))
        return effects
    }

    // MARK: - Starts

    /// Why a start that the table allows does not begin now.
    private enum Obstacle {
        case busy
        case until(Duration)
        case peerDoesNotHearUs
    }

    private mutating func decide(_ index: Int, at now: Duration) -> [ManagerEffect] {
        waiting.remove(index)
        guard !isTerminating, let peer = services[index].peer else { return [] }
        if services[index].runsOnBoth { doubleRuns[index] = doubleRuns[index] ?? now }
        if services[index].isOrphan { return resolve(index, at: now) }
        switch services[index].step(beside: peers[peer].judgement) {
        case .nothing:
            remarkSilence(index, peer)
            services[index].remarks.subtract([.cannotStart, .peerDoesNotHearUs])
            return []
        case .cannotStart:
            remarkCannotStart(index)
            return []
        case .startProcedure: break
        }
        services[index].remarks.remove(.peerStateMissing)
        switch obstacle(index, peer, at: now) {
        case .busy: return []
        case .until: waiting.insert(index)
        case .peerDoesNotHearUs:
            once(.peerDoesNotHearUs, index, .warning) {
                "service \($0.name) is not started: peer does not hear us"
            }
        case nil:
            services[index].remarks.remove(.peerDoesNotHearUs)
            services[index].attempt(.start, at: now)
            return [.act(service: services[index].definition.name, .start)]
        }
        return []
    }

    private func obstacle(_ index: Int, _ peer: Int, at now: Duration) -> Obstacle? {
        let service = services[index]
        guard service.hold == .free, service.attemptSince == nil else { return .busy }
        if service.retryAt > now { return .until(service.retryAt) }
        let mustHear = sendsTrailer && peers[peer].sendsTrailers(at: now)
        if peers[peer].judgement == .up && mustHear && !peers[peer].hearsUs {
            return .peerDoesNotHearUs
        }
        let visible = keepers.compactMap(\.absentSince).map { $0 + LinkKeeper.visibility }.max()
        return visible.flatMap { $0 > now ? .until($0) : nil }
    }

    private mutating func resolve(_ index: Int, at now: Duration) -> [ManagerEffect] {
        // What a start left behind is cleared away at once; only that itself is not repeated at once.
        guard services[index].lastAct == .start || services[index].retryAt <= now else {
            waiting.insert(index)
            return []
        }
        let service = services[index]
        say(
            .warning,
            "service \(service.definition.name) is \(service.own!.name), but nothing acts on it")
        services[index].attempt(.resolve, at: now)
        return [.act(service: service.definition.name, .resolve)]
    }

    private mutating func once(
        _ remark: ServiceMonitor.Remarks, _ index: Int, _ severity: Severity,
        _ text: (ManagedService) -> String
    ) {
        guard services[index].remarks.insert(remark).inserted else { return }
        say(severity, text(services[index].definition))
    }

    /// A live partner that says nothing of a service keeps it from starting: worth a line.
    private mutating func remarkSilence(_ index: Int, _ peer: Int) {
        let service = services[index]
        guard service.own == .stopped, peers[peer].judgement == .up, service.peerState == nil else {
            services[index].remarks.remove(.peerStateMissing)
            return
        }
        let node = peers[peer].name
        once(.peerStateMissing, index, .warning) {
            "service \($0.name) is not started: \(node) does not say what it is there"
        }
    }

    private mutating func remarkCannotStart(_ index: Int) {
        let partner = services[index].peerState ?? .unknown
        let own = services[index].own ?? .unknown
        once(.cannotStart, index, .notice) {
            "Cannot start \($0.name): service not in correct state (partner node is "
                + "\(partner.name), we are \(own.name))"
        }
    }

    // MARK: - Links and double runs

    private mutating func supervise(at now: Duration, _ effects: inout [ManagerEffect]) {
        guard !isTerminating else { return }
        for index in keepers.indices {
            switch keepers[index].step(at: now) {
            case nil: break
            case .start: effects.append(.startLink(index))
            case .kill(let pid): effects.append(.killLink(index, pid: pid))
            }
        }
    }

    /// B26: at once, and each minute while it lasts.
    private mutating func reportDoubleRuns(at now: Duration, _ effects: inout [ManagerEffect]) {
        guard !doubleRuns.isEmpty else { return }
        for (index, at) in doubleRuns.sorted(by: { $0.key < $1.key }) where at <= now {
            let (name, peer) = (services[index].definition.name, services[index].peer!)
            guard services[index].runsOnBoth else {
                doubleRuns[index] = nil
                continue
            }
            doubleRuns[index] = now + .seconds(60)
            effects.append(
                .log(
                    .critical,
                    "service \(name) is STARTED on both nodes, here and on \(peers[peer].name)"))
        }
    }

    private mutating func plan(at now: Duration) {
        // Awake at least once a second, so that a pause of this machine is noticed and measured.
        var next = now + .seconds(1)
        for peer in peers.indices { next = min(next, peers[peer].deadline(after: now) ?? next) }
        for keeper in keepers where !isTerminating {
            next = min(next, keeper.deadline(after: now) ?? next)
        }
        for index in waiting {
            let visible = keepers.compactMap(\.absentSince).map { $0 + LinkKeeper.visibility }.max()
            let retry = services[index].retryAt
            next = min(next, retry > now ? retry : (visible ?? now))
        }
        for at in doubleRuns.values { next = min(next, at) }
        deadline = max(next, now)
    }
}
