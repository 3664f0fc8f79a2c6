// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import WireFormat

/// nmond's thread of a journal: its `Manager`, told again what it was told.
struct ManagerReplay {
    /// Of the next line.
    private(set) var number: UInt64
    private var core: Manager
    private var memory = ManagerMemory()
    private let linkCount: Int

    init(start fields: Fields) throws(Misfit) {
        let version: Int = try fields.integer("version")
        guard version == ManagerJournal.version else {
            throw Misfit(reason: "a journal of version \(version)")
        }
        number = try fields.integer("n", UInt64.self) &+ 1
        if let core = fields["core"] {
            let sum: UInt32 = try fields.integer("sum")
            guard CRC32C.checksum(core.bytes) == sum else {
                throw Misfit(reason: "the state of the core is damaged")
            }
            guard let manager = try? ValueDecoder.decode(Manager.self, from: core) else {
                throw Misfit(reason: "the state of the core is of another version")
            }
            linkCount = try fields.integer("linkCount")
            guard manager.isSound, manager.linkCount == linkCount else {
                throw Misfit(reason: "the state of the core contradicts itself")
            }
            self.core = manager
            return
        }
        let links = try fields.list("links").map { link throws(Misfit) in try ManagedLink(link) }
        linkCount = links.count
        core = Manager(
            node: try fields.text("node"), boot: try fields.word("boot", BootIdentity.init(words:)),
            links: links,
            services: try fields.list("services").map { service throws(Misfit) in
                try ManagedService(service)
            },
            sendsTrailer: try fields.isSo("trailer"), at: try fields.duration("at"))
    }

    /// A start line follows a first one at once where nothing is missing between them.
    func isContinued(by start: Fields) throws(Misfit) -> Bool {
        if start["core"] == nil { return true }
        let next: UInt64 = try start.integer("n")
        return start["lost"] == nil && next == number
    }

    mutating func settle(_ fields: Fields) throws(Misfit) -> Mismatch? {
        number &+= 1
        let now = try fields.duration("at")
        for value in try fields.optionalList("in") { try handle(value, now) }
        if fields["links"] != nil {
            let readings = try fields.list("links")
            guard readings.count == linkCount else {
                throw Misfit(reason: "\(readings.count) links instead of \(linkCount)")
            }
            for (index, reading) in readings.enumerated() {
                core.handle(.link(index, try memory.reading(reading, of: index)), at: now)
            }
        }
        for value in try fields.optionalList("then") { try handle(value, now) }
        let effects = core.settle(at: now).map { memory.value($0) }
        return Mismatch(
            "nmond", at: now, recorded: try fields.optionalList("out"), now: effects)
    }

    private mutating func handle(_ value: JournalValue, _ now: Duration) throws(Misfit) {
        let (event, at) = try memory.event(value)
        if case .link(let index, _) = event, !(0..<linkCount).contains(index) {
            throw Misfit(reason: "there is no link \(index)")
        }
        core.handle(event, at: at ?? now)
    }
}

/// One action's thread.
struct ActionReplay {
    private(set) var number: UInt64
    /// How often the machine was asked.
    private(set) var turns = 0
    private let name: String
    private let lookInterval: Duration
    private var machine: ActionMachine
    private var lastEvent: ActionEvent?
    private var lastTime: Duration

    init(name: String, begin fields: Fields) throws(Misfit) {
        self.name = name
        number = try fields.integer("n", UInt64.self) &+ 1
        lastTime = try fields.duration("at")
        let begin = try Fields(fields.value("begin"))
        let version: Int = try begin.integer("version")
        guard version == ManagerJournal.version else {
            throw Misfit(reason: "a journal of version \(version)")
        }
        let times = try ActionTimes(begin.value("times"))
        lookInterval = times.lookInterval
        machine = ActionMachine(
            try begin.word("request", ActionRequest.init(rawValue:)),
            role: try begin.word("role", Role.init(word:)), times: times,
            texts: try ActionTexts(begin.value("texts")))
    }

    mutating func take(_ fields: Fields) throws(Misfit) -> Mismatch? {
        number &+= 1
        if fields["looks"] != nil { return try looks(fields.list("looks")) }
        let now = try fields.duration("at")
        let event = try ActionEvent(fields.value("in"))
        let effects = handle(event, now)
        return Mismatch(
            "action \(name)", at: now, recorded: try fields.optionalList("out"),
            now: effects.map(\.journalValue))
    }

    private mutating func looks(_ spans: [JournalValue]) throws(Misfit) -> Mismatch? {
        guard let event = lastEvent, case .looked = event else {
            throw Misfit(reason: "looks like the last one, but there was none")
        }
        for span in spans {
            let now = lastTime + (try duration(span, "time between looks"))
            guard now < .nanoseconds(1 << 61) else { throw Misfit(reason: "no time since boot") }
            let effects = handle(event, now)
            let recorded = ActionEffect.ask(.sight, at: now + lookInterval)
            let mismatch = Mismatch(
                "action \(name)", at: now, recorded: [recorded.journalValue],
                now: effects.map(\.journalValue))
            if let mismatch { return mismatch }
        }
        return nil
    }

    private mutating func handle(_ event: ActionEvent, _ now: Duration) -> [ActionEffect] {
        turns += 1
        (lastEvent, lastTime) = (event, now)
        return machine.handle(event, now: now)
    }
}
