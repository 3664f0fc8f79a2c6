// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import WireFormat

/// What the lines so far have said, so that the next one says only what is different. Writer and
/// reader each keep one; both begin empty at a start line.
struct ManagerMemory {
    /// By link.
    private var readings: [Int: LinkReading] = [:]
    /// What each node said last, on whichever link.
    private var news: [String: [ServiceEntry]] = [:]
    private var announcement: Announcement?

    // MARK: - Links

    /// One link as it was read now: two numbers where only its times have moved, else all of it.
    mutating func difference(_ reading: LinkReading, of link: Int) -> JournalValue {
        let old = readings[link]
        readings[link] = LinkReading(reading, news: nil)
        guard let old, reading.news == nil,
            LinkReading(reading, loopAt: old.loopAt, beatAt: old.beatAt) == old,
            (old.loopAt == nil) == (reading.loopAt == nil),
            (old.beatAt == nil) == (reading.beatAt == nil)
        else { return whole(reading) }
        let loop = (reading.loopAt ?? .zero) - (old.loopAt ?? .zero)
        let beat = (reading.beatAt ?? .zero) - (old.beatAt ?? .zero)
        return beat == .zero
            ? JournalValue(loop) : .list([JournalValue(loop), JournalValue(beat)])
    }

    /// The reading that `difference` has put down.
    mutating func reading(_ value: JournalValue, of link: Int) throws(Misfit) -> LinkReading {
        let reading: LinkReading
        switch value {
        case .number: reading = try moved(link, loop: value, beat: nil)
        case .list(let parts) where parts.count == 2:
            reading = try moved(link, loop: parts[0], beat: parts[1])
        case .null, .bool, .text, .list, .object: reading = try whole(value)
        }
        readings[link] = LinkReading(reading, news: nil)
        return reading
    }

    private func moved(
        _ link: Int, loop: JournalValue, beat: JournalValue?
    ) throws(Misfit) -> LinkReading {
        guard var reading = readings[link] else {
            throw Misfit(reason: "link \(link) has moved, but from where was not said")
        }
        reading.loopAt = try moved(reading.loopAt, by: loop)
        if let beat { reading.beatAt = try moved(reading.beatAt, by: beat) }
        return reading
    }

    private func moved(_ time: Duration?, by value: JournalValue) throws(Misfit) -> Duration? {
        let nanoseconds: Int64 = try integer(value, "time")
        guard let time else {
            guard nanoseconds == 0 else { throw Misfit(reason: "a time moved that is not known") }
            return nil
        }
        let sum = time.nanoseconds.addingReportingOverflow(nanoseconds)
        return try duration(sum.overflow ? .null : .number(sum.partialValue), "time")
    }

    private mutating func whole(_ reading: LinkReading) -> JournalValue {
        .members(
            ("pid", JournalValue(reading.pid)), ("started", JournalValue(reading.startedAt)),
            ("loop", JournalValue(reading.loopAt)), ("beat", JournalValue(reading.beatAt)),
            ("other", JournalValue(reading.otherLayoutAt)),
            ("news", reading.news.map { difference($0) }))
    }

    private mutating func whole(_ value: JournalValue) throws(Misfit) -> LinkReading {
        let fields = try Fields(value)
        var reading = LinkReading(pid: try fields.optional("pid"))
        reading.startedAt = try fields.optionalDuration("started")
        reading.loopAt = try fields.optionalDuration("loop")
        reading.beatAt = try fields.optionalDuration("beat")
        reading.otherLayoutAt = try fields.optionalDuration("other")
        if let value = fields["news"] { reading.news = try heartbeat(value) }
        return reading
    }

    // MARK: - What a peer says

    private mutating func difference(_ heartbeat: Heartbeat) -> JournalValue {
        let old = news.updateValue(heartbeat.services, forKey: heartbeat.node)
        let services: (String, JournalValue?)
        if let old, old.map(\.name) == heartbeat.services.map(\.name) {
            let changes = old.indices.filter { old[$0] != heartbeat.services[$0] }.map {
                JournalValue.list([JournalValue($0), heartbeat.services[$0].journalValue])
            }
            services = ("changed", .list(changes))
        } else {
            services = ("services", .list(heartbeat.services.map(\.journalValue)))
        }
        return .members(
            ("node", .text(heartbeat.node)), ("up", JournalValue(heartbeat.up)),
            ("port", .text(heartbeat.port)), ("address", .text(heartbeat.address)),
            ("host", JournalValue(heartbeat.hostID)), ("elapsed", JournalValue(heartbeat.elapsed)),
            ("pid", JournalValue(heartbeat.pid)), ("trailer", heartbeat.trailer?.journalValue),
            services)
    }

    private mutating func heartbeat(_ value: JournalValue) throws(Misfit) -> Heartbeat {
        let fields = try Fields(value)
        let node = try fields.text("node")
        let services = try entries(fields, of: node)
        news[node] = services
        return Heartbeat(
            node: node, up: try fields.integer("up"), port: try fields.text("port"),
            address: try fields.text("address"), services: services,
            hostID: try fields.integer("host"), elapsed: try fields.integer("elapsed"),
            pid: try fields.integer("pid"),
            trailer: try fields["trailer"].map { trailer throws(Misfit) in try Trailer(trailer) })
    }

    private func entries(_ fields: Fields, of node: String) throws(Misfit) -> [ServiceEntry] {
        guard fields["changed"] != nil else {
            return try fields.list("services").map { entry throws(Misfit) in
                try ServiceEntry(entry)
            }
        }
        guard var services = news[node] else {
            throw Misfit(reason: "\(node) has changed, but from what was not said")
        }
        for change in try fields.list("changed") {
            let parts = try list(change, "change")
            guard parts.count == 2 else { throw Misfit(reason: "a change is a place and a value") }
            let index: Int = try integer(parts[0], "place")
            guard services.indices.contains(index) else {
                throw Misfit(reason: "\(node) has no service at place \(index)")
            }
            services[index] = try ServiceEntry(parts[1])
        }
        return services
    }

    // MARK: - What we say

    /// What an announcement says that the last one did not.
    mutating func difference(_ announcement: Announcement, ring: Bool) -> JournalValue {
        let old = self.announcement
        self.announcement = announcement
        let entries = changes(old?.entries, announcement.entries, by: \.name)
        let views = changes(old?.services, announcement.services, by: \.name)
        let peers = changes(old?.peers, announcement.peers, by: \.name)
        let trailer = announcement.trailer
        return .members(
            ("publish", JournalValue(trailer.publication)), ("ring", JournalValue(ring)),
            ("whole", JournalValue(entries.isWhole || views.isWhole || peers.isWhole)),
            ("absent", JournalValue(trailer.managerAbsent)),
            ("says", filled(entries.items.map(\.journalValue))),
            ("views", filled(views.items.map(\.journalValue))),
            ("peers", filled(peers.items.map(\.journalValue))),
            ("echoes", filled(trailer.echoes.map(\.journalValue))))
    }

    private func filled(_ values: [JournalValue]) -> JournalValue? {
        values.isEmpty ? nil : .list(values)
    }

    /// All items where their names are not those of last time.
    private func changes<Item: Equatable>(
        _ old: [Item]?, _ new: [Item], by name: (Item) -> String
    ) -> (items: [Item], isWhole: Bool) {
        guard let old, old.count == new.count,
            zip(old, new).allSatisfy({ name($0) == name($1) })
        else { return (new, true) }
        return (zip(old, new).filter { $0 != $1 }.map(\.1), false)
    }
}

extension LinkReading {
    fileprivate init(_ reading: LinkReading, news: Heartbeat?) {
        self = reading
        self.news = news
    }

    fileprivate init(_ reading: LinkReading, loopAt: Duration?, beatAt: Duration?) {
        self = reading
        self.loopAt = loopAt
        self.beatAt = beatAt
    }
}

extension ServiceView {
    fileprivate var journalValue: JournalValue {
        .members(
            ("service", .text(name)), ("peer", peerState?.journalValue),
            ("changes", JournalValue(peerChanges)), ("own", ownState.journalValue),
            ("announced", JournalValue(announced)), ("precedence", precedence.word))
    }
}

extension ServiceView.Precedence {
    fileprivate var word: JournalValue? {
        switch self {
        case .byRole: nil
        case .ours: .text("ours")
        case .theirs: .text("theirs")
        }
    }
}

extension PeerView {
    fileprivate var journalValue: JournalValue {
        .members(
            ("node", .text(name)), ("is", .text(judgement.word)),
            ("until", JournalValue(judgement.limit)), ("trailers", JournalValue(sendsTrailers)),
            ("hears", JournalValue(hearsUs)), ("acknowledged", JournalValue(acknowledged)),
            ("fast", JournalValue(hasFastLink)), ("disk", JournalValue(diskTimeout)))
    }
}

extension PeerView.Judgement {
    fileprivate var word: String {
        switch self {
        case .undecided: "undecided"
        case .up: "up"
        case .down: "down"
        case .otherLayout: "other layout"
        }
    }

    fileprivate var limit: Duration? {
        switch self {
        case .undecided(let until): until
        case .up, .down, .otherLayout: nil
        }
    }
}
