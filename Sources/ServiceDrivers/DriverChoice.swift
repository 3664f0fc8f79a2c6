// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// The driver of a resource.
package func driver(of resource: ResourceConfiguration) -> any Driver {
    switch resource.driver {
    case .ip(let keywords): UnknownDriver(label: "\(keywords.name)@\(keywords.device)")
    case .volumeGroup(let name): UnknownDriver(label: name)
    case .fileSystem(let keywords):
        UnknownDriver(label: "\(keywords.device)@\(keywords.mountPoint)")
    case .launchers: LauncherDriver()
    case .application(let keywords): ApplicationDriver(keywords)
    case .configurationSync(let options): ConfigurationSync(options: options)
    case .rsync(let keywords): RsyncDriver(keywords)
    case .openHA(let name): OpenHADriver(name: name)
    case .stonithCallout(let command): StonithCallout(command: command)
    case .stonithILO(let target): StonithILO(target: target)
    case .fenceAgent(let keywords): FenceAgentDriver(keywords)
    }
}

/// Stands for a driver that is still to be written.
private struct UnknownDriver: Driver {
    let label: String
    func evaluate(_ work: Work) async -> Evaluation { Evaluation(.undefined) }
    func start(_ work: Work) async throws(StepFailure) -> Bool { throw StepFailure() }
    func stop(_ work: Work) async throws(StepFailure) { throw StepFailure() }
}
