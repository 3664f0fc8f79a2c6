// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

/// The original C programs on one node: what its processes keep, and the memory that they share.
///
/// A model written from the documented behaviour alone, its races included: receivers and nmond
/// write states without a lock, nmond waits for its scripts, nobody brings back what dies. It proves
/// nothing about the original; it shows how the product gets on with such a neighbour.
final class LegacyPrograms {
    /// Layout A: nmond does one service after the other, and the primary never yields.
    let isFirstEra: Bool
    /// One per line of the monitor file.
    var receivers: [LegacyReceiver]
    var manager: LegacyManager?
    var runs: [LegacyRun] = []
    /// What stands behind STATE.<partner> of each service.
    var sources: [LegacySource]
    /// Which states the frame of each sender was built from.
    var said: [[ServiceState?]]
    private let layout: Layout

    init(layout: Layout, lines: Int, services: Int) {
        self.layout = layout
        isFirstEra = layout == .a
        receivers = Array(repeating: LegacyReceiver(layout: layout), count: lines)
        sources = Array(repeating: LegacySource(), count: services)
        said = Array(repeating: [], count: lines)
    }

    /// The machine went down, and its memory with it.
    func clear() {
        manager = nil
        runs = []
        for index in receivers.indices { receivers[index] = LegacyReceiver(layout: layout) }
        for index in sources.indices { sources[index] = LegacySource() }
    }

    func run(_ number: Int32) -> LegacyRun? { runs.first { $0.number == number } }
}

/// heartc of one line, and the segment in which it says whether the link is up.
struct LegacyReceiver {
    /// In shared memory: outlives the process (R18).
    var isUp = false
    /// A beat was heard since the machine came up.
    var wasHeard = false
    /// The structure that beats are read into; a short one leaves the rest as it was.
    var buffer: [UInt8]
    var entries: [LegacyEntry] = []
    /// Which node the buffer names.
    var sender: String?
    /// Of a slot as read last.
    var elapsed: UInt32 = 0
    var lastTruth: Int64 = -1
    /// The alarm is set before each wait, but for the one after it rang and the one after that.
    var isArmed = true
    var alarmAt: Duration?
    /// When the event comes that looks after the alarm.
    var alarmPlannedAt: Duration?

    init(layout: Layout) { buffer = Array(repeating: 0, count: layout.size) }
}

/// One state of a beat, as the receiver writes it down.
struct LegacyEntry {
    var service: Int
    var state: ServiceState
}

/// Where the state of a partner's service comes from, for telling one race from another.
struct LegacySource {
    enum Origin {
        case nothing
        /// A beat as its sender sent it, and newer than the last one of its line.
        case beat(line: Int)
        /// Damaged or repeated bytes, which the program takes for a beat.
        case forgery
        /// Likewise, from a slot.
        case oldSlot
        /// nmond wrote UNKNOWN; before or after any beat of that node was heard.
        case silence(wasHeard: Bool)
    }
    var origin = Origin.nothing
    /// The last forgery or old slot, and when.
    var upset: (origin: Origin, at: Duration)?
    /// How often the file changed.
    var changes = 0
}

/// nmond: passes of all services, each waiting for what it began.
final class LegacyManager {
    let run: Int32
    var frozenUntil: Duration = .zero
    /// Services that this pass has still to look at; the first era does one after the other.
    var todo: [Int] = []
    /// Procedures that it waits for.
    var active = 0

    init(run: Int32) { self.run = run }
}

/// A start procedure or an action that runs: nmond's, or a command's own.
final class LegacyRun {
    enum Step {
        /// States were read and are not yet acted upon.
        case decided
        case grace
        case check, start, stop
        /// Between the 0 and the 6 of a freeze-stop (R4).
        case freeze
    }

    let number: Int32
    let service: Int
    let request: ActionRequest
    let isOperators: Bool
    let began: Duration
    var step = Step.decided
    var peerAtStart = ServiceState.unknown
    var changesAtStart = 0
    var token: Int32 = 0
    var script: Int32?
    /// How the script ended that it waited for.
    var isScriptGood = false
    var hasProof = false
    /// The race that brought it as far as it is; the first one counts.
    var race: LegacyRace?

    init(
        number: Int32, service: Int, request: ActionRequest, isOperators: Bool, began: Duration
    ) {
        self.number = number
        self.service = service
        self.request = request
        self.isOperators = isOperators
        self.began = began
    }

    func blame(_ race: LegacyRace) { self.race = self.race ?? race }
}

/// The documented weaknesses of the C program by which a service comes to run twice.
///
/// Source: OpenHA specification, 4.7 and 11.
package enum LegacyRace: String, CaseIterable, Sendable {
    case slowDisks = "R1: disk links are read once per timeout"
    case goesPast = "R2: the primary goes on past any change but STARTED and STARTING"
    case neverYields = "R2: the primary of the first era never yields"
    case twice = "R3: two starts of one service at once"
    case passesZero = "R4: freeze-stop passes through STOPPED"
    case operatorIgnored = "R5: what an operator writes in the grace period is overwritten"
    case bootsBlind = "R7: a peer that was not heard two seconds after the start is down"
    case forced = "R11: STOPPED is written over a running service"
    case ownUnreadable = "R16: an own state that cannot be read leads to a start"
    case unseenChanges = "R17: only the first and the last state of the grace period count"
    case deadReceiver = "R18: the links of a killed receiver stay up, and bring no states"
    case oldSlot = "B10: what a slot said long ago is taken for news"
    case forgery = "B15: damaged and repeated beats are taken for new ones"
    case notLookedAgain = "B21: nothing is looked at after the check script began"
    case otherLayout = "7.5: beats of another layout are read as its own"
}
