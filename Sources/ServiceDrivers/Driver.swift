// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// Brings one resource up and down and says what it is. One file per kind.
package protocol Driver: Sendable {
    /// `vgsvc1`, `hb.openha`.
    var label: String { get }
    /// Looks, and changes nothing (but for the heartbeat's links). At most 5 s when something hangs:
    /// then `warn` and why.
    func evaluate(_ work: Work) async -> Evaluation
    /// Brings it up; already up is no error.
    ///
    /// - Returns: Whether this run activated it, for the rollback.
    func start(_ work: Work) async throws(StepFailure) -> Bool
    /// Brings it down; already down is no error.
    func stop(_ work: Work) async throws(StepFailure)
}

/// A driver that can tell, before anything is changed, that its start would collide with another
/// node (opensvc.md 4.1).
package protocol Contender: Driver {
    /// - Throws: `start aborted due to resource ip#0 conflict`.
    func checkConflict(_ work: Work) async throws(StepFailure)
}

/// A driver that copies something to other nodes (opensvc.md 4.5).
package protocol Synchronizer: Driver {
    /// Looks at the gates first unless `call.isForced`; what keeps it from running is logged and no
    /// error.
    func synchronize(_ work: Work, to groups: Set<SyncGroup>) async -> SyncOutcome
}

/// What a sync came to.
package struct SyncOutcome: Equatable, Sendable {
    /// The nodes it was copied to, in order.
    package var copied: [String] = []
    /// Those where that failed, as has been logged; any of them fails the action.
    package var failed: [String] = []
    package init() {}
}

/// Whom a sync serves: `syncnodes` the first, `syncdrp` the second, `syncall` both.
package enum SyncGroup: String, CaseIterable, Sendable { case nodes, drpnodes }

/// A driver of a heartbeat (opensvc.md 4.6).
package protocol Heartbeat: Driver {
    /// Whether the peer has to be fenced before a start; waits at most 3 s for an answer.
    ///
    /// - Throws: `cannot tell the peer's state (<what>): start refused`.
    func wantsFencing(_ work: Work) async throws(StepFailure) -> Bool
    /// Tells the heartbeat to stop the service and not to start it again; does not wait for that.
    func freezeStop(_ work: Work) async throws(StepFailure)
}

/// A driver that ends another node (opensvc.md 4.7).
package protocol Fencer: Driver {
    /// Returns only when the peer is known to be off.
    func fence(_ work: Work) async throws(StepFailure)
}

/// A step that failed. What there was to say has been logged already.
package struct StepFailure: Error, Equatable {
    /// Follows `'start' action stopped on execution error: `; nil: nothing follows.
    package var reason: String?
    package init(_ reason: String? = nil) { self.reason = reason }
}

/// Everything a driver works with: the service, the machine, the directories, the log.
package struct Work: Sendable {
    package let service: ServiceConfiguration
    /// The resource it is about.
    package let resource: ResourceConfiguration
    package let host: any Host
    package let directories: Directories
    package let log: ServiceLog
    package var call = Call(action: "")
    /// Merge of ip, disk, fs, share and container, found just before this resource is evaluated or
    /// synchronized; nil: nobody looked, as in a start or stop.
    package var availability: Status?
    /// How the peers are reached, by node.conf.
    package var remoteShell = RemoteShell()

    package init(
        service: ServiceConfiguration, resource: ResourceConfiguration, host: any Host,
        directories: Directories, log: ServiceLog
    ) {
        self.service = service
        self.resource = resource
        self.host = host
        self.directories = directories
        self.log = log
    }
}

/// What was asked for, as far as drivers care.
package struct Call: Equatable, Sendable {
    /// `start`, `print_status`; launchers and triggers find it in OPENSVC_ACTION.
    package var action: String
    package var isForced = false
    /// The clusterware asks (`--cluster`).
    package var isClustered = false
    /// The scheduler asks (`--cron`).
    package var isScheduled = false
    package init(action: String) { self.action = action }
}

/// Where the service manager's files are; a prefix other than `/` is for tests.
package struct Directories: Equatable, Sendable {
    package let root: String
    package var etc: String { root + "/etc/opensvc" }
    package var state: String { root + "/var/lib/opensvc" }
    package var log: String { root + "/var/log/opensvc" }
    package var temporary: String { root + "/var/tmp/opensvc" }
    /// What the links of a service point to.
    package var program: String { root + "/usr/bin/svcmgr" }
    package var documentation: String { root + "/usr/share/doc/opensvc" }

    /// - Parameter root: Empty, or a path without a slash at its end.
    package init(root: String = "") { self.root = root }
}
