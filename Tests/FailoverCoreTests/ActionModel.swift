// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore
import Glibc

/// One node of a small model: its file, its nmond, and at most one action at a time. A value, so that
/// all orders of all steps can be walked through.
struct ModelNode: Hashable {
    var role: Role
    var own = ServiceState.stopped
    var machine: ActionMachine?
    var startsLeft: Int
    /// What nmond has on its page.
    var peer: PeerSight
    var published = ServiceState.stopped
    var publication: UInt64 = 1
    var announced: UInt64 = 1
    private var question: ActionQuestion?

    init(role: Role, starts: Int, peer: PeerSight) {
        self.role = role
        startsLeft = starts
        self.peer = peer
    }

    /// The service's scripts run here, or are about to.
    var hasService: Bool { own == .starting || own == .started }

    private var sight: ActionSight {
        var peer = peer
        peer.announced = published == .startReady ? announced : nil
        return ActionSight(own: own, peer: peer)
    }

    /// nmond's table, and the action that it starts.
    var mayBegin: Bool {
        machine == nil && startsLeft > 0 && published == own
            && peer.decidedState.map { MonitorTable.allowsStart(local: own, peer: $0) } == true
    }

    mutating func begin(now: Duration) {
        startsLeft -= 1
        let texts = ActionTexts(
            service: "s", partner: "p", script: "s", checkScript: "c", isClassic: true)
        let times = ActionTimes(
            grace: .seconds(5), graceMinimum: .seconds(2), linkTimeout: .seconds(10))
        machine = ActionMachine(.start, role: role, times: times, texts: texts)
        tell(.began(sight, left: nil), now)
    }

    var mayLook: Bool { question == .sight && machine != nil }

    mutating func look(now: Duration) { tell(.looked(sight), now) }

    var scriptRuns: Bool { machine?.isRunningScript == true }

    mutating func endScript(now: Duration) { tell(.ended(.exited(0)), now) }

    private mutating func tell(_ event: ActionEvent, _ now: Duration) {
        guard let effects = machine?.handle(event, now: now) else { return }
        for effect in effects {
            switch effect {
            case .write(let state): own = state
            case .ask(.programs, _):
                question = nil
                tell(.counted(missing: []), now)
            case .ask(let about, _): question = about
            case .finish: machine = nil
            case .record, .writePeer, .recordRunner, .run, .signal, .log, .print, .complain: break
            }
        }
    }
}

/// Worlds too many for every run are walked through when EZ_LONG_TESTS is 1.
let runsLong = getenv("EZ_LONG_TESTS").map { String(cString: $0) } == "1"

/// Walks through everything that can happen from `first` on; each world once.
///
/// - Returns: How many worlds there were, and the first bad one with the steps that led to it.
func explore<World: Hashable>(
    _ first: World, limit: Int, next: (World) -> [(String, World)], isBad: (World) -> Bool
) -> (count: Int, bad: [String]?) {
    var seen: Set<World> = [first]
    var stack: [(World, Int)] = [(first, -1)]
    var trail: [(String, Int)] = []
    while let (world, index) = stack.popLast() {
        if isBad(world) {
            var steps: [String] = []
            var at = index
            while at >= 0 {
                steps.append(trail[at].0)
                at = trail[at].1
            }
            return (seen.count, steps.reversed())
        }
        for (step, after) in next(world) where seen.insert(after).inserted {
            trail.append((step, index))
            stack.append((after, trail.count - 1))
        }
        if seen.count > limit { return (seen.count, ["more than \(limit) worlds"]) }
    }
    return (seen.count, nil)
}
