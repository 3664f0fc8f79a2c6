// SPDX-License-Identifier: Apache-2.0

/// Which keywords exist where: what `validate config` knows. Source: opensvc.md 1.4.
enum Catalogue {
    private static let service: Set<String> = [
        "app", "service_type", "env", "nodes", "autostart_node", "drpnode", "drpnodes",
        "cluster_type", "disable", "comment", "cluster", "mode", "monitor_action",
        "pre_monitor_action", "sync_schedule", "sync_interval", "sync_period", "sync_days",
        "sync_max_delay", "bwlimit", "rollback", "lock_timeout", "show_disabled",
        "anti_affinity", "orchestrate", "placement", "status_schedule", "monitor_schedule",
        "push_schedule", "comp_schedule", "resinfo_schedule", "encapnodes", "drp_flex_primary",
        "scsireserv", "presnap_trigger", "postsnap_trigger",
    ]
    private static let common: Set<String> = [
        "disable", "disable_on", "enable_on", "optional", "optional_on", "monitor", "monitor_on",
        "restart", "tags", "subset", "always_on", "comment",
    ]
    private static let groups: [String: Set<String>] = [
        "ip": ["type", "ipname", "ipdev", "netmask", "gateway"],
        "vg": ["type", "vgname", "name"],
        "disk": ["type", "vgname", "name"],
        "fs": ["type", "dev", "mnt", "mnt_opt"],
        "app": ["type", "script", "start", "stop", "check", "info", "timeout"],
        "sync": [
            "type", "src", "dst", "target", "options", "exclude", "dstfs", "snap", "bwlimit",
            "schedule", "sync_max_delay",
        ],
        "hb": ["type", "name"],
        "stonith": ["type", "target", "name", "cmd", "agent", "options"],
        "subset": ["parallel"],
    ]
    /// Sections of kinds that are not built: ignored.
    static let ignored: Set<String> = [
        "syncs", "loop", "drbd", "pool", "vdisk", "container", "share", "task",
    ]
    static let triggerActions: Set<String> = [
        "start", "stop", "sync_nodes", "sync_drp", "provision", "unprovision", "run",
    ]
    /// Behind `@`, beside names of nodes.
    static let scopes: Set<String> = [
        "nodes", "drpnodes", "encapnodes", "flex_primary", "drp_flex_primary",
    ]

    /// `fs` of `fs#1`.
    static func group(of section: String) -> String {
        String(section.prefix { $0 != "#" })
    }

    static func isKnownSection(_ section: String) -> Bool {
        ["DEFAULT", "env"].contains(section) || groups[group(of: section)] != nil
            || ignored.contains(group(of: section))
    }

    /// - Parameter keyword: Without its scope.
    static func isKnown(_ keyword: String, in section: String) -> Bool {
        let group = group(of: section)
        if section == "DEFAULT" {
            return service.contains(keyword) || keyword.hasPrefix("flex_")
                || keyword.hasPrefix("pg_")
        }
        guard let own = groups[group] else { return true }
        return own.contains(keyword) || common.contains(keyword) || trigger(keyword) != nil
            || keyword.hasSuffix("_requires") || keyword.hasPrefix("pg_")
            || keyword == "scsireserv"
    }

    /// `blocking_pre_start` and its like; nil: the keyword is no trigger.
    static func trigger(_ keyword: String) -> (
        moment: Trigger.Moment, isBlocking: Bool, action: String
    )? {
        var rest = keyword[...]
        let isBlocking = rest.hasPrefix("blocking_")
        if isBlocking { rest = rest.dropFirst("blocking_".count) }
        for moment in [Trigger.Moment.pre, .post] where rest.hasPrefix("\(moment.rawValue)_") {
            var action = String(rest.dropFirst(moment.rawValue.count + 1))
            if action == "syncnodes" { action = "sync_nodes" }
            if action == "syncdrp" { action = "sync_drp" }
            return triggerActions.contains(action) ? (moment, isBlocking, action) : nil
        }
        return nil
    }
}
