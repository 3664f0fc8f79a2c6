// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

/// One machine: its clocks, its disk, and the processes that run on it.
final class SimulatedNode {
    let index: Int
    let plan: ClusterPlan.NodePlan
    var layout: Layout
    var sendsTrailer: Bool
    var name: String { plan.name }

    // The machine.
    private(set) var isUp = false
    /// Counts boots; what belongs to an earlier one is void.
    private(set) var life: Int32 = 0
    private(set) var boot = BootIdentity(high: 0, low: 0, initStart: 0)
    /// Made-up time at which its clock since boot read zero.
    var epoch: Duration = .zero
    /// What its wall clock shows beyond the made-up time.
    var wallOffset: Duration = .seconds(1_790_000_000)
    /// Stands still, all of it, until then.
    var pausedUntil: Duration = .zero
    /// The end of the last standstill that its clock could tell.
    var wokeAt: Duration?

    // Its disk.
    var disk: NodeDisk
    var servicesEditedAt: Duration = .seconds(-1000)

    /// Writes of state files fail.
    var diskFaults = 0
    /// Of a write that is to be on the disk.
    var meanSyncTime = Duration.milliseconds(1)

    // What runs on it.
    /// One per line of the monitor file: a sender for lines of this node, else a receiver.
    var links: [SimulatedLink]
    var manager: SimulatedManager?
    /// Runs the C program instead of ours: what its processes keep.
    var legacy: LegacyPrograms?
    var isGuardAlive = false
    /// The daemons were started and not stopped: what dies is brought back.
    var isLaunched = false
    var actions: [SimulatedAction] = []
    var scripts: [SimulatedScript] = []
    /// On their way to the disk.
    var peerWrites: [ServiceState?]
    var runWrites: [(node: Int, number: UInt32)?]
    var standstill = StandstillWatch()
    /// Of each other node: the newest publication that it ever said it had heard of this node.
    var notices: [(boot: UInt32, publication: UInt64)]
    /// Who holds each service's lock: the number of an action.
    var locks: [Int32?]
    private var lastPid: Int32 = 100

    init(index: Int, plan: ClusterPlan, lines: [MonitorLine], services: Int) {
        self.index = index
        self.plan = plan.nodes[index]
        layout = self.plan.layout
        sendsTrailer = self.plan.sendsTrailer
        disk = NodeDisk(services: services, text: Array(plan.services.utf8))
        locks = Array(repeating: nil, count: services)
        peerWrites = Array(repeating: nil, count: services)
        runWrites = Array(repeating: nil, count: services)
        notices = Array(repeating: (0, 0), count: plan.nodes.count)
        links = lines.indices.map {
            SimulatedLink(line: lines[$0], isOwn: lines[$0].node == plan.nodes[index].name)
        }
        guard self.plan.isLegacy else { return }
        legacy = LegacyPrograms(layout: layout, lines: lines.count, services: services)
    }

    /// Its clock since boot.
    func clock(_ now: Duration) -> Duration { now - epoch }

    func wallClock(_ now: Duration) -> Int64 { (now + wallOffset).wholeSeconds }

    func newPid() -> Int32 {
        lastPid += 1
        return lastPid
    }

    func powerOn(at now: Duration, dice: inout Dice) {
        isUp = true
        life += 1
        boot = BootIdentity(high: dice.bits(), low: dice.bits(), initStart: 1)
        // A kernel is up for some seconds before the daemons are.
        epoch = now - dice.between(.seconds(3), .seconds(30))
    }

    /// Everything that ran is gone, and what had not reached the disk with it.
    func powerOff(dice: inout Dice) {
        isUp = false
        life += 1
        pausedUntil = .zero
        wokeAt = nil
        for link in links { link.clear() }
        manager = nil
        legacy?.clear()
        isGuardAlive = false
        isLaunched = false
        actions = []
        scripts = []
        for index in locks.indices {
            (locks[index], peerWrites[index], runWrites[index]) = (nil, nil, nil)
        }
        disk.losePower(&dice)
    }

    func syncTime(_ dice: inout Dice) -> Duration { dice.exponential(mean: meanSyncTime) }

    func action(_ number: Int32) -> SimulatedAction? { actions.first { $0.number == number } }

    func script(of service: Int) -> SimulatedScript? { scripts.first { $0.service == service } }
}

/// Where the action that holds a lock says what it is at: the record in the lock file.
struct LockRecord {
    var boot: BootIdentity
    var phase: ActionPhase
    /// The process group of its script.
    var session: Int32?
}

/// What a node keeps on its disk; one entry per service.
struct NodeDisk {
    /// STATE.<this node>; nil while the file cannot be read. Always synced.
    var states: [ServiceState?]
    /// What it says while it cannot be read.
    private var hidden: [ServiceState?]
    /// STATE.<partner>, and what of it would outlive a power cut.
    var peerStates: [ServiceState?]
    private var syncedPeerStates: [ServiceState?]
    var records: [LockRecord?]
    /// Where the service ran last; synced.
    var runners: [(node: Int, number: UInt32)?]
    /// The services file; nil while it is not there.
    var servicesText: [UInt8]?
    var bootMark: BootIdentity?

    init(services count: Int, text: [UInt8]) {
        states = Array(repeating: .frozenStop, count: count)
        hidden = Array(repeating: nil, count: count)
        peerStates = Array(repeating: nil, count: count)
        syncedPeerStates = peerStates
        records = Array(repeating: nil, count: count)
        runners = Array(repeating: nil, count: count)
        servicesText = text
    }

    mutating func syncPeerState(_ service: Int) { syncedPeerStates[service] = peerStates[service] }

    /// A state file cannot be read for a while; false if that is so already.
    mutating func hide(_ service: Int) -> Bool {
        guard let state = states[service] else { return false }
        hidden[service] = state
        states[service] = nil
        return true
    }

    /// It says again what it said, unless it was written since.
    mutating func reveal(_ service: Int) -> Bool {
        defer { hidden[service] = nil }
        guard states[service] == nil, let state = hidden[service] else { return false }
        states[service] = state
        return true
    }

    /// Each file that was not synced is as it was then, or as it is.
    mutating func losePower(_ dice: inout Dice) {
        for service in states.indices { _ = reveal(service) }
        for service in peerStates.indices where dice.once(in: 2) {
            peerStates[service] = syncedPeerStates[service]
        }
        syncedPeerStates = peerStates
    }
}
