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
    private let peer: [UInt8]
    private let own: [UInt8]
    private var monitor: LinkMonitor
    private var remnant = TrailerRemnant()
    private var status: LinkStatus
    private var retry: RetryDelay
    private var drops: DropLog
    private var isEnding = false
    /// When the link counts as silent from the start, if nothing is heard at all; then nil.
    private var firstDeadline: Duration?
    private var content: UInt32?
    /// The last failure that was logged; 0 while the link can be listened to.
    private var loggedError: CInt = 0
    private var isReadable = false
    /// When to look next whether the interface or the disk is still the one that was opened.
    private var nextCheck: Duration = .zero

    init(_ setting: LinkSetting) throws(StartRefusal) {
        let now = timeSinceBoot()
        self.setting = setting
        listener = Self.listener(setting, start: now)
        peer = Array(setting.line.node.utf8)
        own = Array(setting.node.name.utf8)
        monitor = LinkMonitor(timeout: setting.line.timeout, isDisk: setting.line.kind.isDisk)
        status = LinkStatus(end: .receiver, pid: getpid())
        status.startedAt = now.nanosecondsSinceBoot
        retry = RetryDelay(first: setting.line.interval)
        drops = DropLog(setting.log, setting.subject)
        firstDeadline = now + setting.line.timeout
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
            judge(at: timeSinceBoot())
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
        if let deadline = monitor.deadline(at: now) ?? firstDeadline { next = min(next, deadline) }
        return next
    }

    // MARK: One beat

    private func hear(_ sighting: Sighting) -> Hearing {
        guard !sighting.isMisdirected else { return drop(.foreignAddress, sighting) }
        let isSlot = setting.line.kind.isDisk
        do throws(DropReason) {
            let header = try FrameHeader(
                inspecting: sighting.bytes.bytes, layout: setting.node.layout, peer: peer,
                own: own, isSlot: isSlot)
            remnant.clear()
            return judge(header, sighting)
        } catch {
            if error == .badTrailer, isSlot {
                return sighting.isSecondLook ? hearWithoutTrailer(sighting) : .torn
            }
            return drop(error, sighting)
        }
    }

    /// A slot whose trailer mismatched twice: its frame counts only if the trailer is a leftover.
    private func hearWithoutTrailer(_ sighting: Sighting) -> Hearing {
        let size = setting.node.layout.size
        let front = UnsafeRawBufferPointer(rebasing: sighting.bytes[..<size])
        let back = UnsafeRawBufferPointer(rebasing: sighting.bytes[size...])
        guard
            let header = try? FrameHeader(
                inspecting: front.bytes, layout: setting.node.layout, peer: peer, own: own,
                isSlot: true),
            remnant.isLeftover(tail: digest(back), elapsed: header.elapsed)
        else { return drop(.badTrailer, sighting) }
        return judge(header, sighting)
    }

    private func judge(_ header: FrameHeader, _ sighting: Sighting) -> Hearing {
        let mark = BeatMark(
            elapsed: header.elapsed, trailer: header.trailer.map { ($0.boot, $0.beat) })
        let at = sendTime(of: header, sighting)
        switch monitor.heard(mark, at: at) {
        case .fresh: take(header, sighting, sentAt: at)
        case .repeated, .unproven: break
        case .stale: return drop(.stale, sighting)
        case .missingTrailer: return drop(.missingTrailer, sighting)
        }
        return .taken
    }

    /// Silence counts from here: never from before the last beat, and from the read where nothing
    /// better is known.
    private func sendTime(of header: FrameHeader, _ sighting: Sighting) -> Duration {
        guard let stamp = header.stamp else { return sighting.at }
        let time = listener.sendTime(of: stamp, heardAt: sighting.at)
        return max(time, min(monitor.lastFresh ?? .zero, sighting.at))
    }

    private func take(_ header: FrameHeader, _ sighting: Sighting, sentAt: Duration) {
        let isNews = content != header.content
        content = header.content
        let cameUp = !status.isUp
        status.isUp = true
        firstDeadline = nil
        status.noteBeat(at: sentAt)
        status.received += 1
        let frame = UnsafeRawBufferPointer(rebasing: sighting.bytes[..<header.length])
        if isNews {
            status.generation += 1
            status.badEntries += badEntries(frame)
        }
        listener.peerBeats(
            every: header.trailer?.interval ?? .seconds(1), at: header.stamp)
        if let deadline = monitor.deadline(at: sighting.at) {
            listener.lookBefore(deadline - min(.milliseconds(50), monitor.timeout / 8))
        }
        setting.page.publish(status, frame: frame)
        if isNews || cameUp { rope.ring(managerBell) }
        if cameUp { setting.log.warning("\(setting.upText)") }
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
        let since = sighting.at.nanosecondsSinceBoot - status.otherLayoutAt
        let isFirst = since > setting.line.timeout.nanosecondsSinceBoot
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

    private func judge(at now: Duration) {
        if status.isUp, !monitor.isUp(at: now) {
            status.isUp = false
            wentDown()
        } else if let deadline = firstDeadline, now >= deadline {
            firstDeadline = nil
            wentDown()
        }
    }

    private func wentDown() {
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

extension FrameHeader {
    /// The sender's time of the beat, if it says it (decision 18).
    fileprivate var stamp: Duration? {
        trailer.map { Duration.nanoseconds(Int64(clamping: $0.beat)) }
    }
}

/// FNV-1a: tells whether bytes stayed the same, nothing more.
private func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
}
