// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import FailoverCore
import Glibc
import Logging
import Platform
import Transport
import WireFormat

/// The loop of `heartc` and its brothers: hears the peer's beats, validates each, judges the link,
/// and rings nmond when there is news. It allocates nothing and touches no file per beat.
final class LinkReceiver {
    private let setting: LinkSetting
    private let listener: any Listener
    private let rope: BellRope
    private let managerBell: StaticPath
    private var judge: BeatJudge
    private var status: LinkStatus
    private var retry: RetryDelay
    private var drops: DropLog
    private var isEnding = false
    /// The last failure that was logged; 0 while the link can be listened to.
    private var loggedError: CInt = 0
    private var isReadable = false
    /// When to look next whether the interface or the disk is still the one that was opened.
    private var nextCheck: Duration = .zero

    init(_ setting: LinkSetting) throws(StartRefusal) {
        let now = timeSinceBoot()
        self.setting = setting
        listener = Self.listener(setting, start: now)
        judge = BeatJudge(
            layout: setting.node.layout, peer: Array(setting.line.node.utf8),
            own: Array(setting.node.name.utf8), timeout: setting.line.timeout,
            isSlot: setting.line.kind.isDisk, at: now)
        status = LinkStatus(end: .receiver, pid: getpid())
        status.startedAt = now.nanosecondsSinceBoot
        retry = RetryDelay(first: setting.line.interval)
        drops = DropLog(setting.log, setting.subject)
        do throws(SystemError) {
            rope = try BellRope()
            managerBell = try StaticPath(setting.run.managerBell)
        } catch {
            throw StartRefusal(error.description)
        }
        open(at: now) { setting.warn($0) }
        loggedError = status.lastError
        setting.page.publish(status, frame: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Listens until it is told to end.
    func run() -> Int32 {
        setting.log.info("\(setting.program) starting ...")
        while !isEnding {
            setting.loop.wait(until: nextDeadline(timeSinceBoot())) { handle($0) }
            if isEnding { break }
            let now = timeSinceBoot()
            status.loopAt = now.nanosecondsSinceBoot
            keepOpen(at: now)
            if isReadable || listener.wakeAt.map({ $0 <= now }) ?? false {
                isReadable = false
                listener.listen(at: now) { hear($0) }
            }
            noteErrors()
            if judge.judge(at: timeSinceBoot()) { wentDown() }
            setting.page.publish(status)
        }
        return 0
    }

    private func handle(_ event: EventLoop.Event) {
        switch event {
        case .signal(let number): isEnding = setting.handle(signal: number) || isEnding
        case .readable(LinkSetting.Token.bell): setting.bell.silence()
        case .readable(LinkSetting.Token.link): isReadable = true
        case .readable, .timer: break
        }
    }

    private func nextDeadline(_ now: Duration) -> Duration {
        // Beats come sooner than this, so that a link that is up wakes once per beat. Well before two
        // intervals, after which nmond takes a loop that did not run for one that stood still.
        var next = now + setting.line.interval * 5 / 4
        if let wake = listener.wakeAt { next = min(next, wake) }
        if let deadline = judge.deadline(at: now) { next = min(next, deadline) }
        return next
    }

    // MARK: One beat

    private func hear(_ sighting: Sighting) -> Hearing {
        guard !sighting.isMisdirected else { return drop(.foreignAddress, sighting) }
        let verdict = judge.hear(
            sighting.bytes.bytes, at: sighting.at, isSecondLook: sighting.isSecondLook
        ) { listener.sendTime(of: $0, heardAt: sighting.at) }
        switch verdict {
        case .fresh(let beat): take(beat, sighting)
        case .noted: break
        case .torn: return .torn
        case .refused(let reason): return drop(reason, sighting)
        }
        return .taken
    }

    private func take(_ beat: BeatJudge.Beat, _ sighting: Sighting) {
        status.isUp = true
        status.noteBeat(at: beat.sentAt)
        status.received += 1
        let frame = UnsafeRawBufferPointer(rebasing: sighting.bytes[..<beat.header.length])
        if beat.isNews {
            status.generation += 1
            status.badEntries += badEntries(frame)
        }
        listener.peerBeats(every: beat.interval, at: beat.stamp)
        if let last = judge.lastLook(at: sighting.at) { listener.lookBefore(last) }
        setting.page.publish(status, frame: frame)
        if beat.isNews || beat.cameUp { rope.ring(managerBell) }
        if beat.cameUp { setting.log.warning("\(setting.upText)") }
    }

    /// State entries that are dropped from a good beat (decision 2), counted when content changes.
    private func badEntries(_ frame: UnsafeRawBufferPointer) -> UInt64 {
        let heartbeat = try? Heartbeat(decoding: frame.bytes, expecting: setting.node.layout)
        return UInt64(heartbeat?.validServices.dropped ?? 0)
    }

    private func drop(_ reason: DropReason, _ sighting: Sighting) -> Hearing {
        status.drops[Int(reason.rawValue)] += 1
        if reason == .otherLayout, sighting.isChanged { heardOtherLayout(sighting) }
        drops.note(reason, count: status.drops[Int(reason.rawValue)], at: sighting.at)
        return .refused
    }

    /// The peer lives, but nothing may be concluded from what it says (decision 1).
    private func heardOtherLayout(_ sighting: Sighting) {
        let isFirst = judge.heardOtherLayout(at: sighting.at)
        status.otherLayoutAt = sighting.at.nanosecondsSinceBoot
        let other = FrameHeader.otherLayout(
            in: sighting.bytes.bytes, ours: setting.node.layout,
            isSlot: setting.line.kind.isDisk)
        status.otherLayout = other?.layout.rawValue.utf8.first ?? 0
        guard isFirst else { return }
        setting.page.publish(status)
        rope.ring(managerBell)
    }

    // MARK: The link

    private func wentDown() {
        status.isUp = false
        setting.page.publish(status)
        rope.ring(managerBell)
        setting.log.warning("\(setting.downText)")
    }

    private func noteErrors() {
        status.readErrors = listener.errors
        guard listener.isOpen else { return }
        let code = listener.lastError
        if code == 0, loggedError != 0 {
            setting.log.notice("\(setting.subject): listening again")
            loggedError = 0
            status.lastError = 0
        } else if code != 0 {
            noteFailure(code)
        }
    }

    private func noteFailure(_ code: CInt) {
        status.lastError = code
        guard code != loggedError else { return }
        loggedError = code
        setting.log.error("\(SystemError("listen", setting.subject, code: code))")
    }

    private func keepOpen(at now: Duration) {
        if now >= nextCheck {
            nextCheck = now + min(setting.line.interval, .seconds(1))
            listener.closeIfStale(at: now)
        }
        if !listener.isOpen, now >= retry.next { open(at: now) { noteFailure($0.code) } }
    }

    private func open(at now: Duration, refused: (SystemError) -> Void) {
        do throws(SystemError) {
            try listener.open()
            if let descriptor = listener.descriptor {
                try setting.loop.watch(descriptor, token: LinkSetting.Token.link)
            }
            retry.succeeded()
        } catch {
            retry.failed(at: now)
            status.lastError = error.code
            refused(error)
        }
    }

    private static func listener(_ setting: LinkSetting, start: Duration) -> any Listener {
        switch (setting.slot, setting.path) {
        case (let slot?, _):
            SlotListener(slot, interval: setting.line.interval, start: start)
        case (nil, let path?): DatagramListener(path)
        case (nil, nil): preconditionFailure("a link is a slot or a path")
        }
    }
}
