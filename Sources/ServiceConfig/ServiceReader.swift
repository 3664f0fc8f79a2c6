// SPDX-License-Identifier: Apache-2.0

extension ServiceConfiguration {
    /// Reads a service's file as the node of `viewpoint` sees it.
    ///
    /// An empty file is one: a service on this node alone, with its launchers.
    package init(_ document: ConfigDocument, name: String, at viewpoint: Viewpoint)
        throws(ConfigError)
    {
        var reader = ServiceReader(document, name: name, at: viewpoint)
        let configuration = reader.configuration()
        let unusable = configuration.findings.filter { $0.level == .unusable }
            .sorted { $0.line < $1.line }
        guard unusable.isEmpty else { throw ConfigError(unusable) }
        self = configuration
    }

    /// All that is wrong or odd in a file, in its order: `validate config`.
    package static func findings(
        _ document: ConfigDocument, name: String, at viewpoint: Viewpoint
    ) -> [ConfigFinding] {
        var reader = ServiceReader(document, name: name, at: viewpoint)
        let known = reader.configuration().findings.filter { $0.level != .debug }
        return (known + reader.oddities()).enumerated()
            .sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
    }

    /// Why this service must not run on a node of that environment; nil: it may. What an action then
    /// logs is the gates' matter.
    ///
    /// Source: opensvc.md 1.3.
    package func refusal(nodeEnvironment: String) -> String? {
        guard nodeEnvironment == "PRD", service.environment != "PRD" else { return nil }
        return "not allowed to run on this node "
            + "(svc env=\(service.environment) node env=\(nodeEnvironment))"
    }
}

/// Turns a document into a configuration. Source: opensvc.md 1.4.
struct ServiceReader {
    let document: ConfigDocument
    let name: String
    let viewpoint: Viewpoint
    var reader: KeywordReader
    private var nodes: [String] = []
    private var recoveryNodes: [String] = []
    private var encapsulated: [String] = []

    init(_ document: ConfigDocument, name: String, at viewpoint: Viewpoint) {
        self.document = document
        self.name = name
        self.viewpoint = viewpoint
        let short = { (name: String) in String(name.prefix { $0 != "." }) }
        reader = KeywordReader(
            document,
            names: [
                "nodename": viewpoint.nodeName, "short_nodename": short(viewpoint.nodeName),
                "svcname": name, "short_svcname": short(name), "svcmgr": viewpoint.svcmgr,
                "nodemgr": viewpoint.nodemgr,
            ], environment: viewpoint.processEnvironment)
    }

    /// With findings; it counts only if none of them is `.unusable`.
    mutating func configuration() -> ServiceConfiguration {
        readScopes()
        let service = service()
        var resources = ResourceReader(reader, self.name, service, viewpoint)
        var configuration = ServiceConfiguration(
            name: name, file: document.file, service: service, resources: resources.all())
        reader = resources.reader
        configuration.leftOut = resources.leftOut
        configuration.findings = document.malformed + reader.findings
        return configuration
    }

    /// What the scopes are made of can itself be scoped by the node's name only.
    private mutating func readScopes() {
        let local = viewpoint.nodeName
        let written = nodeList("nodes")
        nodes = written.isEmpty ? [local] : written
        recoveryNodes = nodeList("drpnode") + nodeList("drpnodes")
        encapsulated = nodeList("encapnodes")
        let primary = nodeList("flex_primary").first ?? nodes.first
        let recoveryPrimary = nodeList("drp_flex_primary").first ?? recoveryNodes.first
        let scopes = [
            ("nodes", nodes.contains(local)), ("drpnodes", recoveryNodes.contains(local)),
            ("encapnodes", encapsulated.contains(local)), ("flex_primary", primary == local),
            ("drp_flex_primary", recoveryPrimary == local),
        ]
        reader.scope(
            scopes.filter { $0.1 }.map { $0.0 },
            defaults: [
                "nodes": nodes.joined(separator: " "), "env": viewpoint.nodeEnvironment,
                "drpnodes": recoveryNodes.joined(separator: " "), "app": "",
            ])
    }

    private mutating func nodeList(_ keyword: String) -> [String] {
        let names = reader.value(keyword, in: "DEFAULT", as: Values.nodes) ?? []
        return names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private mutating func service() -> ServiceKeywords {
        var service = ServiceKeywords()
        service.environment = environment()
        service.nodes = nodes
        service.recoveryNodes = recoveryNodes.reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
        service.autostartNodes = nodeList("autostart_node")
        service.isDisabled = reader.flag("disable", in: "DEFAULT") ?? false
        service.rollsBack = reader.flag("rollback", in: "DEFAULT") ?? true
        service.showsDisabled = reader.flag("show_disabled", in: "DEFAULT") ?? true
        service.antiAffinity = reader.list("anti_affinity", in: "DEFAULT")
        service.bandwidthLimit = reader.value("bwlimit", in: "DEFAULT", as: Values.int)
        service.preMonitorAction = reader.text(
            "pre_monitor_action", in: "DEFAULT", isLenient: true)
        if let timeout = duration("lock_timeout", seconds: 1) { service.lockTimeout = timeout }
        if let delay = duration("sync_max_delay", seconds: 60) { service.syncMaximumDelay = delay }
        readChoices(into: &service)
        readSchedules(into: &service)
        return service
    }

    private mutating func duration(_ keyword: String, seconds unit: Int) -> Duration? {
        reader.value(keyword, in: "DEFAULT") { (text) throws(ValueError) in
            try Values.duration(text, unit: unit)
        }
    }

    private mutating func environment() -> String {
        // Either is read, so that a bad value is found whichever counts.
        let old = reader.value("service_type", in: "DEFAULT", as: Values.environment)
        return reader.value("env", in: "DEFAULT", as: Values.environment) ?? old
            ?? viewpoint.nodeEnvironment
    }

    private enum ClusterType: String, CaseIterable { case failover, flex, autoflex }

    private mutating func readChoices(into service: inout ServiceKeywords) {
        _ = reader.value("cluster_type", in: "DEFAULT") { (text) throws(ValueError) in
            try Values.word(text, of: ClusterType.self)
        }
        let orchestrate = reader.value("orchestrate", in: "DEFAULT") { (text) throws(ValueError) in
            try Values.word(text, of: ServiceKeywords.Orchestrate.self)
        }
        service.orchestrate = orchestrate ?? .no
        if let placement = reader.text("placement", in: "DEFAULT") {
            service.placement = placement
            if !["nodes order", "load avg", "spread"].contains(placement) {
                oddChoice("placement", placement, "nodes order, load avg, spread")
            }
        }
        if let action = reader.text("monitor_action", in: "DEFAULT"), !action.isEmpty {
            // An unknown one is none, and the resource monitor says so (4.6.6).
            service.monitorAction = ServiceKeywords.MonitorAction(rawValue: action)
            if service.monitorAction == nil {
                oddChoice("monitor_action", action, "freezestop, reboot, crash")
            }
        }
    }

    private mutating func oddChoice(_ keyword: String, _ value: String, _ known: String) {
        let line = reader.entry(keyword, in: "DEFAULT")?.line ?? 0
        reader.note(.warning, line, "\(keyword): '\(value)' is none of: \(known)")
    }

    private mutating func readSchedules(into service: inout ServiceKeywords) {
        let defaults = [
            "status_schedule": "@9", "monitor_schedule": "@1",
            "push_schedule": "00:00-06:00@361", "comp_schedule": "00:00-06:00@361",
            "resinfo_schedule": "@60",
        ]
        for (keyword, schedule) in defaults.sorted(by: { $0.key < $1.key }) {
            service.schedules[keyword] = reader.text(keyword, in: "DEFAULT") ?? schedule
        }
        if let periods = reader.value("sync_period", in: "DEFAULT", as: SyncGate.periods) {
            service.syncGate.periods = periods
        }
        if let days = reader.value("sync_days", in: "DEFAULT", as: SyncGate.days) {
            service.syncGate.days = days
        }
        if let interval = duration("sync_interval", seconds: 60) {
            service.syncGate.intervalMinutes = Int(interval.components.seconds / 60)
        }
        service.syncSchedule = reader.text("sync_schedule", in: "DEFAULT")
        service.schedules["sync_schedule"] = service.syncSchedule ?? service.syncGate.schedule
    }
}

// MARK: - Validation

extension ServiceReader {
    /// Keywords, sections and scopes that nobody knows; values that look like something else.
    fileprivate mutating func oddities() -> [ConfigFinding] {
        let known = Set(nodes + recoveryNodes + encapsulated + [viewpoint.nodeName])
        var found: [ConfigFinding] = []
        func warn(_ line: Int, _ reason: String) {
            found.append(ConfigFinding(.warning, file: document.file, line: line, reason: reason))
        }
        for section in document.sections {
            guard Catalogue.isKnownSection(section.name) else {
                warn(section.line, "unknown section [\(section.name)]")
                continue
            }
            for entry in section.entries {
                let parts = entry.key.split(separator: "@", maxSplits: 1)
                let keyword = String(parts[0])
                if !Catalogue.isKnown(keyword, in: section.name) {
                    warn(entry.line, "unknown keyword '\(keyword)' in section [\(section.name)]")
                } else if parts.count == 2, !Catalogue.scopes.contains(String(parts[1])),
                    !known.contains(String(parts[1]))
                {
                    warn(entry.line, "'\(parts[1])' in '\(entry.key)' is no node of this service")
                }
                if entry.value.contains(where: \.isNewline), entry.value.contains("\n["),
                    !entry.value.hasPrefix("[")
                {
                    warn(entry.line, "the value of '\(entry.key)' goes on with an indented section")
                }
            }
        }
        return found
    }
}
