// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers
import ServicePlan

/// One action on the services that were chosen for it; exit codes are added (opensvc.md 2.4).
struct ServiceRequest: Sendable {
    let action: ServiceAction
    let options: ServiceOptions
    let node: LocalNode

    func carryOut() async -> Int32 {
        let configuration = ConfigActions(directory: node.services)
        let given = options.names
        switch action {
        case .create:
            return configuration.create(
                given, configFile: options.config, resources: options.resource)
        case .ls:
            return configuration.list(given.isEmpty ? nil : given)
        case _: break
        }
        // All services are never meant to be deleted at once.
        let isChosen = action != .delete || !options.services.isEmpty
        let names = isChosen ? await ServiceChoice(node: node, options: options).names() : []
        guard !names.isEmpty else {
            Console.standard.complain(
                """
                No service specified. Try:
                 svcmgr -s <svcname>[,<svcname>]
                 svcmgr --status <status>[,<status>]
                 <svcname>
                """)
            return ExitCode.failure
        }
        if action == .printStatus, options.format == .json || options.watch {
            return await showTogether(names)
        }
        let codes =
            options.parallel ? await sideBySide(names) : await oneByOne(names)
        // 256 would be 0 for whoever waits.
        return min(codes.reduce(0, +), 255)
    }

    /// What is one text about all services.
    private func showTogether(_ names: [String]) async -> Int32 {
        let loaded = names.map { load($0).flatMap { isAdmitted($0) ? $0 : nil } }
        let services = loaded.compactMap(\.self)
        let display = StatusDisplay(request: self)
        if options.watch {
            guard !services.isEmpty else { return ExitCode.failure }
            return await StatusWatch(display: display, services: services).run()
        }
        if !services.isEmpty { await display.showJSON(services) }
        return min(Int32(names.count - services.count), 255)
    }

    private func isAdmitted(_ service: ManagedService) -> Bool {
        ServiceActionRun(request: self, service: service).admission().code == nil
    }

    private func oneByOne(_ names: [String]) async -> [Int32] {
        var codes: [Int32] = []
        for name in names where !Interruption.isRequested { codes.append(await carryOut(on: name)) }
        return codes.isEmpty ? [ExitCode.failure] : codes
    }

    private func sideBySide(_ names: [String]) async -> [Int32] {
        await withTaskGroup(of: Int32.self) { group in
            for name in names { group.addTask { await carryOut(on: name) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// One service of several, whose troubles are its own.
    private func carryOut(on name: String) async -> Int32 {
        guard isThere(name) else { return ExitCode.failure }
        if let code = await configurationAction(on: name) { return code }
        guard let service = load(name) else { return ExitCode.failure }
        defer { service.recorder.flush() }
        return await ServiceActionRun(request: self, service: service).carryOut()
    }

    /// Loads a service for this request; what is wrong with it has been told if it is nil.
    private func load(_ name: String) -> ManagedService? {
        let recorder = recorder(for: name)
        guard isThere(name), let configuration = node.load(name, telling: recorder)
        else { return nil }
        var call = Call(action: action.rawValue)
        call.isForced = options.isForced
        call.isClustered = options.isClustered
        call.isScheduled = options.cron
        return ManagedService(
            configuration: configuration, node: node, recorder: recorder, call: call)
    }

    private func isThere(_ name: String) -> Bool {
        if node.services.exists(name) { return true }
        Console.standard.complain("\(name): service does not exist")
        return false
    }

    /// What works on the files alone, so that a service that cannot be used can be mended.
    private func configurationAction(on name: String) async -> Int32? {
        let actions = ConfigActions(directory: node.services)
        let rids = options.rid?.split(separator: ",").map(String.init) ?? []
        let change: () -> Int32
        switch action {
        case .get: return actions.get(name, parameter: options.param)
        case .printConfig: return actions.printConfig(name)
        case .editConfig: return Interruption.leftToChild { actions.editConfig(name) }
        case .validateConfig: return actions.validateConfig(name)
        case .set: change = { actions.set(name, parameter: options.param, value: options.value) }
        case .update: change = { actions.update(name, resources: options.resource) }
        case .unset: change = { actions.unset(name, parameter: options.param) }
        case .delete: change = { actions.delete(name, rids: rids) }
        case .enable: change = { actions.enable(name, rids: rids) }
        case .disable: change = { actions.disable(name, rids: rids) }
        case _: return nil
        }
        return await locked(name, seconds: options.waitlock ?? 60, change)
    }

    private func locked(_ name: String, seconds: Int, _ change: () -> Int32) async -> Int32 {
        let lock = ActionLock(node, name, action, timeout: .seconds(seconds))
        do {
            let turn = try await lock.take()
            let code = change()
            _ = consume turn
            return code
        } catch {
            Console.standard.complain("\(name): \(error.text)")
            return ExitCode.failure
        }
    }

    private func recorder(for name: String) -> Recorder {
        var setting = Recorder.Setting(
            nameWidth: name.count + 8, file: LogFile("\(node.directories.log)/\(name).log"))
        setting.showsDebug = options.debug
        setting.isQuiet = options.cron
        setting.isColored = options.color.isOn(for: 2)
        setting.progress = node.progress
        return Recorder(setting)
    }
}
