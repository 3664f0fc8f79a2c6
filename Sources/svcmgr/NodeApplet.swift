// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceDrivers
import ServicePlan

/// `nodemgr`: this node's configuration, freeze flag and schedules (opensvc.md 6).
struct NodeApplet {
    let invocation: Invocation

    func run() async -> Int32 {
        var ending = ExitCode.success
        guard
            let options = parsed(
                NodeOptions.self, invocation.arguments, program: "nodemgr", ending: &ending)
        else { return ending }
        let name = options.command.joined(separator: "_")
        guard let action = NodeAction(rawValue: name) else {
            return usageError(
                name.isEmpty ? "Missing action" : "Invalid action: \(name)", program: "nodemgr")
        }
        do throws(Refusal) {
            return await run(action, options, on: try invocation.node())
        } catch {
            Console.standard.complain(error.description)
            return ExitCode.failure
        }
    }

    private func run(_ action: NodeAction, _ options: NodeOptions, on node: LocalNode) async
        -> Int32
    {
        let configuration = NodeCommand(directory: node.services)
        switch action {
        case .get: return configuration.get(parameter: options.param)
        case .set: return configuration.set(parameter: options.param, value: options.value)
        case .unset: return configuration.unset(parameter: options.param)
        case .printConfig: return configuration.printConfig()
        case .editConfig: return Interruption.leftToChild { configuration.editConfig() }
        case .freeze, .thaw:
            do {
                try setFlag(node.freezeFlag, action == .freeze)
                return ExitCode.success
            } catch {
                Console.standard.complain("\(error)")
                return ExitCode.failure
            }
        case .frozen: return exists(node.freezeFlag) ? 1 : 0
        case .logs: return showLog(node.directories.log + "/node.log")
        case .printSchedule:
            let tasks = ScheduledTask.ofNode(schedules: node.configuration.schedules)
            TaskStamps(directories: node.directories).show(tasks, as: options.format)
            return ExitCode.success
        case .schedulers: return await NodeScheduler(node: node).run()
        case .daemonStart, .daemonStop, .daemonRestart, .daemonRunning, .daemonStatus, .daemonJoin,
            .daemonLeave, .daemonShutdown:
            Console.standard.complain(
                "\(action.words): the node's daemon is not there yet. Services start and stop with"
                    + " svcmgr, and fail over with OpenHA")
            return ExitCode.failure
        case .checks, .pushasset, .pushstats, .pushpkg, .pushpatch, .pushdisks, .sysreport,
            .collectStats, .dequeueActions, .complianceAuto:
            return ExitCode.success
        }
    }
}
