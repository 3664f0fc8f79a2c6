// SPDX-License-Identifier: Apache-2.0

/// Reads the resource sections of a service's file. Source: opensvc.md 1.4, 4.4, 4.5.
struct ResourceReader {
    var reader: KeywordReader
    private(set) var leftOut: [String] = []
    private let name: String
    private let service: ServiceKeywords
    private let viewpoint: Viewpoint

    init(
        _ reader: KeywordReader, _ name: String, _ service: ServiceKeywords, _ viewpoint: Viewpoint
    ) {
        self.reader = reader
        self.name = name
        self.service = service
        self.viewpoint = viewpoint
    }

    /// In the order of the file, and behind them those without a section.
    mutating func all() -> [ResourceConfiguration] {
        var resources: [ResourceConfiguration] = []
        for section in reader.document.sections {
            if let resource = resource(section) { resources.append(resource) }
        }
        let hasApplications = resources.contains {
            if case .application = $0.driver { true } else { false }
        }
        let implicit =
            [
                ("app", viewpoint.hasLauncherDirectory || !hasApplications, .launchers),
                ("sync#i0", hasPeers, .configurationSync(options: [])),
            ] as [(String, Bool, DriverKeywords)]
        for (rid, isWanted, driver) in implicit {
            let isWritten = resources.contains { $0.rid == rid }
            if isWanted && !isWritten {
                resources.append(
                    ResourceConfiguration(rid: rid, common: common(rid), driver: driver))
            } else if !isWanted && isWritten {
                resources.removeAll { $0.rid == rid }
            }
        }
        return resources
    }

    private var hasPeers: Bool { Set(service.nodes + service.recoveryNodes).count > 1 }

    private mutating func resource(_ section: ConfigDocument.Section) -> ResourceConfiguration? {
        let rid = section.name
        let group = Catalogue.group(of: rid)
        if ["DEFAULT", "env"].contains(rid) || group == "subset" { return nil }
        guard Catalogue.isKnownSection(rid), !Catalogue.ignored.contains(group),
            isIndexed(rid, group) || rid == "app"
        else {
            reader.note(.debug, section.line, "section [\(rid)] is ignored")
            return nil
        }
        // It becomes part of file names and of lists.
        guard !rid.contains("/"), !rid.contains(","), rid.words == [rid] else {
            reader.note(.unusable, section.line, "[\(rid)] cannot be a resource's section")
            return nil
        }
        // First: a bad value counts in a section that is left out, too.
        let common = common(rid)
        guard let driver = driver(rid, group, section.line) else {
            leftOut.append(rid)
            return nil
        }
        return ResourceConfiguration(rid: rid, common: common, driver: driver)
    }

    /// `<group>#<index>` with an index without `#`.
    private func isIndexed(_ rid: String, _ group: String) -> Bool {
        let index = rid.dropFirst(group.count + 1)
        return !index.isEmpty && !index.contains("#")
    }

    private mutating func driver(_ rid: String, _ group: String, _ line: Int) -> DriverKeywords? {
        switch group {
        case "ip": return ip(rid)
        case "vg":
            return reader.required("vgname", or: "name", in: rid).map { .volumeGroup(name: $0) }
        case "disk": return disk(rid, line)
        case "fs": return fileSystem(rid)
        case "app": return rid == "app" ? .launchers : application(rid)
        case "sync":
            return rid == "sync#i0"
                ? .configurationSync(options: reader.list("options", in: rid)) : rsync(rid, line)
        case "hb": return heartbeat(rid, line)
        case "stonith": return stonith(rid, line)
        default: return nil
        }
    }

    // MARK: Groups

    private mutating func ip(_ rid: String) -> DriverKeywords? {
        let name = reader.required("ipname", in: rid)
        let device = reader.required("ipdev", in: rid)
        guard let name, let device else { return nil }
        let netmask = reader.text("netmask", in: rid).flatMap { $0.isEmpty ? nil : $0 }
        return .ip(IPKeywords(name: name, device: device, netmask: netmask))
    }

    private mutating func disk(_ rid: String, _ line: Int) -> DriverKeywords? {
        guard let type = reader.required("type", in: rid) else { return nil }
        guard ["vg", "lvm"].contains(type.lowercased()) else {
            return unsupported(type, rid, line, .error)
        }
        return reader.required("name", or: "vgname", in: rid).map { .volumeGroup(name: $0) }
    }

    private mutating func fileSystem(_ rid: String) -> DriverKeywords? {
        let device = reader.required("dev", in: rid)
        let mountPoint = reader.required("mnt", in: rid)
        guard let device, let mountPoint else { return nil }
        return .fileSystem(
            FileSystemKeywords(
                type: reader.text("type", in: rid) ?? "", device: device, mountPoint: mountPoint,
                options: reader.text("mnt_opt", in: rid) ?? ""))
    }

    private mutating func application(_ rid: String) -> DriverKeywords? {
        guard let script = reader.required("script", in: rid) else { return nil }
        var keywords = ApplicationKeywords(script: script)
        keywords.start = order("start", rid)
        keywords.stop = order("stop", rid)
        keywords.check = order("check", rid)
        keywords.info = order("info", rid)
        keywords.timeout = duration("timeout", rid, unit: 1)
        return .application(keywords)
    }

    private mutating func rsync(_ rid: String, _ line: Int) -> DriverKeywords? {
        let type = reader.text("type", in: rid) ?? "rsync"
        guard type.lowercased() == "rsync" else { return unsupported(type, rid, line, .error) }
        var keywords = RsyncKeywords()
        let source = reader.required("src", in: rid)
        let destination = reader.required("dst", in: rid)
        let target = reader.required("target", in: rid)
        guard let source, let destination, let target else { return nil }
        keywords.sources = source.words
        keywords.destination = destination
        keywords.targets = target.words
        if let word = target.words.first(where: { !["nodes", "drpnodes"].contains($0) }) {
            reader.note(
                .unusable, reader.entry("target", in: rid)?.line ?? line,
                "target in section [\(rid)]: '\(word)' is none of: nodes drpnodes")
        }
        keywords.options = reader.list("options", in: rid)
        keywords.excludes = reader.list("exclude", in: rid)
        keywords.destinationFileSystem = reader.text("dstfs", in: rid)
        keywords.bandwidthLimit = reader.value("bwlimit", in: rid, as: Values.int)
        keywords.schedule = reader.text("schedule", in: rid)
        keywords.maximumDelay = duration("sync_max_delay", rid, unit: 60)
        return .rsync(keywords)
    }

    private mutating func heartbeat(_ rid: String, _ line: Int) -> DriverKeywords? {
        guard let type = reader.required("type", in: rid) else { return nil }
        // Left out, it would take the clusterware's safety net with it.
        guard type.lowercased() == "openha" else { return unsupported(type, rid, line, .unusable) }
        let name = reader.text("name", in: rid).flatMap { $0.isEmpty ? nil : $0 }
        return .openHA(name: name ?? self.name)
    }

    private mutating func stonith(_ rid: String, _ line: Int) -> DriverKeywords? {
        guard let type = reader.required("type", in: rid) else { return nil }
        switch type.lowercased() {
        case "callout": return reader.required("cmd", in: rid).map { .stonithCallout(command: $0) }
        case "ilo":
            return reader.required("target", or: "name", in: rid).map { .stonithILO(target: $0) }
        case "fence_agent": return fenceAgent(rid, line)
        // Left out, a start would go unfenced.
        default: return unsupported(type, rid, line, .unusable)
        }
    }

    /// Source: decision 11.
    private mutating func fenceAgent(_ rid: String, _ line: Int) -> DriverKeywords? {
        let agent = reader.required("agent", in: rid)
        let target = reader.required("target", in: rid)
        let options = reader.list("options", in: rid)
        guard let agent, let target else { return nil }
        if !agent.hasPrefix("fence_") || agent.contains("/") || agent.words != [agent] {
            reader.note(
                .unusable, reader.entry("agent", in: rid)?.line ?? line,
                "agent in section [\(rid)]: '\(agent)' is no base name that begins with 'fence_'")
        }
        for option in options {
            let key = option.prefix { $0 != "=" }
            if key.isEmpty || key.count == option.count {
                badOption(rid, line, "'\(option)' is not key=value")
            } else if isSecret(key) {
                badOption(rid, line, "'\(key)' belongs into auth.conf, section [\(target)]")
            }
        }
        return .fenceAgent(FenceAgentKeywords(agent: agent, target: target, options: options))
    }

    private func isSecret(_ key: Substring) -> Bool {
        let key = key.lowercased()
        let words = ["passw", "passphrase", "secret", "community"]
        return words.contains { key.contains($0) } && !key.hasSuffix("_script")
    }

    private mutating func badOption(_ rid: String, _ line: Int, _ reason: String) {
        let line = reader.entry("options", in: rid)?.line ?? line
        reader.note(.unusable, line, "options in section [\(rid)]: \(reason)")
    }

    private mutating func unsupported(
        _ type: String, _ rid: String, _ line: Int, _ level: ConfigFinding.Level
    ) -> DriverKeywords? {
        let line = reader.entry("type", in: rid)?.line ?? line
        reader.note(level, line, "type '\(type)' of section [\(rid)] is not supported")
        return nil
    }

    private mutating func order(_ keyword: String, _ rid: String) -> Int? {
        // An empty number is an absent one.
        guard let entry = reader.entry(keyword, in: rid), !entry.value.isEmpty else { return nil }
        return reader.value(keyword, in: rid, as: Values.int)
    }

    private mutating func duration(_ keyword: String, _ rid: String, unit: Int) -> Duration? {
        reader.value(keyword, in: rid) { (text) throws(ValueError) in
            try Values.duration(text, unit: unit)
        }
    }

    // MARK: Common keywords

    private mutating func common(_ rid: String) -> CommonKeywords {
        var common = CommonKeywords()
        common.isDisabled = isDisabled(rid)
        // Read both, so that a bad value is found whichever counts.
        let isOptional = reader.flag("optional", in: rid) ?? false
        common.isOptional = isHere("optional_on", rid) ?? false || isOptional
        let isMonitored = reader.flag("monitor", in: rid) ?? false
        common.isMonitored = isHere("monitor_on", rid) ?? false || isMonitored
        common.restarts = reader.value("restart", in: rid, as: Values.int) ?? 0
        common.tags = reader.list("tags", in: rid)
        common.subset = reader.text("subset", in: rid).flatMap { $0.isEmpty ? nil : $0 }
        common.isStandby = isHere("always_on", rid) ?? false
        common.schedule =
            Catalogue.group(of: rid) == "sync" ? reader.text("schedule", in: rid) : nil
        common.triggers = triggers(rid)
        return common
    }

    /// The service's `disable` beats all; then `enable_on`, which alone decides where it is given.
    private mutating func isDisabled(_ rid: String) -> Bool {
        let isDisabled = reader.flag("disable", in: rid) ?? false
        let isDisabledHere = isHere("disable_on", rid) ?? false
        let isEnabledHere = isHere("enable_on", rid)
        if service.isDisabled { return true }
        return isEnabledHere.map { !$0 } ?? (isDisabled || isDisabledHere)
    }

    /// Whether a list of nodes, or of the words `nodes` and `drpnodes`, holds this one; nil: no list.
    private mutating func isHere(_ keyword: String, _ rid: String) -> Bool? {
        guard let words = reader.value(keyword, in: rid, as: Values.nodes), !words.isEmpty else {
            return nil
        }
        let local = viewpoint.nodeName
        return words.contains(local)
            || words.contains("nodes") && service.nodes.contains(local)
            || words.contains("drpnodes") && service.recoveryNodes.contains(local)
    }

    /// In the order of the file.
    private mutating func triggers(_ rid: String) -> [Trigger] {
        var seen: Set<String> = []
        var triggers: [Trigger] = []
        for entry in reader.document.section(rid)?.entries ?? [] {
            let keyword = String(entry.key.prefix { $0 != "@" })
            guard let kind = Catalogue.trigger(keyword), seen.insert(keyword).inserted,
                let command = reader.text(keyword, in: rid, isLenient: true), !command.isEmpty
            else { continue }
            triggers.append(
                Trigger(
                    moment: kind.moment, isBlocking: kind.isBlocking, action: kind.action,
                    command: command))
        }
        return triggers
    }
}
