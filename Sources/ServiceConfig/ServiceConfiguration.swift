// SPDX-License-Identifier: Apache-2.0

/// One service as its file describes it to one node: scoped, references resolved, types checked.
package struct ServiceConfiguration: Equatable, Sendable {
    package let name: String
    /// Where it was read, for messages and for copies to the peers.
    package let file: String
    package var service: ServiceKeywords
    /// In the order of the file; those that no section names (`app`, `sync#i0`) behind it.
    package var resources: [ResourceConfiguration]
    /// What is wrong with the file and still leaves it usable. Those of level `.error` are to be
    /// logged as ERROR, by every action; each left a resource out.
    package var findings: [ConfigFinding] = []
    /// Sections whose resource was left out. Among them a `stonith#N`: fencing must fail, for it
    /// cannot run.
    package var leftOut: [String] = []
    /// Heartbeats among `leftOut`: the service is a heartbeat's all the same, and nobody else may move
    /// it.
    package var incompleteHeartbeats: [String] { leftOut.filter { $0.hasPrefix("hb#") } }

    package init(
        name: String, file: String, service: ServiceKeywords, resources: [ResourceConfiguration]
    ) {
        self.name = name
        self.file = file
        self.service = service
        self.resources = resources
    }
}

/// What section DEFAULT says. Names are lower case; times are whole.
package struct ServiceKeywords: Equatable, Sendable {
    /// `env`, once `service_type`: PRD, TST, ...
    package var environment = "TST"
    /// Candidates, in the order of placement.
    package var nodes: [String] = []
    /// Where `boot` starts it.
    package var autostartNodes: [String] = []
    /// Disaster recovery nodes: they get copies and never start the heartbeat.
    package var recoveryNodes: [String] = []
    package var isDisabled = false
    package var monitorAction: MonitorAction?
    /// `pre_monitor_action`, as written.
    package var preMonitorAction: String?
    package var rollsBack = true
    /// Default of `--waitlock`.
    package var lockTimeout: Duration = .seconds(60)
    package var showsDisabled = true
    package var antiAffinity: [String] = []
    package var orchestrate = Orchestrate.no
    package var placement = "nodes order"
    /// KB/s, of rsync.
    package var bandwidthLimit: Int?
    /// Age above which a copy is late.
    package var syncMaximumDelay: Duration = .seconds(1500 * 60)
    /// Schedule texts by task, as written or by default: `sync_schedule`, `status_schedule`, ...
    package var schedules: [String: String] = [:]
    /// `sync_schedule` as written; nil: the old trio decides.
    package var syncSchedule: String?
    /// The old trio `sync_period`, `sync_days`, `sync_interval`.
    package var syncGate = SyncGate()

    package init() {}

    package enum MonitorAction: String, CaseIterable, Sendable { case freezestop, reboot, crash }
    package enum Orchestrate: String, CaseIterable, Sendable { case no, start, ha }
}

/// When syncs may run, by the old trio of keywords.
package struct SyncGate: Equatable, Sendable {
    /// Minutes since midnight; begin > end passes midnight; both ends are inside.
    package struct Period: Equatable, Sendable {
        package var begin: Int
        package var end: Int
        package init(begin: Int, end: Int) {
            self.begin = begin
            self.end = end
        }
    }
    package var periods = [Period(begin: 3 * 60 + 59, end: 5 * 60 + 59)]
    /// Lower case English names; all seven by default.
    package var days = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]
    /// 0: never.
    package var intervalMinutes = 121
    package init() {}
}
