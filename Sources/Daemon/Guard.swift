// SPDX-License-Identifier: Apache-2.0

import Board
import FailoverCore
import Glibc
import Logging
import Platform

/// Runs `ezguard`: brings nmond back within a second when it was killed, and ends when nmond ended
/// because it was told to (decision 12). One per node; nmond starts it when none runs.
package func runGuard(_ arguments: [String]) -> Int32 {
    guard arguments.count == 1 else {
        complain("Usage: ezguard (started by nmond, which it guards)")
        return 255
    }
    let directory = LocalNode.directory(of: arguments[0])
    return detach(program: "ezguard") { () throws(StartRefusal) in
        try ManagerGuard(programDirectory: directory)
    }
    .run()
}

private final class ManagerGuard {
    private enum Token {
        static let manager: UInt64 = 1
        static let start: UInt64 = 2
    }
    /// Between attempts to start an nmond that does not stay.
    private static let waits: [Duration] = [
        .zero, .milliseconds(500), .seconds(1), .seconds(2), .seconds(5), .seconds(10),
    ]

    private let node: LocalNode
    private let runDirectory: RunDirectory
    private let lock: LockFile
    private let loop: EventLoop
    private let log: Logger
    private var manager: (pid: Int32, descriptor: CInt, since: Duration)?
    private var attempt: Child?
    private var failures = 0
    private var startAt: Duration?
    private var isEnding = false
    private var pulse: ManagerPulse?
    private var standstill = StandstillWatch()
    private var nextLook: Duration = .zero

    init(programDirectory: String) throws(StartRefusal) {
        node = try LocalNode(programDirectory: programDirectory)
        let environment = node.environment
        do throws(SystemError) {
            try makeDirectory(environment.procDirectory)
            loop = try EventLoop(signals: [SIGTERM, SIGINT, SIGQUIT, SIGHUP])
            lock = try LockFile("\(environment.procDirectory)/guard.key")
            try makeDirectory(environment.stateDirectory)
            runDirectory = try RunDirectory(
                stateDirectory: environment.stateDirectory, create: true)
        } catch {
            throw StartRefusal(error.description)
        }
        log = node.startLog("ezguard")
    }

    func run() -> Int32 {
        look(at: timeSinceBoot())
        while !isEnding {
            loop.wait(until: manager == nil ? startAt : nextLook) { handle($0) }
            guard !isEnding else { break }
            let now = timeSinceBoot()
            if let at = startAt, now >= at { start(at: now) }
            if now >= nextLook { feelPulse(at: now) }
        }
        return 0
    }

    private func handle(_ event: EventLoop.Event) {
        let now = timeSinceBoot()
        switch event {
        case .signal(SIGHUP): break
        case .signal: isEnding = true
        case .readable(Token.manager):
            if let manager {
                loop.unwatch(manager.descriptor)
                close(manager.descriptor)
                if now - manager.since >= .seconds(10) { failures = 0 }
            }
            manager = nil
            standstill = StandstillWatch()
            look(at: now)
        case .readable(Token.start):
            guard let child = attempt, let status = child.status() else { return }
            loop.unwatch(child.descriptor)
            attempt = nil
            if status != 0 { log.error("nmond could not be started: exit code \(status)") }
            look(at: now)
        case .readable, .timer: break
        }
    }

    /// Watches the nmond that runs; without one, plans a start, or ends.
    private func look(at now: Duration) {
        guard manager == nil, attempt == nil else { return }
        if let pid = lockHolder("\(node.environment.procDirectory)/nmond.key"), pid > 0 {
            if let descriptor = watchProcess(pid) {
                manager = (pid, descriptor, now)
                startAt = nil
                do throws(SystemError) {
                    try loop.watch(descriptor, token: Token.manager)
                } catch {
                    log.error("\(error)")
                    isEnding = true
                }
                return
            }
        }
        if endedOnRequest {
            log.info("nmond ended as it was told to, exiting")
            isEnding = true
            return
        }
        startAt = now + Self.waits[min(failures, Self.waits.count - 1)]
    }

    /// One that stands still is killed, and then brought back like any other that ended (R13).
    private func feelPulse(at now: Duration) {
        nextLook = now + StandstillWatch.interval
        guard let manager else { return }
        if pulse == nil { pulse = try? ManagerPulse(reading: runDirectory) }
        guard standstill.look(at: pulse?.last()) else { return }
        log.error("nmond stands still: killing process \(manager.pid)")
        sendSignal(SIGKILL, to: manager.pid)
    }

    private var endedOnRequest: Bool {
        (try? ManagerPage(reading: runDirectory))?.read()?.endedOnRequest ?? false
    }

    private func start(at now: Duration) {
        // Somebody else may have been faster.
        startAt = nil
        look(at: now)
        guard manager == nil, !isEnding else { return }
        startAt = nil
        failures += 1
        let program = "\(node.environment.bin)/nmond"
        guard isExecutable(program) else {
            log.error("nmond is gone, and so is \(program): nothing to guard")
            isEnding = true
            return
        }
        log.warning("nmond is gone, starting it")
        do throws(SystemError) {
            let child = try Child(program, [program])
            try loop.watch(child.descriptor, token: Token.start)
            attempt = child
        } catch {
            log.error("\(error)")
            startAt = now + .seconds(1)
        }
    }
}
