// SPDX-License-Identifier: Apache-2.0

/// What can be asked of this node (opensvc.md 6): the words, joined with `_`.
enum NodeAction: String, CaseIterable {
    case get, set, unset, freeze, thaw, frozen, logs, schedulers
    case printConfig = "print_config"
    case editConfig = "edit_config"
    case printSchedule = "print_schedule"
    case daemonStart = "daemon_start"
    case daemonStop = "daemon_stop"
    case daemonRestart = "daemon_restart"
    case daemonRunning = "daemon_running"
    case daemonStatus = "daemon_status"
    case daemonJoin = "daemon_join"
    case daemonLeave = "daemon_leave"
    case daemonShutdown = "daemon_shutdown"
    case checks, pushasset, pushstats, pushpkg, pushpatch, pushdisks, sysreport
    case collectStats = "collect_stats"
    case dequeueActions = "dequeue_actions"
    case complianceAuto = "compliance_auto"

    /// As it is typed.
    var words: String { rawValue.split(separator: "_").joined(separator: " ") }

    var summary: String {
        switch self {
        case .get: "print a keyword's value (--param)"
        case .set: "set a keyword (--param, --value)"
        case .unset: "remove a keyword, or a section (--param)"
        case .freeze: "refuse actions on all services until thaw"
        case .thaw: "end freeze"
        case .frozen: "1 when frozen, else 0, as exit code"
        case .logs: "page the node's log"
        case .schedulers: "run the tasks that are due, of the node and its services"
        case .printConfig: "print node.conf"
        case .editConfig: "edit node.conf, then check it"
        case .printSchedule: "show when tasks run, and ran last"
        case .daemonStart, .daemonStop, .daemonRestart, .daemonRunning, .daemonStatus, .daemonJoin,
            .daemonLeave, .daemonShutdown:
            "not there yet"
        case .checks, .pushasset, .pushstats, .pushpkg, .pushpatch, .pushdisks, .sysreport,
            .collectStats, .dequeueActions, .complianceAuto:
            "nothing: there is no collector"
        }
    }
}
