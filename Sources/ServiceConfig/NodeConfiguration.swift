// SPDX-License-Identifier: Apache-2.0

/// What node.conf says to this node: scoped, references resolved.
///
/// A node without one has the defaults. Source: opensvc.md 6, 4.5, 5.3.
package struct NodeConfiguration: Equatable, Sendable {
    /// Where the log goes beside its files.
    package struct Syslog: Equatable, Sendable {
        /// nil: nowhere (`none`).
        package var facility: String? = "daemon"
        package var level: String?
        /// nil: this machine's `/dev/log`.
        package var host: String?
        package var port: Int?
        package init() {}
    }

    /// `[node] env`.
    package var environment = "TST"
    package var syslog = Syslog()
    /// Schedules by section: `checks`, `compliance`, ...
    package var schedules: [String: String] = [:]
    /// `cmd` of `[stonith#<node>]` by node.
    package var stonithCommands: [String: String] = [:]
    /// Words of `[node] ruser`: `user` for all nodes, `user@node` for one; none: root.
    package var remoteUsers: [String] = []
    /// `[node] dbopensvc`: a collector is configured.
    package var collector: String?
    package var maintenanceGrace: Duration = .seconds(60)
    package var rejoinGrace: Duration = .seconds(90)
    /// Values that were refused; their defaults hold.
    package private(set) var findings: [ConfigFinding] = []
    private var reader: KeywordReader

    /// - Parameter document: Empty for a node without node.conf.
    package init(_ document: ConfigDocument, nodeName: String) {
        let local = nodeName.lowercased()
        reader = KeywordReader(
            document,
            names: ["nodename": local, "short_nodename": String(local.prefix { $0 != "." })])
        read()
        findings = document.malformed + reader.findings
    }

    /// Any keyword, scoped and resolved; nil: absent.
    package func value(_ keyword: String, in section: String) -> String? {
        var reader = reader
        return reader.text(keyword, in: section)
    }

    private mutating func read() {
        let old = reader.value("host_mode", in: "node", as: Values.environment)
        environment =
            reader.value("env", in: "node", as: Values.environment) ?? old ?? environment
        collector = reader.text("dbopensvc", in: "node")
        maintenanceGrace = duration("maintenance_grace_period") ?? maintenanceGrace
        rejoinGrace = duration("rejoin_grace_period") ?? rejoinGrace
        for word in reader.list("ruser", in: "node") {
            // A word of ssh's command line.
            if word.hasPrefix("-") || word.hasPrefix("@") {
                let line = reader.entry("ruser", in: "node")?.line ?? 0
                reader.note(.warning, line, "ruser: '\(word)' is no user")
            } else {
                remoteUsers.append(word)
            }
        }
        readSyslog()
        for section in reader.document.sections {
            if let schedule = reader.text("schedule", in: section.name) {
                schedules[section.name] = schedule
            }
            let node = section.name.dropFirst("stonith#".count).lowercased()
            if section.name.hasPrefix("stonith#"), !node.isEmpty {
                stonithCommands[node] = reader.text("cmd", in: section.name)
            }
        }
    }

    private mutating func readSyslog() {
        if let facility = reader.text("facility", in: "syslog"), !facility.isEmpty {
            syslog.facility = facility.lowercased() == "none" ? nil : facility.lowercased()
        }
        syslog.level = reader.text("level", in: "syslog")?.lowercased()
        syslog.host = reader.text("host", in: "syslog")
        syslog.port = reader.value("port", in: "syslog", as: Values.int)
    }

    private mutating func duration(_ keyword: String) -> Duration? {
        reader.value(keyword, in: "node") { (text) throws(ValueError) in
            try Values.duration(text, unit: 1)
        }
    }

    package static func == (left: NodeConfiguration, right: NodeConfiguration) -> Bool {
        left.reader.document == right.reader.document && left.reader.scopes == right.reader.scopes
    }
}
