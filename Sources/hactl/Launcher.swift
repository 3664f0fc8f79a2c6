// SPDX-License-Identifier: Apache-2.0

import Actions
import Config
import Glibc
import Platform

/// The hidden `service --launcher VERB`: what ezha, ezha.init and openha.init do (specification,
/// 8.10). It touches only daemons that hold locks of this node's own directory.
struct Launcher {
    /// The launcher's first argument.
    enum Verb: String {
        case start, stop, kill, restart
    }

    let node: LocalNode
    let daemons: DaemonProcesses

    init(_ node: LocalNode) {
        self.node = node
        daemons = DaemonProcesses(procDirectory: node.environment.procDirectory)
    }

    /// - Returns: 0 whatever happened, as init systems know it; 1 when there is no cluster to start
    ///   or stop here, or another launcher does not end: then nothing was changed.
    func run(_ verb: Verb) -> Int32 {
        umask(0o022)
        for finding in node.findings { Console.error(finding.description) }
        let environment = node.environment
        guard environment.relativePaths.isEmpty else { return ExitCode.failure }
        let turn: LockFile
        let monitor: [UInt8]
        do throws(SystemError) {
            _ = try readFile(environment.nodesFile)
            monitor = try readFile(environment.monitorFile)
            for directory in [environment.procDirectory, environment.logDirectory] {
                try makeDirectory(directory)
            }
            turn = try waitForTurn()
        } catch {
            Console.error("\(error)")
            return ExitCode.failure
        }
        exportDirectories()
        startLog("openha", node)
        let links = LauncherLinks(node, daemons, monitor: monitor)
        switch verb {
        case .start: start(links)
        case .stop: stop(links)
        case .kill: kill()
        case .restart: restart(links)
        }
        withExtendedLifetime(turn) {}
        return ExitCode.success
    }

    /// One launcher at a time: two starts at once must not start two of anything.
    private func waitForTurn() throws(SystemError) -> LockFile {
        let deadline = timeSinceBoot() + .seconds(60)
        while true {
            do throws(SystemError) {
                return try LockFile("\(node.environment.procDirectory)/launcher.lock")
            } catch {
                guard error.code == EAGAIN, timeSinceBoot() < deadline else { throw error }
                usleep(100_000)
            }
        }
    }

    /// For the daemons and, through them, for the scripts: what specification 1.2 names.
    private func exportDirectories() {
        let environment = node.environment
        let root =
            environment.stateDirectory.hasSuffix("/services")
            ? String(environment.stateDirectory.dropLast("/services".count))
            : environment.stateDirectory
        setenv(node.isClassic ? "EZ" : "EZ_VAR", root, 1)
        unsetenv(node.isClassic ? "EZ_VAR" : "EZ")
        setenv("EZ_BIN", environment.bin, 1)
        setenv("EZ_LOG", environment.logDirectory, 1)
        setenv("EZ_SERVICES", environment.servicesFile, 1)
        setenv("EZ_NODES", environment.nodesFile, 1)
        setenv("EZ_MONITOR", environment.monitorFile, 1)
    }

    /// What is missing is started; on a running system that is nothing, and nothing changes.
    private func start(_ links: LauncherLinks) {
        let managerRuns = daemons.holder(of: DaemonProcesses.manager) != nil
        if !managerRuns { _ = runBootReset(environment: node.environment) }
        tellConsole("Starting \(product) heartbeat process")
        let started = links.startMissing()
        guard !managerRuns else { return }
        if started { waitForTalk() }
        startManager()
    }

    /// Time for the first heartbeats, before nmond begins to judge.
    private func waitForTalk() {
        let delay = node.environment.tunables.talkDelay
        guard delay > .zero else { return }
        if !node.isClassic {
            let text = "waiting \(secondsText(delay)) seconds for heartbeat to converge"
            Console.print(text)
            log.debug("\(text)")
        }
        usleep(UInt32(clamping: Int64(delay / .microseconds(1))))
    }

    private func startManager() {
        var options = ChildProcess.Options()
        options.output = .append(node.environment.logDirectory + "/nmond.log")
        LauncherLinks.report(
            Platform.run(
                node.environment.bin + "/nmond", [node.environment.bin + "/nmond"],
                options: options, limit: DaemonProcesses.patience), of: "nmond")
    }

    /// Daemons that decide go first, then services, then heartbeats: the peer hears how it ended.
    private func stop(_ links: LauncherLinks) {
        tellConsole("Stopping OpenHA node monitor")
        daemons.endManager()
        tellConsole("Stopping services if started")
        if LauncherServices(node).stopAll() { links.tellPeers() }
        tellConsole("Stopping OpenHA heartbeat")
        daemons.endLinks(daemons.runningLinks)
    }

    /// Services stay as they are, running scripts come to their end; a start that is only announced
    /// is taken back, since nobody would follow it up.
    private func kill() {
        Console.print("\(node.isClassic ? "Stopping" : "Killing") \(product) daemons")
        daemons.endManager()
        LauncherServices(node).takeBackAnnouncedStarts()
        daemons.endLinks(daemons.runningLinks)
    }

    /// Each link is away for a moment only, far below any timeout, and no state changes (R12).
    private func restart(_ links: LauncherLinks) {
        Console.print("Stopping \(product) daemons")
        let stood = daemons.running.isEmpty
        daemons.endManager()
        Console.print("Starting \(product) daemons")
        if stood { _ = runBootReset(environment: node.environment) }
        links.restartRunning()
        daemons.endLinks(daemons.runningLinks.filter { !links.keys.contains($0) })
        if links.startMissing() && stood { waitForTalk() }
        startManager()
    }

    private var product: String { node.isClassic ? "EZ-HA" : "OpenHA" }

    /// As C launchers do; machines without a console do without.
    private func tellConsole(_ text: String) {
        let console = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard console >= 0 else { return }
        defer { close(console) }
        var line = text + "\n"
        line.withUTF8 { _ = write(console, $0.baseAddress, $0.count) }
    }
}
