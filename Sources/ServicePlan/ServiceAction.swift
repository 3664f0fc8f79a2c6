// SPDX-License-Identifier: Apache-2.0

/// What can be asked of a service: the name in texts, with its words joined by `_`.
///
/// Dispatch, gates, lock, help and completion all go by this list and by `traits`.
package enum ServiceAction: String, CaseIterable, Sendable {
    case create, delete, update, get, set, unset, enable, disable, ls, logs, push, run
    case printStatus = "print_status"
    case printConfig = "print_config"
    case printSchedule = "print_schedule"
    case printDevlist = "print_devlist"
    case printResourceStatus = "print_resource_status"
    case editConfig = "edit_config"
    case validateConfig = "validate_config"
    case status, start, stop, restart, boot, shutdown
    case startip, stopip, startdisk, stopdisk, startvg, stopvg, startfs, stopfs, startapp, stopapp
    case startstandby, freeze, thaw, frozen, freezestop, stonith, toc
    case switchover = "switch"
    case takeover, giveback, clear, abort
    case resourceMonitor = "resource_monitor"
    case scheduler, syncnodes, syncdrp, syncall, presync, postsync

    /// What was typed, as its words are: `print status`, `sync nodes`, `json status`.
    ///
    /// - Returns: nil if there is no such action.
    package static func named(_ words: [String]) -> (action: ServiceAction, isJSON: Bool)? {
        let name = words.joined(separator: "_")
        if let action = ServiceAction(rawValue: name) { return (action, false) }
        let spelling = words.flatMap { $0.split(separator: "_") }.joined(separator: " ")
        return aliases.first { $0.spelling == spelling }.map { ($0.action, $0.isJSON) }
    }

    /// As it is typed: `print status`.
    package var words: String { rawValue.split(separator: "_").joined(separator: " ") }

    /// Other ways to type it: those of later agents, and of earlier ones.
    package var otherSpellings: [String] {
        ServiceAction.aliases.filter { $0.action == self }.map(\.spelling)
    }

    private static let aliases: [(spelling: String, action: ServiceAction, isJSON: Bool)] = [
        ("json status", .printStatus, true),
        ("print env", .printConfig, false),
        ("sync nodes", .syncnodes, false),
        ("sync drp", .syncdrp, false),
        ("sync all", .syncall, false),
    ]
}

/// How an action is let through, locked and explained (opensvc.md 2.3, 2.5, 3.8).
package struct ActionTraits: Equatable, Sendable {
    package enum Lock: Sendable {
        case none
        /// `<var>/lock/<svc>`
        case service
        /// `<var>/lock/<svc>.sync`
        case sync
    }
    package enum Gates: Sendable {
        /// Reads, or changes the configuration only: passes both.
        case passesAll
        /// Refused while frozen; may be asked directly of a service with a heartbeat.
        case stopsAtFreeze
        /// Thaws, but moves resources: refused for a service with a heartbeat.
        case stopsAtSafetyNet
        /// Refused while frozen, and for a service with a heartbeat.
        case stopsAtBoth
    }
    package let lock: Lock
    package let gates: Gates
    /// Changes neither machine, state nor configuration.
    package let isReadOnly: Bool
    /// One line for `--help` and completion.
    package let summary: String

    /// Passes the gate of the frozen service.
    package var passesFrozen: Bool { gates == .passesAll || gates == .stopsAtSafetyNet }
    /// Passes the clusterware safety net without `--cluster`.
    package var passesSafetyNet: Bool { gates == .passesAll || gates == .stopsAtFreeze }

    fileprivate init(_ gates: Gates, _ lock: Lock, reads: Bool = false, _ summary: String) {
        self.gates = gates
        self.lock = lock
        self.isReadOnly = reads
        self.summary = summary
    }
}

extension ServiceAction {
    package var traits: ActionTraits {
        switch self {
        case .create: .init(.passesAll, .service, "make a service: its file, links and directory")
        case .delete:
            .init(.passesAll, .service, "remove a service's files, or one section (--rid)")
        case .update: .init(.passesAll, .service, "add a section (--resource)")
        case .get: .init(.passesAll, .none, reads: true, "print a keyword's value (--param)")
        case .set: .init(.passesAll, .service, "set a keyword (--param, --value)")
        case .unset: .init(.passesAll, .service, "remove a keyword (--param)")
        case .enable: .init(.passesAll, .service, "enable resources (--rid), or the service")
        case .disable: .init(.passesAll, .service, "disable resources (--rid), or the service")
        case .ls: .init(.passesAll, .none, reads: true, "list services")
        case .logs: .init(.passesAll, .none, reads: true, "page the service's log")
        case .push: .init(.passesAll, .none, "push the configuration to the collector")
        case .run: .init(.stopsAtBoth, .none, "run tasks")
        case .printStatus:
            .init(.passesAll, .none, reads: true, "show the service and each resource")
        case .printConfig: .init(.passesAll, .none, reads: true, "print the configuration file")
        case .printSchedule:
            .init(.passesAll, .none, reads: true, "show when tasks run, and ran last")
        case .printDevlist: .init(.passesAll, .none, reads: true, "list the service's devices")
        case .printResourceStatus:
            .init(.passesAll, .none, reads: true, "print one resource's status (--rid)")
        case .editConfig: .init(.passesAll, .none, "edit the configuration file, then check it")
        case .validateConfig:
            .init(.passesAll, .none, reads: true, "check the configuration file")
        case .status: .init(.passesAll, .none, reads: true, "overall status as exit code")
        case .start: .init(.stopsAtBoth, .service, "bring all resources up, in order")
        case .stop: .init(.stopsAtBoth, .service, "bring all resources down, in order")
        case .restart: .init(.stopsAtBoth, .service, "stop, then start")
        case .boot:
            .init(.stopsAtFreeze, .service, "start what belongs here when the node comes up")
        case .shutdown: .init(.stopsAtBoth, .service, "stop everything, standby resources too")
        case .startip: .init(.stopsAtBoth, .service, "bring addresses up")
        case .stopip: .init(.stopsAtBoth, .service, "bring addresses down")
        case .startdisk: .init(.stopsAtBoth, .service, "activate volume groups")
        case .stopdisk: .init(.stopsAtBoth, .service, "deactivate volume groups")
        case .startvg: .init(.stopsAtBoth, .service, "the same as startdisk")
        case .stopvg: .init(.stopsAtBoth, .service, "the same as stopdisk")
        case .startfs: .init(.stopsAtBoth, .service, "activate volume groups, mount file systems")
        case .stopfs:
            .init(.stopsAtBoth, .service, "unmount file systems, deactivate volume groups")
        case .startapp: .init(.stopsAtBoth, .service, "start applications")
        case .stopapp: .init(.stopsAtBoth, .service, "stop applications")
        case .startstandby: .init(.stopsAtFreeze, .service, "bring standby resources up")
        case .freeze: .init(.passesAll, .none, "refuse actions until thaw")
        case .thaw: .init(.passesAll, .none, "end freeze")
        case .frozen: .init(.passesAll, .none, reads: true, "1 when frozen, else 0, as exit code")
        case .freezestop: .init(.stopsAtFreeze, .none, "have the heartbeat stop and freeze it")
        case .stonith: .init(.stopsAtBoth, .service, "fence the peer if its state is unknown")
        case .toc: .init(.stopsAtFreeze, .none, "run the resource monitor's action")
        case .switchover: .init(.stopsAtBoth, .service, "stop here, start on --to")
        case .takeover: .init(.stopsAtSafetyNet, .service, "stop elsewhere, start here")
        case .giveback: .init(.stopsAtSafetyNet, .service, "let it go where it belongs")
        case .clear: .init(.passesAll, .none, "forget a failed start or stop")
        case .abort: .init(.passesAll, .none, "give an orchestration up")
        case .resourceMonitor:
            .init(.passesAll, .service, "restart or act on monitored resources that failed")
        case .scheduler: .init(.passesAll, .none, "run the tasks that are due")
        case .syncnodes: .init(.stopsAtFreeze, .sync, "copy to the other nodes")
        case .syncdrp: .init(.stopsAtFreeze, .sync, "copy to the disaster recovery nodes")
        case .syncall: .init(.stopsAtFreeze, .sync, "copy to all nodes")
        case .presync: .init(.stopsAtFreeze, .service, "prepare copies")
        case .postsync: .init(.stopsAtFreeze, .service, "take received copies over")
        }
    }
}
