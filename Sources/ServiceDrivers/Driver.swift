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

/// Where the service manager's files are; a prefix other than `/` is for tests.
package struct Directories: Equatable, Sendable {
    package let root: String
    package var etc: String { root + "/etc/opensvc" }
    package var state: String { root + "/var/lib/opensvc" }
    package var log: String { root + "/var/log/opensvc" }
    package var temporary: String { root + "/var/tmp/opensvc" }
    package var documentation: String { root + "/usr/share/doc/opensvc" }

    /// - Parameter root: Empty, or a path without a slash at its end.
    package init(root: String = "") { self.root = root }
}
