// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `print devlist`: the block devices a service stands on.
struct DeviceList {
    let service: ManagedService

    func print(as format: OutputFormat?) async -> Int32 {
        var devices: Set<String> = []
        for resource in service.configuration.enabled {
            devices.formUnion(await self.devices(of: resource))
        }
        if format == .json {
            let list = JSONText.array(devices.sorted().map(JSONText.string))
            Console.standard.print(list.written())
            return ExitCode.success
        }
        for device in devices.sorted() { Console.standard.print(device) }
        return ExitCode.success
    }

    private func devices(of resource: ResourceConfiguration) async -> [String] {
        switch resource.driver {
        case .fileSystem(let keywords): keywords.device.hasPrefix("/") ? [keywords.device] : []
        case .volumeGroup(let name): await physicalVolumes(of: name)
        case .ip, .launchers, .application, .configurationSync, .rsync, .openHA, .stonithCallout,
            .stonithILO, .fenceAgent:
            []
        }
    }

    private func physicalVolumes(of group: String) async -> [String] {
        let words = ["vgs", "--noheadings", "-o", "pv_name", group]
        let result = await service.node.host.run(Command(words, timeout: .seconds(5)))
        guard result.isSuccess else { return [] }
        return result.output.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
