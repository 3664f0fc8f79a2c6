// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// The driver of a resource.
package func driver(of resource: ResourceConfiguration) -> any Driver {
    switch resource.driver {
    case .ip(let keywords): IPDriver(keywords)
    case .volumeGroup(let name): VolumeGroupDriver(name: name)
    case .fileSystem(let keywords): FileSystemDriver(keywords)
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
