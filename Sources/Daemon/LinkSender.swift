// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import FailoverCore
import Glibc
import Logging
import Platform
import Transport
import WireFormat

/// The loop of `heartd` and its brothers: one beat per interval, and one at once for news.
///
/// A beat stamps a frame that was made when something last changed, sends it and publishes it on the
/// link's page; it allocates nothing and touches no file. Nothing stops it: not nmond's end, not a
/// disk that hangs, not an interface that is gone.
final class LinkSender {
    private let setting: LinkSetting
    private let transmitter: any Transmitter
    private let manager: ManagerWatch
    private let recall: GuardRecall
    private var source: Heartbeat
    private var frame: Frame
    private var status: LinkStatus
    private var clock: BeatClock
    private var retry: RetryDelay
    private var isEnding = false
    /// Something that the peer should know now.
    private var hasNews = true
    private var rang = false
    private var managerEnded = false
    /// When the beat that is on its way was begun, on a disk.
    private var begun: Duration?
    /// The last failure that was logged; 0 while beats go out.
    private var loggedError: CInt = 0
    /// What the last frame had to leave out, as logged.
    private var loggedCut = TrailerCut.nothing
    /// The frame says that nmond is there.
    private var wasPresent: Bool

    init(_ setting: LinkSetting) throws(StartRefusal) {
        self.setting = setting
        transmitter = Self.transmitter(setting)
        manager = ManagerWatch(
            setting.node, setting.run, setting.loop, token: LinkSetting.Token.manager)
        recall = GuardRecall(
            setting.node, setting.run, setting.loop, token: LinkSetting.Token.guardStarter,
            log: setting.log)
        if let report = manager.report() {
            source = report.heartbeat
        } else {
            source = try FirstHeartbeat(node: setting.node).heartbeat()
        }
        wasPresent = manager.isPresent
        do throws(EncodeError) {
            frame = try Self.frame(source, setting, managerAbsent: !wasPresent)
        } catch {
            throw StartRefusal("\(setting.node.environment.servicesFile): \(error)")
        }
        let now = timeSinceBoot()
        status = LinkStatus(end: .sender, pid: getpid())
        status.startedAt = now.nanosecondsSinceBoot
        clock = BeatClock(interval: setting.line.interval, start: now)
        retry = RetryDelay(first: setting.line.interval)
        open(at: now) { setting.warn($0) }
        loggedError = status.lastError
        noteCut()
        setting.page.publish(status, frame: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Beats until it is told to end.
    func run() -> Int32 {
        setting.log.info("\(setting.program) starting ...")
        while !isEnding {
            setting.loop.wait(until: clock.nextBeat) { handle($0) }
            if isEnding { break }
            let now = timeSinceBoot()
            status.loopAt = now.nanosecondsSinceBoot
            if let outcome = begun == nil ? nil : transmitter.finished() {
                note(outcome, at: now)
            }
            listenToManager(at: now)
            recall.look(isManagerPresent: manager.isPresent, at: now)
            if hasNews || now >= clock.nextBeat { beat(at: now) }
            setting.page.publish(status)
        }
        return 0
    }

    private func handle(_ event: EventLoop.Event) {
        switch event {
        case .signal(let number): isEnding = setting.handle(signal: number) || isEnding
        case .readable(LinkSetting.Token.bell):
            setting.bell.silence()
            rang = true
        case .readable(LinkSetting.Token.manager): managerEnded = true
        case .readable(LinkSetting.Token.guardStarter): recall.starterEnded()
        case .readable, .timer: break
        }
    }

    private func beat(at now: Duration) {
        hasNews = false
        clock.passed(now)
        transmitter.closeIfStale()
        if !transmitter.isOpen, now >= retry.next { open(at: now) { noteFailure($0.code) } }
        guard transmitter.isOpen else { return }
        if let begun {
            // One write at a time: the next beat goes as soon as this one has ended.
            hasNews = true
            if now - begun >= clock.interval { noteFailure(ETIMEDOUT) }
            return
        }
        frame.stamp(
            elapsed: clock.elapsed(wallClock: wallClockSeconds(), at: now),
            beat: clock.beatNumber(at: now))
        begun = now
        note(frame.bytes.withUnsafeBytes { transmitter.send($0) }, at: now)
    }

    private func note(_ outcome: SendOutcome, at now: Duration) {
        switch outcome {
        case .begun: break
        case .failed(let code):
            begun = nil
            noteFailure(code)
        case .sent:
            begun = nil
            noteSent(at: now)
        }
    }

    private func noteSent(at now: Duration) {
        if loggedError != 0 {
            setting.log.notice("\(setting.subject): sending again")
            loggedError = 0
        }
        status.noteBeat(at: now)
        status.sent += 1
        status.lastError = 0
        frame.bytes.withUnsafeBytes { setting.page.publish(status, frame: $0) }
    }

    private func noteFailure(_ code: CInt) {
        status.sendErrors += 1
        status.lastError = code
        guard code != loggedError else { return }
        loggedError = code
        setting.log.error("\(SystemError("send", setting.subject, code: code))")
    }

    private func open(at now: Duration, refused: (SystemError) -> Void) {
        do throws(SystemError) {
            try transmitter.open()
            if let descriptor = transmitter.descriptor {
                try setting.loop.watch(descriptor, token: LinkSetting.Token.link)
            }
            retry.succeeded()
        } catch {
            retry.failed(at: now)
            status.lastError = error.code
            refused(error)
        }
    }

    /// Takes what nmond published since the last look; a ring that brought nothing sends nothing.
    private func listenToManager(at now: Duration) {
        if managerEnded {
            managerEnded = false
            manager.ended()
            recall.managerEnded(at: now)
            setting.log.warning("nmond is gone, going on with the last states known")
            rang = true
            rebuild()
        }
        guard rang || manager.hasNews else { return }
        rang = false
        guard let report = manager.report(), report.heartbeat != source || !wasPresent else {
            return
        }
        source = report.heartbeat
        rebuild()
        hasNews = true
    }

    private func rebuild() {
        do throws(EncodeError) {
            frame = try Self.frame(source, setting, managerAbsent: !manager.isPresent)
            wasPresent = manager.isPresent
            noteCut()
        } catch {
            setting.log.error("\(error): the peer keeps the last states sent")
        }
    }

    /// Tells what had no room, once per change of it.
    private func noteCut() {
        guard frame.cut != loggedCut else { return }
        loggedCut = frame.cut
        if frame.cut == .nothing {
            setting.log.notice("\(setting.subject): beats are complete again")
        } else {
            setting.log.warning(
                "\(setting.subject) has room for \(setting.room) bytes a beat: without \(frame.cut)"
            )
        }
    }

    private static func frame(_ source: Heartbeat, _ setting: LinkSetting, managerAbsent: Bool)
        throws(EncodeError) -> Frame
    {
        let heartbeat = setting.line.heartbeat(
            saying: source, node: setting.node.name, hostID: setting.hostID, pid: getpid(),
            managerAbsent: managerAbsent,
            sendsTrailer: setting.node.environment.tunables.sendsTrailer)
        return try Frame(heartbeat, layout: setting.node.layout, room: setting.room)
    }

    private static func transmitter(_ setting: LinkSetting) -> any Transmitter {
        switch (setting.slot, setting.path) {
        case (let slot?, _): DiskTransmitter(slot)
        case (nil, let path?): DatagramTransmitter(path)
        case (nil, nil): preconditionFailure("a link is a slot or a path")
        }
    }
}
