// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// One service with all that is needed to work on it: machine, log, and what was asked for.
struct ManagedService: Sendable {
    let configuration: ServiceConfiguration
    let node: LocalNode
    let recorder: Recorder
    let call: Call

    var name: String { configuration.name }
    var isFrozen: Bool { node.isFrozen(name) }

    /// `P26.OPENSVC.COM`
    var log: ServiceLog { recorder.log(named: name.uppercased()) }

    /// `P26.OPENSVC.COM.IP#0`
    func log(of resource: ResourceConfiguration) -> ServiceLog {
        recorder.log(named: "\(name).\(resource.rid)".uppercased())
    }

    /// - Parameter availability: Of what it stands on, if it was looked at just now.
    func work(on resource: ResourceConfiguration, availability: Status? = nil) -> Work {
        var work = Work(
            service: configuration, resource: resource, host: node.host,
            directories: node.directories, log: log(of: resource))
        work.call = call
        work.availability = availability
        work.remoteShell = node.remoteShell
        return work
    }
}
