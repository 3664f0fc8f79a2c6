// SPDX-License-Identifier: Apache-2.0

import Config
import Glibc
import Platform

/// The link processes of this node's monitor file, as the launcher starts them.
struct LauncherLinks {
    private let node: LocalNode
    private let daemons: DaemonProcesses
    private let lines: [MonitorLine]

    init(_ node: LocalNode, _ daemons: DaemonProcesses, monitor: [UInt8]) {
        self.node = node
        self.daemons = daemons
        let parsed = MonitorFile.parse(monitor, file: node.environment.monitorFile)
        lines = parsed.value.lines
        for type in MonitorFile.unknownTypes(in: monitor) {
            Console.print("Oooops. What is \(type)? Ignoring.")
        }
        for finding in parsed.findings { Console.error(finding.description) }
    }

    var keys: [String] { lines.map(\.keyName) }

    /// Starts, all at once, what does not run.
    ///
    /// - Returns: Whether anything was started.
    func startMissing() -> Bool {
        let missing = lines.filter { daemons.holder(of: $0.keyName) == nil }
        start(missing)
        return !missing.isEmpty
    }

    /// Ends and starts the running ones, one by one.
    func restartRunning() {
        for line in lines where daemons.holder(of: line.keyName) != nil {
            if daemons.end([line.keyName]) { start([line]) }
        }
    }

    /// Makes the senders read the state files, since no nmond tells them, and leaves them time for
    /// two beats.
    func tellPeers() {
        for line in lines where line.node == node.name && daemons.holder(of: line.keyName) != nil {
            if daemons.end([line.keyName]) { start([line]) }
        }
        usleep(1_100_000)
    }

    private func start(_ lines: [MonitorLine]) {
        var starts = lines.map { LinkStart($0, node) }
        let deadline = timeSinceBoot() + DaemonProcesses.patience
        while !starts.isEmpty && timeSinceBoot() < deadline {
            starts.removeAll { $0.hasEnded }
            if !starts.isEmpty { usleep(2_000) }
        }
        for start in starts { LauncherLinks.report(nil, of: start.words) }
    }

    /// Says what did not start; why, the program itself has said.
    static func report(_ code: Int32?, of words: String) {
        switch code {
        case 0?: return
        case let code?: Console.error("\(words): not started (exit code \(code))")
        case nil: Console.error("\(words): still starting after \(DaemonProcesses.patience)")
        }
    }
}

/// A link program that has been started and has not yet gone into the background.
private final class LinkStart {
    let words: String
    private var child: ChildProcess?

    init(_ line: MonitorLine, _ node: LocalNode) {
        let isSender = line.node == node.name
        let program = isSender ? line.kind.sender : line.kind.receiver
        let arguments = isSender ? line.senderArguments : line.receiverArguments
        words = ([program] + arguments).joined(separator: " ")
        let path = node.environment.bin + "/" + program
        do throws(SystemError) {
            child = try ChildProcess(path, [path] + arguments, options: ChildProcess.Options())
        } catch {
            Console.error("\(words): \(error)")
        }
    }

    /// Whether it is in the background, or has failed, which is reported.
    var hasEnded: Bool {
        guard child != nil else { return true }
        guard let code = child!.status() else { return false }
        LauncherLinks.report(code, of: words)
        return true
    }
}
