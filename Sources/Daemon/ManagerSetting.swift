// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import FailoverCore
import Glibc
import Logging
import Platform
import WireFormat

/// What nmond needs to run: configuration, lock, page, bell and loop. Making it is the part of the
/// start that may be refused (decision 13).
final class ManagerSetting {
    let node: LocalNode
    let monitor: MonitorFile
    let services: [ServiceDefinition]
    /// Of the services file as it was before it was read.
    let servicesStamp: FileStamp?
    let run: RunDirectory
    let page: ManagerPage
    let pulse: ManagerPulse
    let bell: Doorbell
    let loop: EventLoop
    let log: Logger
    let startedAt: Duration
    /// Held for life: the kernel tells by it that nmond runs, and that its page counts.
    private let lock: LockFile

    init(programDirectory: String, level: Int) throws(StartRefusal) {
        startedAt = timeSinceBoot()
        node = try LocalNode(programDirectory: programDirectory)
        let environment = node.environment
        let parsed = try Self.monitor(node)
        monitor = parsed.value
        servicesStamp = fileStamp(environment.servicesFile)
        let definitions = try Self.services(node, monitor)
        services = definitions.value
        do throws(SystemError) {
            for directory in [
                environment.procDirectory, environment.stateDirectory, environment.logDirectory,
            ] { try makeDirectory(directory) }
            // Before the lock: whoever sees us run may tell us to end, and that is to be noticed.
            loop = try EventLoop(signals: [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2])
            lock = try Self.lock(environment.procDirectory)
            run = try RunDirectory(stateDirectory: environment.stateDirectory, create: true)
            page = try ManagerPage(
                writing: run, size: Self.pageSize(node, monitor, services))
            pulse = try ManagerPulse(writing: run)
            bell = try Doorbell(at: run.managerBell)
            try loop.watch(bell.descriptor, token: ManagerLoop.Token.bell)
        } catch {
            throw StartRefusal(error.description)
        }
        for finding in node.findings where !finding.isWarning { complain("nmond: \(finding)") }
        log = node.startLog("nmond", level: environment.tunables.debug ? 7 : level)
        for finding in node.findings + parsed.findings + definitions.findings {
            log.warning("\(finding)")
        }
    }

    /// The monitor file, which must name at least one link and no two slots that overlap.
    private static func monitor(_ node: LocalNode) throws(StartRefusal) -> Parsed<MonitorFile> {
        let file = node.environment.monitorFile
        let parsed: Parsed<MonitorFile>
        do throws(SystemError) {
            parsed = MonitorFile.parse(try readFile(file), file: file)
        } catch {
            throw StartRefusal(error.description)
        }
        guard !parsed.value.lines.isEmpty else {
            throw StartRefusal(parsed.findings.map(\.description).joined(separator: "\n"))
        }
        let overlaps = parsed.value.overlaps(
            layout: node.layout, file: file, deviceID: deviceIdentity)
        let faults = overlaps.filter { !$0.isWarning }
        guard faults.isEmpty else {
            throw StartRefusal(faults.map(\.description).joined(separator: "\n"))
        }
        return Parsed(parsed.value, findings: parsed.findings + overlaps)
    }

    private static func services(_ node: LocalNode, _ monitor: MonitorFile)
        throws(StartRefusal) -> Parsed<[ServiceDefinition]>
    {
        let file = node.environment.servicesFile
        do throws(SystemError) {
            let parsed = ServicesFile.parse(try readFile(file), file: file)
            let misfits = misfits(of: parsed.value, node, monitor)
            guard misfits.allSatisfy(\.isWarning) else {
                throw SystemError(
                    misfits.map(\.description).joined(separator: "\n"), "", code: EINVAL)
            }
            return Parsed(parsed.value.services, findings: parsed.findings + misfits)
        } catch  where error.code == ENOENT {
            return Parsed([])
        } catch  where error.code == EINVAL && error.subject.isEmpty {
            throw StartRefusal(error.action)
        } catch {
            throw StartRefusal(error.description)
        }
    }

    /// Room for all that these services can make nmond say.
    static func pageSize(
        _ node: LocalNode, _ monitor: MonitorFile, _ services: [ServiceDefinition],
        peers: [String] = []
    ) -> Int {
        let named = monitor.lines.map(\.node) + services.flatMap { [$0.primary, $0.secondary] }
        return ManagerReport.largestSize(
            node: node.name, services: services.map(\.name), peers: Set(named + peers),
            links: monitor.lines.count, tunables: node.environment.tunables.published)
    }

    /// What our layout cannot carry. Too many services may still travel in trailers, where every link
    /// of ours has room for them (decision 10).
    static func misfits(
        of services: ServicesFile, _ node: LocalNode, _ monitor: MonitorFile
    ) -> [Finding] {
        let file = node.environment.servicesFile
        let own = services.services.filter { $0.role(of: node.name) != nil }
        let findings = ServicesFile(services: own).misfits(layout: node.layout, file: file)
        let tooLong = Set(
            own.filter { $0.name.utf8.count >= node.layout.nameWidth }.map(\.lineNumber))
        let named = findings.filter { tooLong.contains($0.line) }
        // One line says it for all that come after the last place.
        guard named.isEmpty, let beyond = findings.first else { return named }
        guard node.environment.tunables.sendsTrailer else { return [beyond] }
        let narrow = monitor.narrowLink(
            of: node.name, for: own.map(\.name), layout: node.layout, deviceID: deviceIdentity)
        let reason =
            narrow.map {
                "\($0.error), on the link of line \($0.line.lineNumber) of "
                    + node.environment.monitorFile
            } ?? beyond.reason + ": \(findings.count) travel in trailers, which C does not read"
        return [
            Finding(file: file, line: beyond.line, reason: reason, isWarning: narrow == nil)
        ]
    }

    private static func lock(_ directory: String) throws(SystemError) -> LockFile {
        let key = "\(directory)/nmond.key"
        do throws(SystemError) {
            return try LockFile(key)
        } catch  where error.code == EAGAIN {
            let holder = lockHolder(key).map { ", process \($0)" } ?? ""
            throw SystemError(
                "unable to lock key file: nmond runs already\(holder):", key, code: error.code)
        }
    }
}

extension MonitorLine {
    /// The line as the core knows it.
    var managed: ManagedLink {
        ManagedLink(
            key: keyName, node: node, kind: kind, linkID: linkID, timeout: timeout,
            interval: interval)
    }
}

extension ServiceDefinition {
    var managed: ManagedService {
        ManagedService(name: name, primary: primary, secondary: secondary)
    }
}
