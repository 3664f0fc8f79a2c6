// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `switch`: stops a service here and starts it on another node. One with a heartbeat never comes
/// here: the heartbeat decides (D8).
struct SwitchRun {
    let service: ManagedService
    let target: String?

    /// The node to go to; what is wrong with it has been logged if it is nil.
    func destination() -> String? {
        let others = service.configuration.service.nodes.filter { $0 != service.node.name }
        guard let wanted = target?.lowercased() else {
            if others.count == 1 { return others[0] }
            service.log.error("no destination: say --to <node>, one of \(list(others))")
            return nil
        }
        guard others.contains(wanted) else {
            service.log.error("\(wanted) is no other node of this service: say \(list(others))")
            return nil
        }
        return wanted
    }

    /// Before anything is stopped; what is wrong has been logged.
    func reaches(_ node: String) async -> Bool {
        let words = service.node.remoteShell.words(["true"], on: node)
        if await service.node.host.run(Command(words, timeout: .seconds(15))).isSuccess {
            return true
        }
        service.log.error("node \(node) is not reached by ssh: nothing is changed")
        return false
    }

    /// Behind the stop here.
    func start(on node: String) async -> Int32 {
        let command = ["svcmgr", "-s", service.name, "start"]
        service.log.info("exec '\(command.joined(separator: " "))' on node \(node)")
        let words = service.node.remoteShell.words(command, on: node)
        let result = await service.node.host.run(Command(words, timeout: .seconds(3600)))
        service.log.passThrough(result.output + result.error)
        if result.isSuccess { return ExitCode.success }
        service.log.error("start on node \(node) failed. To start it here again: start")
        return ExitCode.failure
    }

    private func list(_ nodes: [String]) -> String {
        nodes.isEmpty ? "(none in `nodes`)" : nodes.joined(separator: ", ")
    }
}
