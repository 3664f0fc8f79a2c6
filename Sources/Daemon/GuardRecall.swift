// SPDX-License-Identifier: Apache-2.0

import Board
import Logging
import Platform

/// A sender's part in bringing nmond back: where it was killed together with its guard, nobody else
/// is left who knows that it ran. Several senders may try; the guard's lock lets one through.
final class GuardRecall {
    /// For the guard to do it, and for whoever killed both to end us too.
    private static let patience = Duration.seconds(5)

    private let node: LocalNode
    private let run: RunDirectory
    private let loop: EventLoop
    private let token: UInt64
    private let log: Logger
    private var dueAt: Duration?
    private var starter: Child?

    init(_ node: LocalNode, _ run: RunDirectory, _ loop: EventLoop, token: UInt64, log: Logger) {
        self.node = node
        self.run = run
        self.loop = loop
        self.token = token
        self.log = log
    }

    func managerEnded(at now: Duration) { dueAt = now + GuardRecall.patience }

    /// Called once per beat; touches nothing unless nmond has been gone for a while.
    func look(isManagerPresent: Bool, at now: Duration) {
        guard let at = dueAt else { return }
        if isManagerPresent { dueAt = nil }
        guard !isManagerPresent, now >= at, starter == nil else { return }
        dueAt = now + GuardRecall.patience
        let proc = node.environment.procDirectory
        guard lockHolder("\(proc)/nmond.key") == nil, lockHolder("\(proc)/guard.key") == nil else {
            return
        }
        guard (try? ManagerPage(reading: run))?.read()?.endedOnRequest != true else {
            dueAt = nil
            return
        }
        start()
    }

    private func start() {
        let program = "\(node.environment.bin)/ezguard"
        log.warning("nmond is gone, and so is its guard: starting \(program)")
        do throws(SystemError) {
            let child = try Child(program, [program])
            try loop.watch(child.descriptor, token: token)
            starter = child
        } catch {
            log.error("\(error)")
        }
    }

    /// The process that starts the guard has ended.
    func starterEnded() {
        guard let child = starter, child.status() != nil else { return }
        loop.unwatch(child.descriptor)
        starter = nil
    }
}
