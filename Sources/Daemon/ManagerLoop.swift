// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import FailoverCore
import Glibc
import Logging
import Platform
import WireFormat

/// nmond's loop: facts into `Manager`, what it wants carried out. It never waits for a disk but for
/// its own small state files, and never for a script.
final class ManagerLoop {
    /// What the loop says about a descriptor.
    enum Token {
        static let bell: UInt64 = 1
        static let files: UInt64 = 2
        static let writer: UInt64 = 3
        static let guardian: UInt64 = 4
        static let guardStarter: UInt64 = 5
        static let journal: UInt64 = 6
        static let journalStarter: UInt64 = 7
        static func link(_ index: Int) -> UInt64 { 1 << 32 | UInt64(index) }
        static func starter(_ index: Int) -> UInt64 { 2 << 32 | UInt64(index) }
        static func holder(_ number: UInt64) -> UInt64 { 3 << 32 | number & 0xFFFF_FFFF }
        static func action(_ number: UInt64) -> UInt64 { 4 << 32 | number & 0xFFFF_FFFF }
    }

    private let setting: ManagerSetting
    private let links: ManagerLinks
    private let services: ManagerServices
    private let actions: ManagerActions
    private let files: ServicesReload
    private let feed: PeerFileFeed
    private let guardian: Guardian
    private let journalGuardian: Guardian
    private let recorder: ManagerRecorder
    private var manager: Manager
    private var report: ManagerReport
    private var isEnding = false
    /// When processes and directories that are missing are looked for again.
    private var lookAt: Duration = .zero
    private let log: Logger

    init(_ setting: ManagerSetting) {
        self.setting = setting
        log = setting.log
        log.info("nmond starting ...")
        links = ManagerLinks(setting)
        services = ManagerServices(setting)
        actions = ManagerActions(setting)
        files = ServicesReload(setting)
        let bin = setting.node.environment.bin
        feed = PeerFileFeed(
            program: "\(bin)/ezwriter", loop: setting.loop, token: Token.writer, log: log)
        guardian = Guardian(
            setting, program: "ezguard", key: "guard", token: Token.guardian,
            starterToken: Token.guardStarter)
        journalGuardian = Guardian(
            setting, program: "ezjournal", key: "journal", token: Token.journal,
            starterToken: Token.journalStarter)
        let now = timeSinceBoot()
        (manager, recorder) = ManagerRecorder.begin(setting, at: now)
        report = ManagerReport(
            pid: getpid(), startedAt: setting.startedAt,
            heartbeat: Heartbeat(node: setting.node.name, hostID: hostID()),
            tunables: setting.node.environment.tunables.published)
        for file in [files.file, files.monitorFile] {
            services.watchConfiguration(file.directoryPart)
        }
        services.configure(setting.services)
        readServices(at: timeSinceBoot())
        let first = timeSinceBoot()
        readLinks(at: first)
        settle(at: first)
    }

    /// Looks after this node until told to end.
    func run() -> Int32 {
        while !isEnding {
            setting.loop.wait(until: nextDeadline) { handle($0) }
            if isEnding { break }
            let now = timeSinceBoot()
            readLinks(at: now)
            look(at: now)
            if let definitions = files.reload(at: now) { reconfigure(definitions, at: now) }
            settle(at: now)
            setting.pulse.beat(at: now)
            guardian.look(at: now)
            journalGuardian.look(at: now)
            feed.pump(at: now)
            for service in actions.startSome() { tell(.actionEnded(service: service), at: now) }
        }
        return end()
    }

    private var nextDeadline: Duration {
        var next = actions.isWaiting ? .zero : manager.deadline
        if links.isIncomplete || services.needsPolling { next = min(next, lookAt) }
        for other in deadlines.compactMap(\.self) {
            next = min(next, other)
        }
        return next
    }

    private var deadlines: [Duration?] {
        [files.deadline, feed.deadline, guardian.deadline, journalGuardian.deadline]
    }

    // MARK: - Facts

    /// Every fact goes this way, so that the journal has it too.
    private func tell(_ event: ManagerEvent, at now: Duration) {
        recorder.handled(event, at: now)
        manager.handle(event, at: now)
    }

    private func settle(at now: Duration) {
        let effects = manager.settle(at: now)
        recorder.settled(effects, by: manager, at: now)
        carryOut(effects, at: now)
    }

    private func handle(_ event: EventLoop.Event) {
        let now = timeSinceBoot()
        switch event {
        case .signal(let number): handle(signal: number)
        case .timer: break
        case .readable(Token.bell): setting.bell.silence()
        case .readable(Token.files): noteChanges(at: now)
        case .readable(Token.writer): feed.takeAnswers(at: now)
        case .readable(Token.guardian): guardian.ended(at: now)
        case .readable(Token.guardStarter): guardian.starterEnded()
        case .readable(Token.journal):
            journalGuardian.ended(at: now)
            recorder.writerEnded()
        case .readable(Token.journalStarter): journalGuardian.starterEnded()
        case .readable(let token): handle(token: token, at: now)
        }
    }

    private func handle(token: UInt64, at now: Duration) {
        let index = Int(token & 0xFFFF_FFFF)
        switch token >> 32 {
        case 1: links.ended(index)
        case 2: links.starterEnded(index)
        case 3: if let service = services.holderEnded(token: token) { read(service, at: now) }
        case 4:
            guard let service = actions.ended(token: token) else { return }
            read(service, at: now)
            tell(.actionEnded(service: service), at: now)
        default: break
        }
    }

    private func noteChanges(at now: Duration) {
        for change in services.changes() {
            switch change {
            case .own(let service): read(service, at: now)
            case .peer(let service):
                tell(.peerFile(service: service, services.peerFile(service)), at: now)
            case .everything: readServices(at: now)
            case .configuration: files.noteChange(at: now)
            }
        }
    }

    private func read(_ service: String, at now: Duration) {
        tell(.own(service: service, services.reading(service)), at: now)
    }

    private func readServices(at now: Duration) {
        for service in services.names {
            read(service, at: now)
            tell(.peerFile(service: service, services.peerFile(service)), at: now)
        }
    }

    private func readLinks(at now: Duration) {
        for index in 0..<links.count {
            tell(.link(index, links.reading(index)), at: now)
        }
    }

    /// Looks for what tells nothing by itself: missing links, and what is left of callouts.
    private func look(at now: Duration) {
        guard now >= lookAt else { return }
        let isYoung = now - setting.startedAt < .seconds(10)
        lookAt = now + (isYoung ? .milliseconds(100) : .milliseconds(500))
        for service in services.poll() { read(service, at: now) }
    }

    private func reconfigure(_ definitions: [ServiceDefinition], at now: Duration) {
        // Peers of earlier files stay known.
        let size = ManagerSetting.pageSize(
            setting.node, setting.monitor, definitions, peers: report.peers.map(\.name))
        do throws(SystemError) {
            try setting.page.reserve(size)
        } catch {
            return log.error("\(error): \(files.file) not taken over")
        }
        tell(.configuration(definitions.map(\.managed)), at: now)
        services.configure(definitions)
        readServices(at: now)
    }

    // MARK: - Effects

    private func carryOut(_ effects: [ManagerEffect], at now: Duration) {
        for effect in effects {
            switch effect {
            case .publish(let announcement, let ring):
                publish(announcement)
                if ring { links.ringSenders() }
            case .writePeerState(let service, let node, let state):
                feed.write(PeerRecord(service: service, node: node, content: .state(state)))
            case .recordRun(let service, let node, let number):
                feed.write(PeerRecord(service: service, node: node, content: .run(number: number)))
            case .act(let service, let act): actions.enqueue(act, service)
            case .startLink(let index): links.start(index)
            case .killLink(let index, let pid): links.kill(index, pid: pid)
            case .log(let severity, let text): log.log(level: severity.level, "\(text)")
            }
        }
    }

    private func publish(_ announcement: Announcement) {
        report.heartbeat.services = announcement.entries
        report.heartbeat.trailer = announcement.trailer
        report.peers = announcement.peers
        report.services = announcement.services
        setting.page.publish(report)
    }

    // MARK: - Signals and the end

    private func handle(signal: CInt) {
        switch signal {
        case SIGTERM, SIGINT, SIGQUIT:
            let name = signal == SIGTERM ? "SIGTERM" : signal == SIGINT ? "SIGINT" : "SIGQUIT"
            log.info("\(name) received, exiting gracefuly ...")
            isEnding = true
        case SIGUSR1: setLevel(min(SystemLog.level + 1, 7))
        case SIGUSR2: setLevel(max(SystemLog.level - 1, 2))
        default: break
        }
    }

    private func setLevel(_ level: Int) {
        let old = SystemLog.level
        SystemLog.level = max(old, level)
        log.info("loglevel changed from \(old) to \(level)")
        SystemLog.level = level
    }

    /// Ends: grace periods that we began are rolled back, and the peer is told; scripts that run go on.
    /// Says that this end was asked for, so that nobody brings us back.
    private func end() -> Int32 {
        let limit = timeSinceBoot() + .milliseconds(500)
        tell(.terminate, at: timeSinceBoot())
        let entries = report.heartbeat.services.filter { $0.note?.meaning == .gracePeriod }
        let services = Set(entries.map(\.name))
        actions.tellToEnd(services)
        while actions.isRunning(for: services), timeSinceBoot() < limit {
            setting.loop.wait(until: limit) { handle($0) }
        }
        settle(at: timeSinceBoot())
        report.endedOnRequest = true
        setting.page.publish(report)
        return 0
    }
}

extension Severity {
    fileprivate var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}

extension String {
    /// The directory of a path.
    var directoryPart: String {
        guard let slash = lastIndex(of: "/") else { return "." }
        return slash == startIndex ? "/" : String(self[..<slash])
    }
}
