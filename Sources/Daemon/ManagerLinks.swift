// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import FailoverCore
import Glibc
import Logging
import Platform
import WireFormat

/// The link processes as nmond sees them: their pages, whether they live, and how they are started.
final class ManagerLinks {
    private final class Link {
        let line: MonitorLine
        let keyFile: String
        let isSender: Bool
        var page: LinkPage?
        var pid: Int32?
        /// Tells the end of `pid`.
        var descriptor: CInt?
        var starter: Child?
        /// Which content was read last: start of the receiver, and its generation.
        var seen: (startedAt: UInt64, generation: UInt64) = (0, 0)

        init(line: MonitorLine, keyFile: String, isSender: Bool) {
            self.line = line
            self.keyFile = keyFile
            self.isSender = isSender
        }
    }

    private let setting: ManagerSetting
    private let links: [Link]
    private let bells: [StaticPath]
    private let rope: BellRope?
    private var log: Logger { setting.log }

    init(_ setting: ManagerSetting) {
        self.setting = setting
        let (node, proc) = (setting.node.name, setting.node.environment.procDirectory)
        links = setting.monitor.lines.map {
            Link(line: $0, keyFile: "\(proc)/\($0.keyName).key", isSender: $0.node == node)
        }
        bells = links.filter(\.isSender).compactMap {
            try? StaticPath(setting.run.linkBell($0.line.keyName))
        }
        rope = try? BellRope()
    }

    var count: Int { links.count }
    /// Some process is missing, so that somebody must look for it now and then.
    var isIncomplete: Bool { links.contains { $0.descriptor == nil } }

    func ringSenders() { for bell in bells { rope?.ring(bell) } }

    /// What is to be seen of one link now.
    func reading(_ index: Int) -> LinkReading {
        let link = links[index]
        if link.descriptor == nil { findProcess(link, index) }
        if link.page == nil {
            link.page = try? LinkPage(reading: setting.run, key: link.line.keyName)
        }
        var reading = LinkReading(pid: link.pid)
        guard let status = link.page?.status() else { return reading }
        // The page of a receiver that is gone still tells when the peer was heard last.
        if !link.isSender {
            reading.beatAt = time(status.beatAt)
            reading.otherLayoutAt = time(status.otherLayoutAt)
        }
        guard status.pid == link.pid else { return reading }
        reading.startedAt = time(status.startedAt)
        reading.loopAt = time(status.loopAt)
        if !link.isSender, status.generation != 0,
            (status.startedAt, status.generation) != link.seen
        {
            reading.news = news(link)
        }
        return reading
    }

    private func time(_ nanoseconds: UInt64) -> Duration? {
        nanoseconds == 0 ? nil : Duration(nanosecondsSinceBoot: nanoseconds)
    }

    private func news(_ link: Link) -> Heartbeat? {
        guard let (status, frame) = link.page?.read(), !frame.isEmpty else { return nil }
        do throws(DropReason) {
            let span = frame.span
            let heartbeat = try Heartbeat(decoding: span.bytes, expecting: setting.node.layout)
            link.seen = (status.startedAt, status.generation)
            guard heartbeat.node == link.line.node else { return nil }
            return heartbeat
        } catch {
            link.seen = (status.startedAt, status.generation)
            log.error("frame of link \(link.line.keyName) cannot be read: \(error)")
            return nil
        }
    }

    // MARK: - Processes

    private func findProcess(_ link: Link, _ index: Int) {
        guard let pid = lockHolder(link.keyFile) else {
            link.pid = nil
            return
        }
        if pid != link.pid { link.page = nil }
        // 0: it runs in another PID namespace, where its end cannot be watched.
        guard pid > 0 else {
            link.pid = pid
            return
        }
        guard let descriptor = watchProcess(pid) else {
            link.pid = nil
            return
        }
        do throws(SystemError) {
            try setting.loop.watch(descriptor, token: ManagerLoop.Token.link(index))
            link.pid = pid
            link.descriptor = descriptor
        } catch {
            close(descriptor)
            log.error("\(error)")
        }
    }

    /// The watched process has ended.
    func ended(_ index: Int) {
        let link = links[index]
        guard let descriptor = link.descriptor else { return }
        setting.loop.unwatch(descriptor)
        close(descriptor)
        log.warning("\(program(link)) (\(link.line.keyName)), process \(link.pid ?? 0), has ended")
        link.descriptor = nil
        link.pid = nil
    }

    private func program(_ link: Link) -> String {
        link.isSender ? link.line.kind.sender : link.line.kind.receiver
    }

    func kill(_ index: Int, pid: Int32) {
        let link = links[index]
        // A pidfd of ours is open, so that the number is still that process's.
        guard link.descriptor != nil, link.pid == pid else { return }
        log.error("\(program(link)) (\(link.line.keyName)) stands still: killing process \(pid)")
        sendSignal(SIGKILL, to: pid)
    }

    func start(_ index: Int) {
        let link = links[index]
        guard link.starter == nil else { return }
        let path = "\(setting.node.environment.bin)/\(program(link))"
        let arguments = link.isSender ? link.line.senderArguments : link.line.receiverArguments
        log.notice("starting \(([path] + arguments).joined(separator: " "))")
        do throws(SystemError) {
            let child = try Child(path, [path] + arguments)
            try setting.loop.watch(child.descriptor, token: ManagerLoop.Token.starter(index))
            link.starter = child
        } catch {
            log.error("\(error)")
        }
    }

    /// The process that starts a link has ended: the link runs in the background, or was refused.
    func starterEnded(_ index: Int) {
        let link = links[index]
        guard let child = link.starter, let status = child.status() else { return }
        setting.loop.unwatch(child.descriptor)
        link.starter = nil
        if status != 0 {
            log.error("\(program(link)) (\(link.line.keyName)) did not start: exit code \(status)")
        }
    }
}
