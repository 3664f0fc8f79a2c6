// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// What an action writes down of itself: one line when it begins, then one per event with what it did
/// about it. Looks that change nothing are gathered in one line.
package struct ActionJournal: Sendable {
    /// Names the action on its node: service and process.
    private let name: String
    private let lookInterval: Duration
    private var number: UInt64 = 0
    private var lastEvent: ActionEvent?
    private var lastTime: Duration
    /// Times between looks that saw what the one before saw, and made the action ask again, no more.
    private var looks: [Duration] = []
    /// So many are gathered at most: one second of a grace period.
    private static let mostLooks = 20

    private let beginning: JournalValue

    /// - Parameters:
    ///   - process: Its pid.
    ///   - wall: Seconds since 1970, for people.
    package init(
        _ request: ActionRequest, role: Role, times: ActionTimes, texts: ActionTexts,
        process: Int32, at now: Duration, wall: Int64
    ) {
        name = "\(texts.service).\(process)"
        lookInterval = times.lookInterval
        lastTime = now
        beginning = .members(
            ("version", JournalValue(ManagerJournal.version)), ("wall", JournalValue(wall)),
            ("request", .text(request.rawValue)), ("role", .text(role.word)),
            ("times", times.journalValue), ("texts", texts.journalValue))
    }

    /// Notes what `ActionMachine.handle` was told and what it made of it.
    ///
    /// - Returns: The lines to be written now, in this order.
    package mutating func handled(
        _ event: ActionEvent, _ effects: [ActionEffect], at now: Duration
    ) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        if number == 0 { lines.append(line(lastTime, ("begin", beginning))) }
        if isIdle(event, effects, now) {
            looks.append(now - lastTime)
            lastTime = now
            return looks.count < Self.mostLooks ? lines : lines + flush()
        }
        lines += flush()
        lastEvent = event
        lastTime = now
        lines.append(
            line(
                now, ("in", event.journalValue),
                ("out", effects.isEmpty ? nil : .list(effects.map(\.journalValue)))))
        return lines
    }

    private func isIdle(_ event: ActionEvent, _ effects: [ActionEffect], _ now: Duration) -> Bool {
        guard case .looked = event, event == lastEvent else { return false }
        return effects == [.ask(.sight, at: now + lookInterval)]
    }

    private mutating func flush() -> [[UInt8]] {
        guard !looks.isEmpty else { return [] }
        defer { looks.removeAll(keepingCapacity: true) }
        return [line(lastTime, ("looks", .list(looks.map { JournalValue($0) })))]
    }

    private mutating func line(_ at: Duration, _ members: (String, JournalValue?)...) -> [UInt8] {
        let head: [JournalValue.Member] = [
            .init("action", .text(name)), .init("n", JournalValue(number)),
            .init("at", JournalValue(at)),
        ]
        number += 1
        let rest = members.compactMap { key, value in value.map { JournalValue.Member(key, $0) } }
        return JournalValue.object(head + rest).bytes
    }
}
