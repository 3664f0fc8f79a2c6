// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import DecisionJournal
import FailoverCore
import Platform

/// Writes down what nmond's core is told and what it wants, for the decision journal.
final class ManagerRecorder {
    /// After so many bytes the state of the core is written down again: there a reader can begin, and
    /// so a file of the journal.
    private static let startEvery = 2 << 20
    /// So much waits for a writer that is slow or gone.
    private static let capacity = 1 << 20

    private var journal: ManagerJournal
    private let outlet: JournalOutlet
    private var sinceStart = 0
    private var lost: UInt64 = 0
    private var wantsStart = false

    /// The core of this run of nmond, and the journal that begins with what it was made of.
    static func begin(_ setting: ManagerSetting, at now: Duration) -> (Manager, ManagerRecorder) {
        let links = setting.monitor.lines.map(\.managed)
        let services = setting.services.map(\.managed)
        let sendsTrailer = setting.node.environment.tunables.sendsTrailer
        let recorder = ManagerRecorder(setting.run, linkCount: links.count)
        recorder.start(
            recorder.journal.start(
                node: setting.node.name, boot: setting.node.boot, links: links,
                services: services, sendsTrailer: sendsTrailer, at: now,
                wall: wallClockSeconds()))
        let manager = Manager(
            node: setting.node.name, boot: setting.node.boot, links: links, services: services,
            sendsTrailer: sendsTrailer, at: now)
        return (manager, recorder)
    }

    private init(_ run: RunDirectory, linkCount: Int) {
        journal = ManagerJournal(linkCount: linkCount)
        outlet = JournalOutlet(run, capacity: Self.capacity)
    }

    func handled(_ event: ManagerEvent, at now: Duration) { journal.handled(event, at: now) }

    /// Notes what the core wants, before it is done. Never blocks.
    func settled(_ effects: [ManagerEffect], by manager: Manager, at now: Duration) {
        let lines = LinePieces.split(journal.settled(effects, at: now))
        if lost > 0 || !outlet.add(lines) { lost += 1 }
        sinceStart += lines.reduce(0) { $0 + $1.count + 1 }
        // Behind a gap a reader begins anew; not before there is room for that.
        if lost > 0 ? outlet.isEmpty : wantsStart || sinceStart >= Self.startEvery {
            start(
                journal.resume(manager, at: now, wall: wallClockSeconds(), lost: lost))
        }
        outlet.flush()
    }

    private func start(_ line: [UInt8]) {
        sinceStart = 0
        guard outlet.add(LinePieces.split(line), mark: JournalOutlet.Mark.start) else {
            return lost += 1
        }
        (lost, wantsStart) = (0, false)
    }

    /// The writer has ended, and may have taken lines with it.
    func writerEnded() { wantsStart = true }
}
