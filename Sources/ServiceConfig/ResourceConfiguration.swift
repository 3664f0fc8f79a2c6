// SPDX-License-Identifier: Apache-2.0

/// One resource of a service: what all have in common, and what its driver needs.
package struct ResourceConfiguration: Equatable, Sendable {
    /// `fs#1`, `app`, `sync#i0`.
    package let rid: String
    package var common: CommonKeywords
    package var driver: DriverKeywords

    package var group: ResourceGroup { driver.group }

    package init(rid: String, common: CommonKeywords, driver: DriverKeywords) {
        self.rid = rid
        self.common = common
        self.driver = driver
    }
}

/// What a resource counts for. The order is that of `start`.
package enum ResourceGroup: String, CaseIterable, Sendable {
    case ip, disk, fs, share, container, app, sync, hb, stonith, task
}

/// Keywords that every resource section may have, already decided for the local node.
package struct CommonKeywords: Equatable, Sendable {
    package var isDisabled = false
    package var isOptional = false
    package var isMonitored = false
    /// Restarts before `monitor_action`.
    package var restarts = 0
    package var tags: [String] = []
    package var subset: String?
    /// Up or down here is `stdby up` or `stdby down`.
    package var isStandby = false
    package var triggers: [Trigger] = []
    /// Of a sync: `schedule` as written; nil: the service's `syncSchedule`, and then its trio.
    package var schedule: String?

    package init() {}
}

/// A command before or after an action of a resource.
package struct Trigger: Equatable, Sendable {
    package enum Moment: String, Sendable { case pre, post }
    package var moment: Moment
    package var isBlocking: Bool
    /// `start`, `stop`, `sync_nodes`, ...
    package var action: String
    /// As written; split like a shell splits words, run without one.
    package var command: String

    package init(moment: Moment, isBlocking: Bool, action: String, command: String) {
        self.moment = moment
        self.isBlocking = isBlocking
        self.action = action
        self.command = command
    }
}

/// What one driver needs, by kind.
package enum DriverKeywords: Equatable, Sendable {
    case ip(IPKeywords)
    case volumeGroup(name: String)
    case fileSystem(FileSystemKeywords)
    /// The implicit `app`: the launcher directory `<svc>.d`.
    case launchers
    case application(ApplicationKeywords)
    /// The implicit `sync#i0`: the service's files, to `nodes` and `drpnodes`.
    case configurationSync(options: [String])
    case rsync(RsyncKeywords)
    case openHA(name: String)
    case stonithCallout(command: String)
    case stonithILO(target: String)
    case fenceAgent(FenceAgentKeywords)

    package var group: ResourceGroup {
        switch self {
        case .ip: .ip
        case .volumeGroup: .disk
        case .fileSystem: .fs
        case .launchers, .application: .app
        case .configurationSync, .rsync: .sync
        case .openHA: .hb
        case .stonithCallout, .stonithILO, .fenceAgent: .stonith
        }
    }

    /// `type` of the JSON status.
    package var typeName: String {
        switch self {
        case .ip: "ip"
        case .volumeGroup: "disk.vg"
        case .fileSystem: "fs"
        case .launchers, .application: "app"
        case .configurationSync, .rsync: "sync.rsync"
        case .openHA: "hb.openha"
        case .stonithCallout: "stonith.callout"
        case .stonithILO: "stonith.ilo"
        case .fenceAgent: "stonith.fence_agent"
        }
    }
}

package struct IPKeywords: Equatable, Sendable {
    /// Host name or address.
    package var name: String
    package var device: String
    /// Dotted or a prefix length; nil: the mask of the device's first address.
    package var netmask: String?
    package init(name: String, device: String, netmask: String? = nil) {
        self.name = name
        self.device = device
        self.netmask = netmask
    }
}

package struct FileSystemKeywords: Equatable, Sendable {
    /// Empty: mount finds out.
    package var type: String
    package var device: String
    package var mountPoint: String
    /// Text for `mount -o`; empty: none.
    package var options: String
    package init(type: String, device: String, mountPoint: String, options: String = "") {
        self.type = type
        self.device = device
        self.mountPoint = mountPoint
        self.options = options
    }
}

package struct ApplicationKeywords: Equatable, Sendable {
    /// A path, or a base name in `<svc>.d`.
    package var script: String
    /// Order among the service's applications; nil: not run for this.
    package var start: Int?
    package var stop: Int?
    package var check: Int?
    package var info: Int?
    package var timeout: Duration?
    package init(script: String) { self.script = script }
}

package struct RsyncKeywords: Equatable, Sendable {
    package var sources: [String] = []
    package var destination = ""
    /// `nodes`, `drpnodes`.
    package var targets: [String] = []
    package var options: [String] = []
    package var excludes: [String] = []
    /// File system that must be mounted on the target.
    package var destinationFileSystem: String?
    package var bandwidthLimit: Int?
    package var schedule: String?
    package var maximumDelay: Duration?
    package init() {}
}

package struct FenceAgentKeywords: Equatable, Sendable {
    /// Base name, begins with `fence_`.
    package var agent: String
    /// Section of `auth.conf` with the secrets.
    package var target: String
    /// `key=value`, as written, in order.
    package var options: [String]
    package init(agent: String, target: String, options: [String]) {
        self.agent = agent
        self.target = target
        self.options = options
    }
}
