// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore

/// One action on made-up time: a partner whose state the test sets, files, and scripts that end when
/// the test says so.
struct ActionStage {
    var now = Duration.seconds(100)
    var machine: ActionMachine
    /// Our state file.
    var own: ServiceState
    var peer: PeerSight
    /// nmond publishes our START_READY, as this publication of it.
    var announces = true
    var announcement: UInt64 = 7
    /// The partner's file, as a check script finds it.
    var peerFile = ServiceState.stopped
    /// What the partner is by the time its file is written.
    var peerAfterWrite: PeerSight?
    var written: [ServiceState] = []
    var record = ActionPhase.idle
    var ran: [ActionScript] = []
    var signals: [Bool] = []
    var said: [String] = []
    var logged: [String] = []
    var exitCode: Int32?
    var runnerRecorded = false
    private(set) var question: (ActionQuestion, Duration)?
    var missing: [String] = []

    init(
        _ request: ActionRequest, own: ServiceState = .stopped, role: Role = .primary,
        peer: PeerSight = .up(.stopped), callout: Duration? = nil, isClassic: Bool = true
    ) {
        let texts = ActionTexts(
            service: "svc", partner: "node2", script: "/svc", checkScript: "/check",
            isClassic: isClassic)
        let times = ActionTimes(linkTimeout: .seconds(10), callout: callout)
        machine = ActionMachine(request, role: role, times: times, texts: texts)
        self.own = own
        self.peer = peer
    }

    var sight: ActionSight {
        var peer = peer
        if peer.isWatched && announces && own == .startReady { peer.announced = announcement }
        return ActionSight(own: own, peer: peer)
    }

    mutating func begin(left: ActionPhase? = nil) { tell(.began(sight, left: left)) }

    mutating func tell(_ event: ActionEvent) {
        for effect in machine.handle(event, now: now) {
            switch effect {
            case .record(let phase): record = phase
            case .write(let state):
                own = state
                written.append(state)
            case .writePeer(let state):
                peerFile = state
                peer = peerAfterWrite ?? peer
            case .recordRunner: runnerRecorded = true
            case .run(let script): ran.append(script)
            case .signal(let isKill): signals.append(isKill)
            case .ask(let about, let at): question = (about, at)
            case .log(_, let text): logged.append(text)
            case .print(let text): said.append(text)
            case .complain(let text): logged.append(text)
            case .finish(let code): exitCode = code
            }
        }
    }

    /// Lets time pass, answering each question when it is due.
    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while let (about, at) = question, at <= end, exitCode == nil {
            now = max(now, at)
            question = nil
            switch about {
            case .sight: tell(.looked(sight))
            case .programs: tell(.counted(missing: missing))
            case .clock: tell(.timer)
            }
        }
        now = end
    }

    /// The partner says something else.
    mutating func hear(_ state: ServiceState, times: UInt32 = 1) {
        peer.state = state
        peer.changes += times
    }
}

extension PeerSight {
    /// Up, with our trailers, everything of ours acknowledged.
    static func up(_ state: ServiceState) -> PeerSight {
        PeerSight(
            judgement: .up, state: state, managerRun: 1, sendsTrailers: true, hasFastLink: true,
            acknowledged: 7)
    }
    /// A C program; by disk alone where `diskTimeout` is given.
    static func legacy(_ state: ServiceState, diskTimeout: Duration? = nil) -> PeerSight {
        PeerSight(
            judgement: .up, state: state, managerRun: 1, hasFastLink: diskTimeout == nil,
            diskTimeout: diskTimeout ?? .zero)
    }
    static let down = PeerSight(judgement: .down, state: .unknown, managerRun: 1)
    static func file(_ state: ServiceState) -> PeerSight {
        PeerSight(judgement: .unwatched, state: state)
    }
}
