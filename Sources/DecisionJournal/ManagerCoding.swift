// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore
import WireFormat

/// The events of nmond, each an object whose first member says what happened.
extension ManagerMemory {
    /// - Parameter at: Left out where it is the line's own.
    mutating func value(_ event: ManagerEvent, at: Duration?) -> JournalValue {
        let time = JournalValue(at)
        return switch event {
        case .link(let index, let reading):
            .members(
                ("link", JournalValue(index)), ("at", time), ("is", difference(reading, of: index)))
        case .own(let service, let reading):
            .members(
                ("own", .text(service)), ("at", time), ("state", reading.state?.journalValue),
                ("action", JournalValue(reading.hold.action)),
                ("callout", JournalValue(reading.hold.callout)),
                ("grace", JournalValue(reading.isInGracePeriod)),
                ("run", reading.lastRun?.journalValue))
        case .peerFile(let service, let state):
            .members(("peerFile", .text(service)), ("at", time), ("state", state?.journalValue))
        case .actionEnded(let service): .members(("ended", .text(service)), ("at", time))
        case .configuration(let services):
            .members(("services", .list(services.map(\.journalValue))), ("at", time))
        case .terminate: .members(("terminate", .bool(true)), ("at", time))
        }
    }

    mutating func event(_ value: JournalValue) throws(Misfit) -> (ManagerEvent, Duration?) {
        let fields = try Fields(value)
        return (try event(fields), try fields.optionalDuration("at"))
    }

    private mutating func event(_ fields: Fields) throws(Misfit) -> ManagerEvent {
        if fields["link"] != nil {
            let index: Int = try fields.integer("link")
            return .link(index, try reading(fields.value("is"), of: index))
        }
        if fields["own"] != nil {
            return .own(service: try fields.text("own"), try OwnReading(fields))
        }
        if fields["peerFile"] != nil {
            return .peerFile(
                service: try fields.text("peerFile"),
                try fields.optionalWord("state", ServiceState.init(named:)))
        }
        if fields["ended"] != nil { return .actionEnded(service: try fields.text("ended")) }
        if fields["services"] != nil {
            return .configuration(
                try fields.list("services").map { service throws(Misfit) in
                    try ManagedService(service)
                })
        }
        if try fields.isSo("terminate") { return .terminate }
        throw Misfit(reason: "an event of an unknown kind")
    }

    mutating func value(_ effect: ManagerEffect) -> JournalValue {
        switch effect {
        case .publish(let announcement, let ring): difference(announcement, ring: ring)
        case .writePeerState(let service, let node, let state):
            .members(
                ("writePeerState", .text(service)), ("node", .text(node)),
                ("state", state.journalValue))
        case .recordRun(let service, let node, let number):
            .members(
                ("recordRun", .text(service)), ("node", .text(node)),
                ("number", JournalValue(number)))
        case .act(let service, let act):
            .members(("act", .text(service)), ("do", .text(act.rawValue)))
        case .startLink(let index): .members(("startLink", JournalValue(index)))
        case .killLink(let index, let pid):
            .members(("killLink", JournalValue(index)), ("pid", JournalValue(pid)))
        case .log(let severity, let text):
            .members(("log", .text(severity.rawValue)), ("text", .text(text)))
        }
    }
}

extension OwnReading {
    fileprivate init(_ fields: Fields) throws(Misfit) {
        self.init(
            state: try fields.optionalWord("state", ServiceState.init(named:)),
            isInGracePeriod: try fields.isSo("grace"),
            lastRun: try fields["run"].map { run throws(Misfit) in try LastRun(run) })
        if let pid: Int32 = try fields.optional("action") { hold = .action(pid) }
        if let pid: Int32 = try fields.optional("callout") { hold = .callout(pid) }
    }
}

extension OwnReading.Hold {
    fileprivate var action: Int32? {
        switch self {
        case .action(let pid): pid
        case .free, .callout: nil
        }
    }
    fileprivate var callout: Int32? {
        switch self {
        case .callout(let pid): pid
        case .free, .action: nil
        }
    }
}
