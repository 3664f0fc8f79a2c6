// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Platform
import ServiceConfig
import ServiceDrivers
import ServicePlan

/// This machine as the service manager sees it: its directories, its settings, what it can do.
struct LocalNode: Sendable {
    let directories: Directories
    let configuration: NodeConfiguration
    let services: ServiceDirectory
    let host: any Host
    let remoteShell: RemoteShell
    /// nil: no terminal.
    let progress: ProgressLine?

    /// - Throws: What keeps us from everything: a prefix or a node.conf that cannot be used.
    init(_ directories: Directories) throws(Refusal) {
        self.directories = directories
        let system = SystemHost()
        progress = ProgressLine()
        host = progress.map { WatchedHost(host: system, progress: $0) } ?? system
        services = ServiceDirectory(directories: directories, nodeName: system.nodeName)
        // What cannot be made shows when it is needed.
        try? services.makeDirectories()
        try? makeDirectory(directories.state + "/lock")
        configuration = try services.node()
        // Defaults hold in place of what cannot be read; nobody should have to guess that.
        for finding in configuration.findings { Console.standard.complain(finding.description) }
        remoteShell = RemoteShell(users: configuration.remoteUsers)
        startSystemLog()
    }

    /// Lower case.
    var name: String { host.nodeName }

    var freezeFlag: String { directories.state + "/FROZEN" }
    func freezeFlag(of service: String) -> String { "\(directories.state)/FROZEN.\(service)" }

    /// Whether actions on a service are refused: it is frozen, or the whole node is.
    func isFrozen(_ service: String) -> Bool {
        exists(freezeFlag(of: service)) || exists(freezeFlag)
    }

    /// Reads a service that exists; nil when it cannot be used, which has been told in one line.
    func load(_ name: String, telling recorder: Recorder) -> ServiceConfiguration? {
        let log = recorder.log(named: name.uppercased())
        do {
            let service = try services.load(name, node: configuration)
            for finding in service.findings {
                switch finding.level {
                case .unusable, .error: log.error(finding.message)
                case .warning, .debug: log.debug(finding.message)
                }
            }
            return service
        } catch {
            recorder.complain("\(name): \(error)")
            return nil
        }
    }

    /// Beside the files, where the machine has one (opensvc.md 5.3).
    private func startSystemLog() {
        guard let facility = configuration.syslog.facility else {
            LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
            return
        }
        let names = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
        let level = configuration.syslog.level.flatMap { word in
            names.firstIndex { word == $0 || (word == "error" && $0 == "err") }
        }
        SystemLog.bootstrap(ident: "svcmgr", facility: facility, level: level ?? 6, echo: false)
    }
}

/// Whether something is there, under whatever rights.
func exists(_ path: String) -> Bool { fileStamp(path) != nil }

/// Makes or removes an empty file that is a flag.
func setFlag(_ path: String, _ isSet: Bool) throws(SystemError) {
    if isSet {
        _ = try createFile(path, with: [])
    } else if exists(path) {
        try remove(path)
    }
}

extension Invocation {
    /// Where the call is carried out, if it may be: by root only (opensvc.md 2.4). Under a prefix of
    /// their own tests and the curious may do as they please.
    func node() throws(Refusal) -> LocalNode {
        let directories = try Directories.located()
        guard geteuid() == 0 || !directories.root.isEmpty else {
            let line = ([program] + arguments).joined(separator: " ")
            throw Refusal("Insufficient privileges. Try:\n sudo \(line)")
        }
        return try LocalNode(directories)
    }
}
