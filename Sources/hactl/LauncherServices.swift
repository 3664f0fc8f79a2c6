// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import Glibc
import Platform

/// This node's services while no nmond runs: brought to an end by the actions anyone could call.
struct LauncherServices {
    private let node: LocalNode
    private let names: [String]

    init(_ node: LocalNode) {
        self.node = node
        let parsed = try? node.services()
        node.report(parsed?.findings ?? [])
        names = (parsed?.value.services ?? []).filter { $0.role(of: node.name) != nil }.map(\.name)
    }

    /// Stops what runs, frozen starts too, in parallel, and waits for scripts that are at work
    /// already. What was started is STOPPED afterwards, free for the peer.
    ///
    /// - Returns: Whether a state may have changed.
    func stopAll() -> Bool {
        tellActionsToEnd()
        let stops = names.map { ServiceStop($0, node) }
        var changed = false
        while true {
            let busy = stops.filter { !$0.isDone }
            for stop in busy { stop.step() }
            changed = changed || stops.contains { $0.hasActed }
            if busy.isEmpty { return changed }
            usleep(20_000)
        }
    }

    /// Waits at most 2 s: rolling back is one write.
    func takeBackAnnouncedStarts() {
        guard let boot = try? bootIdentity() else { return }
        let proc = node.environment.procDirectory
        func announced() -> [Int32] {
            names.compactMap { name in
                let record = ServiceRecord.read(procDirectory: proc, service: name, boot: boot)
                guard record?.phase == .grace else { return nil }
                return ServiceLock.holder(procDirectory: proc, service: name)
            }
        }
        for pid in announced() where pid > 0 { sendSignal(SIGTERM, to: pid) }
        for _ in 0..<200 where !announced().isEmpty { usleep(10_000) }
    }

    /// An action in its grace period goes back; one that runs a script ends after it.
    private func tellActionsToEnd() {
        for name in names {
            let proc = node.environment.procDirectory
            let holder = ServiceLock.holder(procDirectory: proc, service: name)
            if let holder, holder > 0 { sendSignal(SIGTERM, to: holder) }
        }
    }
}

/// One service on its way to a state that the launcher may leave.
private final class ServiceStop {
    private(set) var isDone = false
    private(set) var hasActed = false
    private let name: String
    private let node: LocalNode
    private var child: ChildProcess?
    private var tried: Set<String> = []
    private var waitsUntil: Duration = .zero
    private var hasToldWaiting = false

    init(_ name: String, _ node: LocalNode) {
        self.name = name
        self.node = node
    }

    /// Never blocks.
    func step() {
        if child != nil {
            guard child!.status() != nil else { return }
            child = nil
        }
        guard timeSinceBoot() >= waitsUntil else { return }
        let proc = node.environment.procDirectory
        if let holder = ServiceLock.holder(procDirectory: proc, service: name) {
            return waitFor("process \(holder)")
        }
        let record = (try? bootIdentity()).flatMap {
            ServiceRecord.read(procDirectory: proc, service: name, boot: $0)
        }
        switch node.stateFiles.read(name, node.name) {
        case .stopping, .starting:
            // Its action is gone; `resolve` says what became of it once its script has ended.
            if record?.calloutLives == true { return waitFor("its script") }
            act("resolve")
        case .startReady: act(record?.phase == .grace ? "resolve" : "unfreeze")
        case .started, .unknown: act("stop")
        case .stopped, .startFailed, .stopFailed, .frozenStop, .forceStop: isDone = true
        }
    }

    private func waitFor(_ what: String) {
        waitsUntil = timeSinceBoot() + .milliseconds(50)
        guard !hasToldWaiting else { return }
        hasToldWaiting = true
        Console.error("service \(name): waiting for \(what)")
    }

    /// Each action once: what it did not achieve stays as it is, and is reported.
    private func act(_ action: String) {
        guard tried.insert(action).inserted else {
            let state = node.stateFiles.read(name, node.name)
            Console.error("service \(name): \(action) failed, its state is \(state.name)")
            isDone = true
            return
        }
        hasActed = true
        let program = node.environment.bin + "/service"
        do throws(SystemError) {
            child = try ChildProcess(
                program, [program, "-A", name, action], options: ChildProcess.Options())
        } catch {
            Console.error("service \(name): \(error)")
            isDone = true
        }
    }
}
