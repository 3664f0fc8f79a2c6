// SPDX-License-Identifier: Apache-2.0
import Board
import ClusterModel
import Config
import FailoverCore
import Glibc
import Platform

/// Carries out what an `ActionMachine` says, while it holds the service's lock.
final class ActionRun {
    private let job: ActionJob
    private let lock: ServiceLock
    private let boot: BootIdentity
    private let console: Console
    private let loop: EventLoop
    private let files: StateFiles
    private let eye: PartnerEye
    private var machine: ActionMachine
    private let recorder: ActionRecorder
    private var child: RunningProcess?
    private var question: (about: ActionQuestion, at: Duration)?
    /// When the partner was looked at last.
    private var lastLook: Duration
    private let times: ActionTimes
    private var exitCode: Int32?

    private static let childToken: UInt64 = 1

    init(_ job: ActionJob, lock: consuming ServiceLock, boot: BootIdentity, console: Console)
        throws(SystemError)
    {
        self.job = job
        self.lock = lock
        self.boot = boot
        self.console = console
        // PIPE: a reader that went away must not end us half-way.
        loop = try EventLoop(signals: [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE])
        files = StateFiles(directory: job.environment.stateDirectory)
        eye = PartnerEye(job)
        lastLook = timeSinceBoot()
        let first = eye.look()
        times = actionTimes(job, report: eye.report)
        machine = ActionMachine(job.request, role: job.role, times: times, texts: job.texts)
        recorder = ActionRecorder(job, times: times)
        firstSight = ActionSight(own: files.read(job.service.name, job.node), peer: first)
    }
    private let firstSight: ActionSight

    /// Returns the exit code when the action has come to its end.
    func run() -> Int32 {
        let left = lock.current(boot: boot)
        if let left, left.calloutLives {
            // nmond asks again when it has ended.
            guard job.request != .resolve else { return 0 }
            console.complain(busyText(job, firstSight.own, left, nil))
            return 255
        }
        let phase = left.flatMap { ActionPhase(rawValue: $0.phase.rawValue) }
        step(.began(firstSight, left: phase))
        while exitCode == nil { turn() }
        recorder.end()
        return exitCode ?? 255
    }

    private func turn() {
        var wasToldToEnd = false
        loop.wait(until: question?.at) { event in
            if case .signal(let signal) = event, signal != SIGPIPE { wasToldToEnd = true }
        }
        if wasToldToEnd { step(.toldToEnd) }
        if let child, let status = child.process.status() {
            loop.unwatch(child.process.descriptor)
            self.child = nil
            scriptEnded(end(of: child, status))
        }
        if let due = question, timeSinceBoot() >= due.at { answer(due.about) }
    }

    /// A script that cannot be run is bad input: told where the action was asked for, not only logged.
    private func scriptEnded(_ end: CalloutEnd) {
        if case .notStarted(let reason) = end { console.tell("Error: exec failed: \(reason)") }
        step(.ended(end))
    }

    private func end(of child: RunningProcess, _ status: Int32) -> CalloutEnd {
        if let refusal = child.process.refusal() {
            return .notStarted("\(child.name): \(String(cString: strerror(refusal.code)))")
        }
        return status < 0 ? .killed(signal: -status) : .exited(status)
    }

    private func answer(_ about: ActionQuestion) {
        question = nil
        switch about {
        case .sight: step(.looked(sight()))
        case .programs: step(.counted(missing: missingPrograms(job)))
        case .clock: step(.timer)
        }
    }

    private func sight() -> ActionSight {
        lastLook = timeSinceBoot()
        return ActionSight(own: files.read(job.service.name, job.node), peer: eye.look())
    }

    private func step(_ event: ActionEvent) {
        let now = timeSinceBoot()
        let effects = machine.handle(event, now: now)
        recorder.handled(event, effects, at: now)
        for (index, effect) in effects.enumerated() {
            do throws(SystemError) {
                try perform(effect)
            } catch {
                // What people were to be told is told all the same; nothing else is done.
                for case .log(let level, let text) in effects[(index + 1)...] where level == .error
                {
                    console.log(level, text)
                }
                step(.failed("\(error)"))
                return
            }
        }
    }

    private func perform(_ effect: ActionEffect) throws(SystemError) {
        switch effect {
        case .record(let phase): try record(phase)
        case .write(let state): try files.write(state, job.service.name, job.node, sync: true)
        case .writePeer(let state):
            guard files.read(job.service.name, job.partner) != state else { return }
            try files.write(state, job.service.name, job.partner, sync: true)
        case .recordRunner: try recordRunner()
        case .run(let script): start(script)
        case .signal(let isKill):
            if let pid = runningGroup { sendSignal(isKill ? SIGKILL : SIGTERM, to: -pid) }
        case .ask(let about, let at): question = (about, at)
        case .log(let level, let text): console.log(level, text)
        case .print(let text): console.print(text)
        case .complain(let text): console.complain(text)
        case .finish(let code): exitCode = code
        }
    }

    // MARK: Records

    private func record(
        _ phase: ActionPhase, session: Int32? = nil, sessionStart: UInt64? = nil
    ) throws(SystemError) {
        try lock.record(
            ServiceRecord(
                boot: boot, pid: getpid(), phase: .init(phase), session: session,
                sessionStart: sessionStart, since: timeSinceBoot()))
    }

    private func recordRunner() throws(SystemError) {
        let proc = job.environment.procDirectory
        let name = job.service.name
        let own = RunnerRecord.read(procDirectory: proc, service: name)?.number
        let heard = eye.report.flatMap { StartNumber.heard(name, in: $0.heartbeat) }
        let number = StartNumber.next(own: own, heard: heard)
        let record = RunnerRecord(node: job.node, number: number)
        try record.write(procDirectory: proc, service: name)
    }

    // MARK: Scripts

    /// Of the last script: its process group outlives its leader.
    private var runningGroup: Int32?

    private func start(_ script: ActionScript) {
        let path = script == .check ? job.service.checkScript : job.service.script
        var options = ChildProcess.Options()
        options.newSession = true
        options.input = .inherit
        var refusal: SystemError?
        var isLate = false
        do throws(SystemError) {
            let started = try ChildProcess(path, [path, script.argument], options: options) { pid in
                refusal = recordSession(pid, script)
                // The note of the last runner, or this record, may have waited for the disk.
                isLate = script != .stop && timeSinceBoot() - lastLook > times.stallLimit
                // Nobody could tell later that it runs: better not at all.
                if refusal != nil || isLate { sendSignal(SIGKILL, to: pid) }
            }
            if isLate { return step(.cameTooLate) }
            if let refusal { throw refusal }
            runningGroup = started.pid
            try loop.watch(started.descriptor, token: ActionRun.childToken)
            child = RunningProcess(path, started)
        } catch {
            scriptEnded(.notStarted("\(error)"))
        }
    }

    /// Nil when the child may become the script.
    private func recordSession(_ pid: Int32, _ script: ActionScript) -> SystemError? {
        do throws(SystemError) {
            guard let start = processStart(pid) else {
                throw SystemError("find in /proc process", String(pid), code: ENOENT)
            }
            // Somebody removed the lock file, and another action made a new one.
            let proc = job.environment.procDirectory
            let holder = ServiceLock.holder(procDirectory: proc, service: job.service.name)
            if let holder, holder != getpid() {
                throw SystemError(
                    "keep the service's lock from process", String(holder), code: EBUSY)
            }
            try record(script.phase, session: pid, sessionStart: start)
            return nil
        } catch {
            return error
        }
    }
}

extension ServiceRecord.Phase {
    init(_ phase: ActionPhase) {
        switch phase {
        case .idle: self = .idle
        case .grace: self = .grace
        case .check: self = .check
        case .start: self = .start
        case .stop: self = .stop
        }
    }
}
