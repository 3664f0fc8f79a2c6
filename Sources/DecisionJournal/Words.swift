// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import WireFormat

extension ServiceState {
    /// The state of that name.
    init?(named name: String) {
        guard let state = ServiceState.allCases.first(where: { $0.name == name }) else {
            return nil
        }
        self = state
    }

    var journalValue: JournalValue { .text(name) }
}

extension BootIdentity {
    /// Three hexadecimal numbers.
    var journalValue: JournalValue {
        .text([high, low, initStart].map { String($0, radix: 16) }.joined(separator: "-"))
    }

    init?(words text: String) {
        let parts = text.split(separator: "-").map { UInt64($0, radix: 16) }
        guard parts.count == 3, let high = parts[0], let low = parts[1], let start = parts[2]
        else { return nil }
        self.init(high: high, low: low, initStart: start)
    }
}

extension LastRun {
    var journalValue: JournalValue {
        .members(("here", .bool(onSender)), ("number", JournalValue(number)))
    }

    init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        self.init(onSender: try fields.isSo("here"), number: try fields.integer("number"))
    }
}

extension StartReadyMeaning {
    var word: String { self == .gracePeriod ? "grace period" : "frozen start" }

    init?(word: String) {
        switch word {
        case "grace period": self = .gracePeriod
        case "frozen start": self = .frozenStart
        default: return nil
        }
    }
}

extension ServiceEntry {
    var journalValue: JournalValue {
        .members(
            ("service", .text(name)), ("state", state?.journalValue ?? JournalValue(number)),
            ("noted", JournalValue(note != nil)),
            ("meaning", note?.meaning.map { .text($0.word) }), ("run", note?.lastRun?.journalValue),
            ("agreed", JournalValue(note?.lastRunAgreed ?? false)))
    }

    init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        var number: Int32
        if case .text = try fields.value("state") {
            number = Int32(try fields.word("state", ServiceState.init(named:)).rawValue)
        } else {
            number = try fields.integer("state")
        }
        self.init(name: try fields.text("service"), number: number)
        guard try fields.isSo("noted") else { return }
        note = ServiceNote(
            meaning: try fields.optionalWord("meaning", StartReadyMeaning.init(word:)),
            lastRun: try fields["run"].map { run throws(Misfit) in try LastRun(run) },
            lastRunAgreed: try fields.isSo("agreed"))
    }
}

extension LinkEcho {
    /// Link, short form of the boot, publication.
    var journalValue: JournalValue {
        .list([JournalValue(link), JournalValue(boot), JournalValue(publication)])
    }

    init(_ value: JournalValue) throws(Misfit) {
        let parts = try list(value, "echo")
        guard parts.count == 3 else { throw Misfit(reason: "an echo is three numbers") }
        self.init(
            link: try integer(parts[0], "link"), boot: try integer(parts[1], "boot"),
            publication: try integer(parts[2], "publication"))
    }
}

extension Trailer {
    var journalValue: JournalValue {
        .members(
            ("boot", boot.journalValue), ("publication", JournalValue(publication)),
            ("beat", JournalValue(beat)), ("interval", JournalValue(interval)),
            ("absent", JournalValue(managerAbsent)), ("echoes", .list(echoes.map(\.journalValue))))
    }

    init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        self.init(
            boot: try fields.word("boot", BootIdentity.init(words:)),
            publication: try fields.integer("publication"), beat: try fields.integer("beat"),
            interval: try fields.duration("interval"),
            managerAbsent: try fields.isSo("absent"),
            echoes: try fields.list("echoes").map { echo throws(Misfit) in try LinkEcho(echo) })
    }
}

extension ManagedLink {
    var journalValue: JournalValue {
        .members(
            ("key", .text(key)), ("node", .text(node)), ("kind", .text(kind.rawValue)),
            ("id", JournalValue(linkID)), ("timeout", JournalValue(timeout)),
            ("interval", JournalValue(interval)))
    }

    init(_ value: JournalValue) throws(Misfit) {
        let fields = try Fields(value)
        self.init(
            key: try fields.text("key"), node: try fields.text("node"),
            kind: try fields.word("kind", LinkKind.init(rawValue:)),
            linkID: try fields.integer("id"), timeout: try fields.duration("timeout"),
            interval: try fields.duration("interval"))
    }
}

extension ManagedService {
    /// Name, primary, secondary.
    var journalValue: JournalValue { .list([.text(name), .text(primary), .text(secondary)]) }

    init(_ value: JournalValue) throws(Misfit) {
        let parts = try list(value, "service")
        guard parts.count == 3 else { throw Misfit(reason: "a service is three names") }
        self.init(
            name: try text(parts[0], "name"), primary: try text(parts[1], "primary"),
            secondary: try text(parts[2], "secondary"))
    }
}
