// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers
import ServicePlan

/// One action on one loaded service: stamp, gates, lock, and then whatever the action is.
struct ServiceActionRun {
    let request: ServiceRequest
    let service: ManagedService
    private var action: ServiceAction { request.action }
    private var options: ServiceOptions { request.options }

    init(request: ServiceRequest, service: ManagedService) {
        self.request = request
        self.service = service
    }

    func carryOut() async -> Int32 {
        let (pushed, code) = admission()
        if let code { return code }
        switch action {
        case .printStatus:
            await StatusDisplay(request: request).show(service, header: pushed)
            return Interruption.isRequested ? ExitCode.failure : ExitCode.success
        case .push:
            for line in pushed where !options.cron { Console.standard.print(line) }
            return ExitCode.success
        case .boot, .shutdown: return await bootOrShutdown()
        case .syncnodes, .syncdrp, .syncall: return await guarded { await synchronize() }
        case .switchover: return await guarded { await switchOver() }
        case _: return await guarded { await locked(action) { await work(action) } }
        }
    }

    /// What comes before every action: the push, whose lines `print status` shows, and the gates.
    ///
    /// - Returns: An exit code when the action ends here, which has been logged.
    func admission() -> (pushed: [String], code: Int32?) {
        let pushed = pushLines()
        guard let refusal = gates.refusal() else { return (pushed, nil) }
        let environment = service.node.configuration.environment
        if let reason = service.configuration.refusal(nodeEnvironment: environment) {
            service.recorder.complain("\(service.name): \(reason)")
        }
        switch refusal.level {
        case .info: service.log.info(refusal.text)
        case .error: service.log.error(refusal.text)
        }
        return (pushed, refusal.exitCode)
    }

    /// What `print status` says of the push that loading the service brought about.
    private func pushLines() -> [String] {
        if options.dryRun { return [] }
        let stamp = PushStamp(of: service.configuration, state: service.node.directories.state)
        return action == .push ? stamp.push() : stamp.refresh()
    }

    private var gates: ActionGates {
        let resources = service.configuration.resources
        let heartbeats = resources.filter { $0.group == .hb }
        let enabled = heartbeats.count { service.configuration.enabled.contains($0) }
        let selection = options.selection
        var gates = ActionGates(action: action)
        gates.serviceEnvironment = service.configuration.service.environment
        gates.nodeEnvironment = service.node.configuration.environment
        gates.isFrozen = service.isFrozen
        gates.isForced = options.isForced
        gates.isClusterware = options.isClustered
        gates.enabledHeartbeats = enabled + service.configuration.incompleteHeartbeats.count
        gates.disabledHeartbeats = heartbeats.count - enabled
        gates.isNarrowed = selection.isNarrowed
        gates.matches = resources.count(where: selection.contains)
        return gates
    }

    private func bootOrShutdown() async -> Int32 {
        let decision =
            action == .boot
            ? BootDecision.boot(service.configuration, on: service.node.name)
            : BootDecision.shutdown(service.configuration)
        switch decision {
        case .nothing(let text):
            service.log.info(text)
            return ExitCode.success
        case .shutdown: return await guarded { await locked(.shutdown) { await steps(.shutdown) } }
        case .startStandby:
            return await guarded { await locked(.startstandby) { await steps(.startstandby) } }
        case .start:
            return await guarded {
                if await locked(.start, { await steps(.start) }) == ExitCode.success {
                    return ExitCode.success
                }
                service.log.error(ActionText.bootFailed)
                return await locked(.startstandby) { await steps(.startstandby) }
            }
        }
    }

    /// A signal ends what runs, which then has nothing more to say but this.
    private func guarded(_ work: () async -> Int32) async -> Int32 {
        Interruption.listen { phase in
            switch phase {
            case .begun: service.recorder.mute(true)
            case .stuck: sayInterrupted()
            }
        }
        let code = await work()
        guard Interruption.isRequested else { return code }
        sayInterrupted()
        return ExitCode.failure
    }

    private func sayInterrupted() {
        service.recorder.mute(false)
        service.log.error(ActionText.interrupted)
        service.recorder.flush()
    }

    private func locked(_ action: ServiceAction, _ work: () async -> Int32) async -> Int32 {
        let suffix: String
        switch action.traits.lock {
        case .none: return await work()
        case .service: suffix = ""
        case .sync: suffix = ".sync"
        }
        let seconds = service.configuration.service.lockTimeout
        var timeout = options.waitlock.map { Duration.seconds($0) } ?? seconds
        if action.traits.lock == .sync && options.waitlock == nil { timeout = .zero }
        let lock = ActionLock(service.node, service.name + suffix, action, timeout: timeout)
        do {
            let turn = try await lock.take()
            let code = await work()
            _ = consume turn
            return code
        } catch {
            return notLocked(action, error)
        }
    }

    /// Copies that are under way need no second one.
    private func notLocked(_ action: ServiceAction, _ refusal: ActionLock.Refusal) -> Int32 {
        guard action.traits.lock == .sync, case .held = refusal else {
            service.log.error(refusal.text)
            return ExitCode.failure
        }
        if !options.cron { service.log.info(ActionText.alreadyRunning(action)) }
        return ExitCode.success
    }

    private func work(_ action: ServiceAction) async -> Int32 {
        switch action {
        case .start, .stop, .restart, .shutdown, .startip, .stopip, .startdisk, .stopdisk, .startvg,
            .stopvg, .startfs, .stopfs, .startapp, .stopapp, .startstandby, .freezestop:
            return await steps(action)
        case .status:
            let report = await StatusEvaluation(service: service).report()
            return StatusSummary(of: report.resources).overall.exitCode
        case .freeze, .thaw: return setFrozen(action == .freeze)
        case .frozen: return service.isFrozen ? 1 : 0
        case .stonith: return await stonith()
        case .resourceMonitor: return await ResourceMonitorRun(service).run()
        case .toc: return await MonitorActionRun(service: service).toc()
        case .logs: return showLog("\(service.node.directories.log)/\(service.name).log")
        case .printDevlist: return await DeviceList(service: service).print(as: options.format)
        case .printResourceStatus:
            return await StatusDisplay(request: request).showResources(of: service)
        case .printSchedule:
            let tasks = ScheduledTask.all(of: service.configuration)
            TaskStamps(directories: service.node.directories).show(tasks, as: options.format)
            return ExitCode.success
        case .scheduler: return await SchedulerRun(service: service).run()
        // Nothing here has something to do before or after a copy, or on a schedule of its own.
        case .presync, .postsync, .run: return ExitCode.success
        case .syncnodes, .syncdrp, .syncall, .switchover, .update, .create, .delete, .get, .set,
            .unset,
            .enable, .disable, .ls, .printConfig,
            .editConfig, .validateConfig, .printStatus, .push, .boot, .takeover, .giveback, .clear,
            .abort:
            preconditionFailure("\(action) is carried out elsewhere")
        }
    }

    private func steps(_ action: ServiceAction) async -> Int32 {
        let plan = plan(action)
        if options.dryRun { return announce(plan) }
        if let incomplete = incompleteText(of: plan) {
            service.log.error(incomplete)
            return ExitCode.failure
        }
        StatusFiles(service).clear()
        var run = ActionRun(service, action, plan)
        run.mayRollBack = !options.disableRollback
        guard await run.run() else { return ExitCode.failure }
        if action == .start && options.isClustered { StatusFiles(service).noteHeartbeatsUp() }
        return ExitCode.success
    }

    private func synchronize() async -> Int32 {
        let run = SyncRun(service: service, plan: plan(action))
        if options.dryRun { return announce(run.plan) }
        var nodes: [String] = []
        let code = await locked(action) {
            let outcome = await run.copy()
            nodes = outcome.nodes
            return outcome.isComplete ? ExitCode.success : ExitCode.failure
        }
        if !options.remote { run.callBack(nodes) }
        return code
    }

    private func switchOver() async -> Int32 {
        let run = SwitchRun(service: service, target: options.to)
        guard let node = run.destination() else { return ExitCode.failure }
        guard await run.reaches(node) || options.dryRun else { return ExitCode.failure }
        let code = await locked(.stop) { await steps(.stop) }
        guard code == ExitCode.success, !options.dryRun else { return code }
        return await run.start(on: node)
    }

    private func stonith() async -> Int32 {
        let run = StonithRun(service: service, plan: plan(.stonith))
        return options.dryRun ? announce(run.plan) : await run.run()
    }

    private func plan(_ action: ServiceAction) -> ActionPlan {
        ActionPlan(
            action, of: service.configuration, selection: options.selection,
            isForced: options.isForced, ignoresAffinity: options.ignoreAffinity)
    }

    private func announce(_ plan: ActionPlan) -> Int32 {
        DryRun(service: service).announce(plan)
        return ExitCode.success
    }

    /// A service that lacks a disk for want of a keyword must not start its application.
    private func incompleteText(of plan: ActionPlan) -> String? {
        let groups = ["ip", "vg", "disk", "fs", "app"]
        let sections = service.configuration.leftOut.filter { section in
            groups.contains(String(section.prefix { $0 != "#" }))
        }
        let starts = plan.steps.contains { if case .start = $0 { true } else { false } }
        guard starts, !sections.isEmpty, !options.selection.isNarrowed, !options.isForced else {
            return nil
        }
        return "start refused: \(sections.joined(separator: ", ")) cannot be used as configured."
            + " See validate config; --force starts the others"
    }

    private func setFrozen(_ isFrozen: Bool) -> Int32 {
        do {
            try setFlag(service.node.freezeFlag(of: service.name), isFrozen)
            return ExitCode.success
        } catch {
            service.log.error("\(error)")
            return ExitCode.failure
        }
    }
}
