// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// The commands that a step would run, for `--dry-run --debug` (decision 13). Nothing is looked at:
/// what only the machine knows stands in angle brackets, and a step that finds its work done already
/// runs none of them.
struct PlannedCommands {
    let service: ManagedService

    func commands(of step: ActionPlan.Step) -> [String] {
        switch step {
        case .checkConflict(let resource):
            guard case .ip(let keywords) = resource.driver else { return [] }
            return ["ping -c 1 -W 5 -w 5 \(keywords.name)"]
        case .start(let resource): return start(resource)
        case .stop(let resource): return stop(resource)
        case .synchronize, .fence, .freezeStop, .checkAffinity, .skipStandby: return []
        }
    }

    private func start(_ resource: ResourceConfiguration) -> [String] {
        switch resource.driver {
        case .ip(let ip):
            return [
                "ifconfig \(ip.device):<n> \(ip.name) netmask \(ip.netmask ?? "<mask>") up",
                "arping -U -c 1 -I \(ip.device) -s \(ip.name) 0.0.0.0",
            ]
        case .volumeGroup(let name):
            return [
                "vgchange --deltag @<tag> \(name)",
                "vgchange --addtag @\(service.node.name) \(name)", "vgchange -a y \(name)",
            ]
        case .fileSystem(let fs):
            let check =
                ["ext2", "ext3", "ext4"].contains(fs.type) ? ["e2fsck -p \(fs.device)"] : []
            let type = fs.type.isEmpty ? "" : " -t \(fs.type)"
            let options = fs.options.isEmpty ? "" : " -o \(fs.options)"
            return check + ["mount\(type)\(options) \(fs.device) \(fs.mountPoint)"]
        case .launchers: return launchers("S", "start")
        case .application(let application): return ["\(application.script) start"]
        case .configurationSync, .rsync, .openHA, .stonithCallout, .stonithILO, .fenceAgent:
            return []
        }
    }

    private func stop(_ resource: ResourceConfiguration) -> [String] {
        switch resource.driver {
        case .ip(let ip): return ["ifconfig \(ip.device):<n> down"]
        case .volumeGroup(let name):
            return [
                "vgchange --deltag @\(service.node.name) \(name)", "kpartx -d /dev/\(name)/<lv>",
                "vgchange -a n \(name)",
            ]
        case .fileSystem(let fs): return ["umount \(fs.mountPoint)"]
        case .launchers: return launchers("K", "stop")
        case .application(let application): return ["\(application.script) stop"]
        case .configurationSync, .rsync, .openHA, .stonithCallout, .stonithILO, .fenceAgent:
            return []
        }
    }

    /// By pattern: the directory may lie on a file system that is not mounted yet.
    private func launchers(_ letter: String, _ verb: String) -> [String] {
        ["\(service.node.directories.etc)/\(service.name).d/\(letter)* \(verb)"]
    }
}
