// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// The events and effects of an action, each an object whose first member says what happened.
extension ActionEvent {
    var journalValue: JournalValue {
        switch self {
        case .began(let sight, let left):
            .members(("began", sight.journalValue), ("left", left.map { .text($0.rawValue) }))
        case .looked(let sight): .members(("looked", sight.journalValue))
        case .counted(let missing):
            .members(("missing", .list(missing.map(JournalValue.text))))
        case .timer: .members(("timer", .bool(true)))
        case .ended(.exited(let code)): .members(("exited", JournalValue(code)))
        case .ended(.killed(let signal)): .members(("killed", JournalValue(signal)))
        case .ended(.notStarted(let why)): .members(("notStarted", .text(why)))
        case .cameTooLate: .members(("cameTooLate", .bool(true)))
        case .toldToEnd: .members(("toldToEnd", .bool(true)))
        case .failed(let why): .members(("failed", .text(why)))
        }
    }

    init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        if let sight = fields["began"] {
            let left = try fields.optionalWord("left", ActionPhase.init(rawValue:))
            self = .began(try ActionSight(sight), left: left)
        } else if let sight = fields["looked"] {
            self = .looked(try ActionSight(sight))
        } else if fields["missing"] != nil {
            self = .counted(
                missing: try fields.list("missing").map { name throws(Misfit) in
                    try text(name, "program")
                })
        } else if fields["exited"] != nil {
            self = .ended(.exited(try fields.integer("exited")))
        } else if fields["killed"] != nil {
            self = .ended(.killed(signal: try fields.integer("killed")))
        } else if fields["notStarted"] != nil {
            self = .ended(.notStarted(try fields.text("notStarted")))
        } else if fields["failed"] != nil {
            self = .failed(try fields.text("failed"))
        } else if try fields.isSo("timer") {
            self = .timer
        } else if try fields.isSo("cameTooLate") {
            self = .cameTooLate
        } else if try fields.isSo("toldToEnd") {
            self = .toldToEnd
        } else {
            throw Misfit(reason: "an event of an unknown kind")
        }
    }
}

extension ActionEffect {
    var journalValue: JournalValue {
        switch self {
        case .record(let phase): .members(("record", .text(phase.rawValue)))
        case .write(let state): .members(("write", state.journalValue))
        case .writePeer(let state): .members(("writePeer", state.journalValue))
        case .recordRunner: .members(("recordRunner", .bool(true)))
        case .run(let script): .members(("run", .text(script.phase.rawValue)))
        case .signal(let isKill): .members(("signal", .text(isKill ? "KILL" : "TERM")))
        case .ask(let question, let at):
            .members(("ask", .text(question.word)), ("at", JournalValue(at)))
        case .log(let level, let text): .members(("log", .text(level.word)), ("text", .text(text)))
        case .print(let text): .members(("print", .text(text)))
        case .complain(let text): .members(("complain", .text(text)))
        case .finish(let code): .members(("finish", JournalValue(code)))
        }
    }
}

extension ActionQuestion {
    fileprivate var word: String {
        switch self {
        case .sight: "sight"
        case .programs: "programs"
        case .clock: "clock"
        }
    }
}

extension ActionLogLevel {
    fileprivate var word: String {
        switch self {
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        }
    }
}

extension ActionSight {
    fileprivate var journalValue: JournalValue {
        .members(("own", own.journalValue), ("peer", peer.journalValue))
    }

    fileprivate init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        self.init(
            own: try fields.word("own", ServiceState.init(named:)),
            peer: try PeerSight(fields.value("peer")))
    }
}

extension PeerSight {
    fileprivate var journalValue: JournalValue {
        .members(
            ("is", .text(judgement.word)), ("until", JournalValue(judgement.limit)),
            ("state", state?.journalValue), ("changes", JournalValue(changes)),
            ("run", JournalValue(managerRun)), ("trailers", JournalValue(sendsTrailers)),
            ("fast", JournalValue(hasFastLink)), ("disk", JournalValue(diskTimeout)),
            ("announced", announced.map { JournalValue($0) }),
            ("acknowledged", JournalValue(acknowledged)), ("precedes", precedes.map { .bool($0) }))
    }

    fileprivate init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        let limit = try fields.optionalDuration("until")
        self.init(
            judgement: try fields.word("is") { Judgement(word: $0, until: limit) },
            state: try fields.optionalWord("state", ServiceState.init(named:)),
            changes: try fields.integer("changes"), managerRun: try fields.integer("run"),
            sendsTrailers: try fields.isSo("trailers"), hasFastLink: try fields.isSo("fast"),
            diskTimeout: try fields.duration("disk"), announced: try fields.optional("announced"),
            acknowledged: try fields.integer("acknowledged"))
        if fields["precedes"] != nil { precedes = try fields.isSo("precedes") }
    }
}

extension PeerSight.Judgement {
    fileprivate var word: String {
        switch self {
        case .undecided: "undecided"
        case .up: "up"
        case .down: "down"
        case .otherLayout: "other layout"
        case .unwatched: "unwatched"
        }
    }

    fileprivate var limit: Duration? {
        switch self {
        case .undecided(let until): until
        case .up, .down, .otherLayout, .unwatched: nil
        }
    }

    fileprivate init?(word: String, until: Duration?) {
        switch word {
        case "undecided": self = .undecided(until: until)
        case "up": self = .up
        case "down": self = .down
        case "other layout": self = .otherLayout
        case "unwatched": self = .unwatched
        default: return nil
        }
    }
}

extension ActionTimes {
    var journalValue: JournalValue {
        .members(
            ("grace", JournalValue(grace)), ("graceMinimum", JournalValue(graceMinimum)),
            ("linkTimeout", JournalValue(linkTimeout)), ("ownTimeout", JournalValue(ownTimeout)),
            ("callout", JournalValue(callout)), ("programs", JournalValue(programs)),
            ("killDelay", JournalValue(killDelay)), ("lookInterval", JournalValue(lookInterval)),
            ("manager", JournalValue(manager)))
    }

    init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        self.init(
            grace: try fields.duration("grace"), graceMinimum: try fields.duration("graceMinimum"),
            linkTimeout: try fields.duration("linkTimeout"),
            ownTimeout: try fields.duration("ownTimeout"),
            callout: try fields.optionalDuration("callout"))
        programs = try fields.duration("programs")
        killDelay = try fields.duration("killDelay")
        lookInterval = try fields.duration("lookInterval")
        manager = try fields.duration("manager")
    }
}

extension ActionTexts {
    var journalValue: JournalValue {
        .members(
            ("service", .text(service)), ("partner", .text(partner)), ("script", .text(script)),
            ("checkScript", .text(checkScript)), ("classic", JournalValue(isClassic)))
    }

    init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        self.init(
            service: try fields.text("service"), partner: try fields.text("partner"),
            script: try fields.text("script"), checkScript: try fields.text("checkScript"),
            isClassic: try fields.isSo("classic"))
    }
}

extension Role {
    var word: String { self == .primary ? "primary" : "secondary" }

    init?(word: String) {
        switch word {
        case "primary": self = .primary
        case "secondary": self = .secondary
        default: return nil
        }
    }
}
