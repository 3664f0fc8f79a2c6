// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Glibc
import Platform

/// `service --check`: everything that can be wrong with this node's configuration, as
/// `file:line: reason`. Changes nothing.
struct ConfigurationCheck {
    let node: LocalNode

    init(_ node: LocalNode) { self.node = node }

    /// - Returns: 1 if there is any error; warnings alone are fine.
    func run() -> Int32 {
        let monitor = contents(of: node.environment.monitorFile, MonitorFile.parse)
        let services = contents(of: node.environment.servicesFile, ServicesFile.parse)
        let nodes = contents(of: node.environment.nodesFile, NodesFile.parse)
        var findings = node.findings + logFacility
        findings += nodes.findings + monitor.findings + services.findings
        if let links = monitor.value { findings += check(links) }
        if let nodes = nodes.value, let links = monitor.value {
            findings += unlisted(in: nodes, links)
        }
        for service in services.value?.services ?? [] { findings += check(service) }
        if let services = services.value { findings += capacity(services) }
        findings += directories
        for finding in findings {
            let kind = finding.isWarning ? "warning: " : ""
            Console.print(
                Finding(file: finding.file, line: finding.line, reason: kind + finding.reason)
                    .description)
        }
        return close(
            findings, links: monitor.value?.lines.count ?? 0,
            services: services.value?.services.count ?? 0)
    }

    private func close(_ findings: [Finding], links: Int, services: Int) -> Int32 {
        let errors = findings.filter { !$0.isWarning }.count
        let warnings = findings.count - errors
        if errors > 0 {
            Console.print("\(errors) error(s), \(warnings) warning(s): fix the errors first.")
            return ExitCode.failure
        }
        let summary = "\(links) link(s), \(services) service(s), layout \(node.layout.rawValue)"
        Console.print(
            warnings == 0
                ? "All is well on \(node.name): \(summary)."
                : "No errors on \(node.name), \(warnings) warning(s): \(summary).")
        return ExitCode.success
    }

    /// A file's content, nil if it cannot be read; then that is a finding.
    private func contents<Value>(
        of file: String, _ parse: ([UInt8], String) -> Parsed<Value>
    ) -> (value: Value?, findings: [Finding]) {
        do {
            let parsed = parse(try readFile(file), file)
            return (parsed.value, parsed.findings + permissions(of: file, line: 0, named: file))
        } catch {
            return (nil, [Finding(file: file, line: 0, reason: errorDescription(error.code))])
        }
    }

    private var logFacility: [Finding] {
        let file = node.environment.logFacilityFile
        guard let text = try? readFile(file) else { return [] }
        return LogFacility.parse(text, file: file).findings
    }

    private func check(_ monitor: MonitorFile) -> [Finding] {
        let file = node.environment.monitorFile
        var findings = monitor.overlaps(
            layout: node.layout, file: file, deviceID: deviceIdentity)
        // That there is no line at all the parser has said.
        if monitor.lines.isEmpty { return findings }
        if !monitor.lines.contains(where: { $0.node == node.name }) {
            findings.append(
                Finding(file: file, line: 0, reason: "no link is sent by this node, \(node.name)"))
        } else if monitor.lines.allSatisfy({ $0.node == node.name }) {
            findings.append(Finding(file: file, line: 0, reason: "no link comes from a peer"))
        }
        for line in monitor.lines { findings += check(line, file) }
        return findings
    }

    /// What waiting may heal is a warning: the links start and try again (decision 13).
    private func check(_ line: MonitorLine, _ file: String) -> [Finding] {
        func warn(_ reason: String) -> [Finding] {
            [Finding(file: file, line: line.lineNumber, reason: reason, isWarning: true)]
        }
        if line.kind.isDisk {
            return access(line.device, R_OK) == 0
                ? [] : warn("device \(line.device): \(errorDescription(errno))")
        }
        if parseUDPPort(line.port) == nil {
            return [
                Finding(
                    file: file, line: line.lineNumber,
                    reason: "port \(line.port) is not a UDP service of this machine")
            ]
        }
        return interfaceAddress(line.device) == nil
            ? warn("interface \(line.device) is missing, or has no IPv4 address") : []
    }

    private func unlisted(in nodes: NodesFile, _ monitor: MonitorFile) -> [Finding] {
        var findings: [Finding] = []
        if !nodes.contains(node.name) {
            findings.append(
                Finding(
                    file: node.environment.nodesFile, line: 0,
                    reason: "this node, \(node.name), is not listed", isWarning: true))
        }
        for line in monitor.lines where !nodes.contains(line.node) {
            findings.append(
                Finding(
                    file: node.environment.monitorFile, line: line.lineNumber,
                    reason: "node \(line.node) is not listed in \(node.environment.nodesFile)",
                    isWarning: true))
        }
        return findings
    }

    /// Scripts of services that this node may run.
    private func check(_ service: ServiceDefinition) -> [Finding] {
        let file = node.environment.servicesFile
        guard service.role(of: node.name) != nil else {
            let reason = "service \(service.name) is not for this node, \(node.name)"
            return [
                Finding(file: file, line: service.lineNumber, reason: reason, isWarning: true)
            ]
        }
        var findings: [Finding] = []
        for script in [service.script, service.checkScript] {
            if access(script, F_OK) != 0 {
                findings.append(
                    Finding(
                        file: file, line: service.lineNumber,
                        reason: "script \(script): \(errorDescription(errno))"))
            } else if isDirectory(script) || !isExecutable(script) {
                findings.append(
                    Finding(
                        file: file, line: service.lineNumber,
                        reason: "script \(script) is not executable"))
            } else {
                findings += permissions(
                    of: script, line: service.lineNumber, named: file)
            }
        }
        return findings
    }

    /// Whoever may write these runs commands as root.
    private func permissions(of path: String, line: Int, named file: String) -> [Finding] {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o022 != 0 else { return [] }
        let who = status.st_mode & 0o002 != 0 ? "everyone" : "a group"
        let subject = line > 0 ? "\(path) " : ""
        return [
            Finding(
                file: file, line: line, reason: "\(subject)may be written by \(who)",
                isWarning: true)
        ]
    }

    private func capacity(_ services: ServicesFile) -> [Finding] {
        let misfits = services.misfits(
            layout: node.layout, file: node.environment.servicesFile)
        let own = services.services.filter { $0.role(of: node.name) != nil }.map(\.name)
        let namesFit = own.allSatisfy { $0.utf8.count < node.layout.nameWidth }
        return namesFit && LayoutCapacity(node).holds(own) ? [] : misfits
    }

    private var directories: [Finding] {
        [node.environment.stateDirectory, node.environment.procDirectory].compactMap { path in
            if isDirectory(path) {
                return access(path, W_OK) == 0 || geteuid() != 0
                    ? nil : Finding(file: path, line: 0, reason: errorDescription(errno))
            }
            if access(path, F_OK) == 0 {
                return Finding(file: path, line: 0, reason: "is not a directory")
            }
            return Finding(
                file: path, line: 0, reason: "does not exist yet, will be made at start",
                isWarning: true)
        }
    }
}
