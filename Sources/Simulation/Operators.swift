// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

// People: who set a cluster up, who type at bad moments, and who repair it.
extension SimulatedCluster {
    func command(_ request: ActionRequest, _ service: Int, _ node: SimulatedNode) {
        tally.commands += 1
        if let programs = node.legacy { return legacyCommand(request, service, node, programs) }
        begin(request, service, node, by: .anOperator)
    }

    /// Unfreezes every service on both of its nodes, as after an installation.
    package func putIntoService() {
        for (service, definition) in services.enumerated() {
            for (turn, name) in [definition.primary, definition.secondary].enumerated() {
                let node = nodes.first { $0.name == name }!
                after(.seconds(3 * turn) + operatorDice.between(.seconds(1), .seconds(2))) {
                    $0.command(.unfreeze, service, node)
                }
            }
        }
    }

    /// Any command, on any service and node.
    package func typeSomething() {
        let service = operatorDice.below(services.count)
        let mine = nodes.filter { isOurs(service, $0) }
        let requests: [ActionRequest] = [
            .stop, .start, .freezeStop, .freezeStart, .unfreeze, .unfreeze, .forceStop, .forceStart,
        ]
        command(operatorDice.pick(requests), service, operatorDice.pick(mine))
    }

    /// Nothing is broken from here on: machines run, links carry, disks answer, scripts end well.
    package func heal() {
        trace("healed")
        for node in nodes {
            if !node.isUp { boot(node) }
            node.isLaunched = true
            if node.legacy != nil { startMissingLegacyPrograms(node) }
            if node.legacy == nil, node.manager == nil, !node.isGuardAlive {
                plan(Event(.spawnManager, node, 0), in: .milliseconds(300))
            }
        }
        for service in services.indices {
            media.upsets[service] = .init()
            endHangingScripts(service)
        }
    }

    /// What an administrator does who finds services failed, frozen, or running twice.
    package func repair() {
        for service in services.indices {
            let mine = nodes.filter { isOurs(service, $0) }
            for node in mine {
                if let programs = node.legacy { repairLegacy(node, programs, service) }
                switch node.disk.states[service] {
                case .startFailed, .stopFailed:
                    command(.freezeStop, service, node)
                    after(.seconds(2)) { $0.command(.unfreeze, service, node) }
                case .frozenStop, .startReady:
                    after(.seconds(2)) { $0.command(.unfreeze, service, node) }
                case .stopped, .started, .starting, .stopping, .unknown, .forceStop, nil: break
                }
            }
            if mine.allSatisfy({ node in
                let state = node.disk.states[service]
                return state == .started || state == .startReady
                    || witness.isHeld(service, node.index)
            }) {
                after(.seconds(4)) { $0.command(.freezeStop, service, mine[1]) }
                after(.seconds(8)) { $0.command(.unfreeze, service, mine[1]) }
            }
        }
    }
}

extension SimulatedCluster {
    /// `unfreeze`, typed on one node.
    package func unfreeze(_ service: Int, on node: Int) { command(.unfreeze, service, nodes[node]) }

    /// Where a service runs in truth, whatever the state files say.
    package func runningOn(_ service: Int) -> [Int] {
        nodes.indices.filter { witness.isHeld(service, $0) }
    }
}
