// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import WireFormat

/// What a peer said of its services in one beat, and how new that was.
struct Word {
    var boot: BootIdentity
    var publication: UInt64
    /// By service; a service of which it said nothing, or UNKNOWN, keeps what was said before.
    var states: [Int: ServiceState]
    /// Node's clock when it was heard.
    var heardAt: Duration
}

// What a node really heard, kept beside the product's own view of it: whoever heard that the other one
// has the service must not start it, whatever links are cut.
extension SimulatedCluster {
    /// A listener took a beat for fresh.
    func noteWord(
        _ node: SimulatedNode, _ link: SimulatedLink, _ bytes: [UInt8], isNews: Bool
    ) {
        link.takenAt = node.clock(now)
        guard isNews,
            let beat = unsafe try? Heartbeat(
                decoding: bytes.span.bytes, expecting: node.layout), let trailer = beat.trailer
        else { return }
        // A service that it does not name keeps what was said of it last, on whichever link.
        let before = node.links.filter { $0.line.node == link.line.node }.compactMap(\.word)
            .filter { $0.boot == trailer.boot }.max { $0.publication < $1.publication }
        var states = before?.states ?? [:]
        for entry in beat.services {
            guard let service = serviceIndex[entry.name], let state = entry.state,
                state != .unknown
            else { continue }
            states[service] = state
        }
        link.word = Word(
            boot: trailer.boot, publication: trailer.publication, states: states,
            heardAt: node.clock(now))
        for action in node.actions where action.machine.isInGracePeriod && action.claimAt == nil {
            guard services[action.service].partner(of: node.name) == link.line.node,
                let word = lastWord(node, action.service),
                let state = word.states[action.service], state.claimsService
            else { continue }
            action.claimAt = node.clock(now)
        }
    }

    /// Another program speaks there from now on.
    func forgetWords(of speaker: SimulatedNode) {
        for link in nodes.flatMap(\.links) where link.line.node == speaker.name {
            (link.takenAt, link.word) = (nil, nil)
        }
    }

    /// The newest word of the service's other node: by publication, within the boot heard last.
    private func lastWord(_ node: SimulatedNode, _ service: Int) -> Word? {
        let partner = services[service].partner(of: node.name)
        let links = node.links.filter { $0.line.node == partner && $0.word != nil }
        guard let boot = links.max(by: { $0.takenAt! < $1.takenAt! })?.word?.boot else {
            return nil
        }
        return links.compactMap(\.word).filter { $0.boot == boot }
            .max { $0.publication < $1.publication }
    }

    /// It was heard lately enough for every reckoning when nmond looked last.
    private func isHeard(_ node: SimulatedNode, _ service: Int, by pulse: Duration) -> Bool {
        let partner = services[service].partner(of: node.name)
        return node.links.contains { link in
            link.line.node == partner && link.word != nil && link.takenAt! < pulse
                && node.clock(now) - link.takenAt! < link.line.timeout - link.line.interval * 2
        }
    }

    /// An action looks at its partner: what could it know at this moment?
    func noteLook(_ node: SimulatedNode, _ action: SimulatedAction) {
        action.objection = nil
        if let manager = node.manager, case let age = node.clock(now) - manager.pulse,
            age > .seconds(3)
        {
            action.objection = "goes by what an nmond knew that stands still for \(age.text)"
            return
        }
        guard let manager = node.manager, let word = lastWord(node, action.service),
            word.heardAt < manager.pulse, let state = word.states[action.service],
            !state.leavesServiceFree
        else { return }
        if isHeard(node, action.service, by: manager.pulse) {
            action.objection = "hears \(state.name)"
        } else if let at = action.claimAt, at < manager.pulse, state.claimsService {
            action.objection = "heard \(state.name) in its grace period"
        }
    }

    /// S2: a script of the start procedure begins.
    func judgeWord(_ script: ActionScript, _ node: SimulatedNode, _ action: SimulatedAction) {
        guard script != .stop else { return }
        let name = "\(services[action.service].name) on \(node.name)"
        if let objection = action.objection {
            witness.accuse(
                "S2", "\(name) runs its \(script.phase.rawValue) script and \(objection)", at: now)
        }
        if action.isCalledOff {
            witness.accuse("S2", "\(name) goes on though it was told to end in time", at: now)
        }
    }

    /// S1: whoever goes on past its grace period has been taken notice of.
    func judgeNotice(_ node: SimulatedNode, _ action: SimulatedAction) {
        guard let announcement = node.manager?.announcement,
            let partner = nodes.first(where: {
                $0.name == services[action.service].partner(of: node.name)
            }),
            announcement.peers.contains(where: {
                $0.name == partner.name && $0.judgement == .up && $0.sendsTrailers
            }),
            let view = announcement.services.first(where: {
                $0.name == services[action.service].name
            }),
            view.ownState == .startReady
        else { return }
        let notice = partner.notices[node.index]
        guard notice.boot != node.boot.checksum || notice.publication < view.announced else {
            return
        }
        witness.accuse(
            "S1",
            "\(view.name) on \(node.name) goes on, and \(partner.name) has not taken notice",
            at: now)
    }

    // MARK: - What nmond publishes

    func judge(_ new: Announcement, _ node: SimulatedNode, _ manager: SimulatedManager) {
        for echo in new.trailer.echoes {
            guard let line = lineOfLink[echo.link] else { continue }
            let known = node.notices[sender[line]]
            let number = known.boot == echo.boot ? known.publication : 0
            node.notices[sender[line]] = (echo.boot, max(number, echo.publication))
        }
        for peer in new.peers {
            let old = manager.announcement?.peers.first { $0.name == peer.name }
            if peer.judgement == .down, old?.judgement != .down {
                judgeDown(peer.name, node, manager)
            }
            if peer.acknowledged > old?.acknowledged ?? 0 { judgeBelief(peer, node) }
            if peer.judgement == .up { judgeOrder(peer.name, new, node, manager) }
        }
        guard let old = manager.announcement, old.entries.count == new.entries.count else { return }
        for (before, entry) in zip(old.entries, new.entries)
        where entry.state == .unknown && before.state != .unknown && before.name == entry.name {
            witness.accuse(
                "S11", "\(node.name) forgets what \(entry.name) is, and says so", at: now)
        }
    }

    /// S1: nobody believes in an acknowledgement that was never given.
    private func judgeBelief(_ peer: PeerView, _ node: SimulatedNode) {
        guard let partner = nodes.first(where: { $0.name == peer.name }) else { return }
        let notice = partner.notices[node.index]
        guard notice.boot != node.boot.checksum || notice.publication < peer.acknowledged else {
            return
        }
        witness.accuse(
            "S1", "\(node.name) believes in a notice that \(peer.name) has not taken", at: now)
    }

    /// S7: a state that was published earlier never takes the place of a later one.
    private func judgeOrder(
        _ peer: String, _ new: Announcement, _ node: SimulatedNode, _ manager: SimulatedManager
    ) {
        let partner = nodes.first { $0.name == peer }!
        guard witness.trusts[partner.index], let old = manager.announcement else { return }
        let word = manager.words.enumerated().filter { lines[$0.offset].node == peer }
            .compactMap(\.element).filter { $0.boot == partner.boot }
            .max { $0.publication < $1.publication }
        for (before, view) in zip(old.services, new.services)
        where before.name == view.name && before.peerState != view.peerState {
            guard let service = serviceIndex[view.name],
                services[service].partner(of: node.name) == peer,
                let said = word?.states[service], let state = view.peerState, state != said
            else { continue }
            witness.accuse(
                "S7",
                "\(node.name) takes \(view.name) for \(state.name) and \(peer) said \(said.name)",
                at: now)
        }
    }

    /// L1: nobody is up of whom nothing was heard for longer than any timeout.
    func judgeUp(_ node: SimulatedNode, _ manager: SimulatedManager) {
        guard !manager.isAccused, let peers = manager.announcement?.peers else { return }
        for peer in peers where peer.judgement == .up {
            guard isLongSilent(peer.name, to: node),
                witness.trusts[nodes.firstIndex { $0.name == peer.name }!]
            else { continue }
            manager.isAccused = true
            return witness.accuse(
                "L1", "\(node.name) takes \(peer.name) for up, and hears nothing", at: now)
        }
    }

    /// It heard that peer once, and since then nothing for longer than any timeout.
    private func isLongSilent(_ peer: String, to node: SimulatedNode) -> Bool {
        let clock = node.clock(now)
        var isSilent = false
        for link in node.links where link.line.node == peer {
            guard let at = link.takenAt else { continue }
            guard clock - at > link.line.timeout + .seconds(1) else { return false }
            isSilent = true
        }
        return isSilent
    }

    /// S11: a peer is down after a whole timeout of silence on every link, to which this nmond listened.
    private func judgeDown(_ peer: String, _ node: SimulatedNode, _ manager: SimulatedManager) {
        let mine = lines.indices.filter { lines[$0].node == peer }
        let longest = mine.map { lines[$0].timeout }.max() ?? .zero
        let awake = now - (node.wokeAt ?? .seconds(-1_000_000))
        let listened = min(node.clock(now) - manager.startedAt, awake)
        if listened < longest {
            witness.accuse(
                "S11", "\(node.name) takes \(peer) for down after \(listened.text)", at: now)
        }
        for line in mine {
            guard let at = node.links[line].takenAt, case let age = node.clock(now) - at,
                age < lines[line].timeout - lines[line].interval * 2
            else { continue }
            witness.accuse(
                "S11", "\(node.name) takes \(peer) for down and heard it \(age.text) ago",
                at: now)
        }
    }
}

extension ServiceState {
    /// It runs there, or may.
    fileprivate var claimsService: Bool { !leavesServiceFree && self != .startReady }
}
