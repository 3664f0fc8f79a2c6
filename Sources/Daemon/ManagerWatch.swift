// SPDX-License-Identifier: Apache-2.0

import Board
import Glibc
import Platform

/// Tells a sender what nmond publishes, and whether nmond lives (decision 17).
///
/// A page counts only while its writer runs. That is looked up in the lock file once per nmond;
/// from then on a pidfd in the event loop tells its end, so that a beat touches no file.
final class ManagerWatch {
    private let run: RunDirectory
    private let keyFile: String
    private let loop: EventLoop
    private let token: UInt64
    private var page: ManagerPage?
    private var seen: UInt64?
    private var manager: (pid: Int32, descriptor: CInt)?

    init(_ node: LocalNode, _ run: RunDirectory, _ loop: EventLoop, token: UInt64) {
        self.run = run
        self.loop = loop
        self.token = token
        keyFile = "\(node.environment.procDirectory)/nmond.key"
    }

    var isPresent: Bool { manager != nil }

    /// The page was written since the last `report`. Touches no file, allocates nothing.
    var hasNews: Bool { page.map { $0.sequence != seen } ?? false }

    /// What nmond says; nil when none runs, or its page cannot be read just now.
    func report() -> ManagerReport? {
        if page == nil { page = try? ManagerPage(reading: run) }
        guard let page else { return nil }
        let sequence = page.sequence
        guard let report = page.read() else { return nil }
        guard isLiving(report.pid) else {
            // Leftover of one that is gone; the next may make the page anew.
            self.page = nil
            return nil
        }
        seen = sequence
        return report
    }

    /// The process that was watched has ended.
    func ended() {
        guard let manager else { return }
        loop.unwatch(manager.descriptor)
        close(manager.descriptor)
        self.manager = nil
        // Another nmond may make the page anew.
        page = nil
        seen = nil
    }

    private func isLiving(_ pid: Int32) -> Bool {
        if manager?.pid == pid { return true }
        ended()
        guard lockHolder(keyFile) == pid, let descriptor = watchProcess(pid) else { return false }
        manager = (pid, descriptor)
        page = try? ManagerPage(reading: run)
        return (try? loop.watch(descriptor, token: token)) != nil
    }
}
