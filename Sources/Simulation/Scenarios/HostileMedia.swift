// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import HostileBeats
import WireFormat

/// How a disk link is made to fail.
private enum DiskTrouble: String, CaseIterable {
    case zeroed = "disk: slot zeroed"
    case old = "disk: old beat in the slot"
    case foreign = "disk: another node's beat in the slot"
    case torn = "disk: slots torn"
    case stale = "disk: reads are stale"
    case readError = "disk: reads fail"
    case writeError = "disk: writes fail"
    case hang = "disk: writes hang"

    /// Nothing of the peer gets through, so that the link is down after its timeout.
    var isTotal: Bool {
        switch self {
        // What is stale here is one write behind, and lives.
        case .zeroed, .old, .foreign, .torn, .stale: false
        case .readError, .writeError, .hang: true
        }
    }
}

extension Scenario {
    static let diskFaults = Scenario(
        name: "14", title: "disk link: zeroed, old, stale, torn and foreign slots, errors, a hang",
        plan: { ClusterPlan(scene: &$0, .both, links: 2...3) },
        play: { stage in
            stage.begin()
            let start = stage.now
            for _ in 0...stage.dice.below(2) { stage.troubleDisk() }
            stage.expectNothing(since: start)
            stage.expectNobodyDown(since: start)
            stage.expectAgreement()
        })

    static let hostileDatagrams = Scenario(
        name: "15", title: "a storm of hostile datagrams on every network link",
        plan: { ClusterPlan(scene: &$0, .both, links: 1...3) },
        play: { stage in
            stage.begin()
            let start = stage.now
            stage.storm(for: .seconds(5), each: .milliseconds(5))
            stage.run(.seconds(10))
            stage.expectNothing(since: start)
            stage.expectNobodyDown(since: start)
            let moved = stage.entries(since: start).contains {
                if case .link = $0.what { true } else { false }
            }
            stage.expect(!moved, "no link goes down or up")
        })
}

extension Stage {
    /// One fault on one node's slot, for longer than its timeout; then it recovers by itself.
    fileprivate func troubleDisk() {
        let trouble = dice.pick(DiskTrouble.allCases)
        let node = dice.below(2)
        let listener = nodes[1 - node]
        let link = dice.pick(links(\.isDisk))
        let line = cluster.witness.connections.line(node, link)
        let (timeout, interval) = (cluster.lines[line].timeout, cluster.lines[line].interval)
        let start = now
        count(trouble.rawValue)
        cluster.trace("fault: \(trouble.rawValue)")
        let span = timeout + interval * 2 + dice.between(.seconds(2), .seconds(20))
        set(trouble, line, listener, until: now + span)
        run(timeout + interval * 2 + .seconds(1))
        if trouble.isTotal {
            expectLinks([CutPath(line: line, listener: listener.index)], areUp: false)
        }
        run(start + span - now)
        unset(trouble, line, listener)
        run(interval * 3 + .seconds(1))
        expectLinks([CutPath(line: line, listener: listener.index)], areUp: true)
        for entry in entries(since: start) {
            guard case .link(let other, _) = entry.what else { continue }
            expect(
                other == line && entry.node == listener.index,
                "line \(other) is not touched by what happens to line \(line)")
        }
        run(.seconds(3))
    }

    private func set(
        _ trouble: DiskTrouble, _ line: Int, _ listener: SimulatedNode, until end: Duration
    ) {
        switch trouble {
        case .stale: cluster.media.change(line, listener.index) { $0.staleReads += 1 }
        case .readError: cluster.media.change(line, listener.index) { $0.readErrors += 1 }
        case .writeError: cluster.media.writing[line].errors += 1
        case .hang: cluster.media.writing[line].hangs += 1
        case .torn: cluster.media.writing[line].meanTime = cluster.lines[line].interval / 2
        case .zeroed:
            spoil(line, until: end) { Array(repeating: 0, count: $0.slots[line].bytes.count) }
        case .old:
            guard let old = cluster.media.archive[line].first else { return }
            cluster.media.slots[line].write(old.bytes, truth: old.truth, at: now)
            spoil(line, until: end) { _ in old.bytes }
        case .foreign:
            let own = cluster.lines.indices.first {
                cluster.sender[$0] == listener.index && cluster.lines[$0].kind.isDisk
            }!
            spoil(line, until: end) { $0.slots[own].bytes }
        }
    }

    private func unset(_ trouble: DiskTrouble, _ line: Int, _ listener: SimulatedNode) {
        switch trouble {
        case .stale: cluster.media.change(line, listener.index) { $0.staleReads -= 1 }
        case .readError: cluster.media.change(line, listener.index) { $0.readErrors -= 1 }
        case .writeError: cluster.media.writing[line].errors -= 1
        case .hang: cluster.media.writing[line].hangs -= 1
        case .torn: cluster.media.writing[line].meanTime = .milliseconds(2)
        case .zeroed, .old, .foreign: break
        }
    }

    /// Somebody writes there, again and again, over what the sender writes.
    private func spoil(_ line: Int, until end: Duration, _ bytes: @escaping (Media) -> [UInt8]) {
        cluster.media.slots[line].write(bytes(cluster.media), truth: nil, at: now)
        let next = dice.between(.milliseconds(30), .milliseconds(400))
        guard now + next < end else { return }
        cluster.after(next) { [self] _ in spoil(line, until: end, bytes) }
    }

    /// A beat of another boot with a right checksum: who can send that can pose as the peer, and only
    /// authentication would help.
    private func isForged(_ bytes: [UInt8], _ sender: Int, _ listener: SimulatedNode) -> Bool {
        let header = unsafe try? FrameHeader(
            inspecting: bytes.span.bytes, layout: listener.layout,
            peer: Array(nodes[sender].name.utf8), own: Array(listener.name.utf8), isSlot: false)
        return header?.trailer != nil
    }

    /// Damaged beats of every node at every listener; true beats are heard all the same.
    ///
    /// A storm's rate is for real sockets (`bench storm`); here its variety counts.
    fileprivate func storm(for span: Duration, each pause: Duration) {
        count("storm of hostile datagrams")
        var beats = nodes.map {
            HostileBeats(seed: seed, node: $0.name, layouts: [$0.layout])
        }
        let before = nodes.map { $0.links.map(\.lastTaken) }
        let drops = cluster.tally.drops
        var sent = 0
        let end = now + span
        while now < end {
            for line in cluster.lines.indices where !cluster.lines[line].kind.isDisk {
                let sender = cluster.sender[line]
                let listener = nodes[1 - sender]
                guard let bytes = beats[sender].next(), !isForged(bytes, sender, listener) else {
                    continue
                }
                cluster.transmit(bytes, line, listener, truth: nil)
                sent += 1
            }
            run(pause)
        }
        run(.seconds(1))
        expect(
            cluster.tally.drops - drops >= sent * 9 / 10,
            "what is hostile is dropped and counted: \(cluster.tally.drops - drops) of \(sent)")
        for node in nodes {
            for line in cluster.lines.indices where cluster.sender[line] != node.index {
                let heard = node.links[line].lastTaken - before[node.index][line]
                let least = Int64(span / cluster.lines[line].interval) - 2
                expect(heard >= least, "line \(line): \(heard) beats heard, not \(least)")
            }
        }
    }
}
