// SPDX-License-Identifier: Apache-2.0

/// What an OpenHA service says of itself in the first character of `STATE.<node>` (opensvc.md 4.6.1).
package enum HeartbeatState: String, CaseIterable, Sendable {
    // The order is that of the codes.
    case stopped, stopping, started, starting
    case startFailed = "start_failed"
    case stopFailed = "stop_failed"
    case frozenStop = "frozen_stop"
    case startReady = "start_ready"
    case unknown
    case forceStop = "force_stop"

    /// - Parameter content: Of the file; nil or anything unexpected is unknown.
    package init(content: String?) {
        guard let code = content?.utf8.first, (0x30...0x39).contains(code) else {
            self = .unknown
            return
        }
        self = HeartbeatState.allCases[Int(code - 0x30)]
    }
}

/// What there is of OpenHA on this node, as values; what `hb#N` is follows (opensvc.md 4.6.2).
package struct HeartbeatSighting: Equatable, Sendable {
    /// The directory that holds it, `/usr/local/cluster`, exists.
    package var isTreeThere = false
    /// `bin/service` exists.
    package var isCommandThere = false
    /// Content of `conf/monitor`; nil: it cannot be read.
    package var monitor: String?
    /// What `ps -ef` printed.
    package var processes = ""
    /// Content of the local node's state file; nil: it cannot be read.
    package var state: String?

    package init() {}

    /// - Parameters:
    ///   - node: The local one.
    ///   - binaries: Where OpenHA's programs are, as `ps` shows them: `/usr/local/cluster/bin`.
    package func evaluation(on node: String, binaries: String) -> Evaluation {
        if isTreeThere && !isCommandThere { return warning("open-ha is not installed") }
        guard isTreeThere && areDaemonsRunning(on: node, binaries: binaries) else {
            return warning("open-ha daemons are not running")
        }
        switch HeartbeatState(content: state) {
        case .stopped: return Evaluation(.down)
        case .started: return Evaluation(.up)
        case .unknown: return warning("unable to determine cluster service state")
        case .stopping, .starting, .startFailed, .stopFailed, .frozenStop, .startReady, .forceStop:
            return warning(
                "cluster service status is \(HeartbeatState(content: state).rawValue)")
        }
    }

    /// Whether a process runs for each line of the monitor file, and nmond.
    package func areDaemonsRunning(on node: String, binaries: String) -> Bool {
        missingDaemon(on: node, binaries: binaries) == nil
    }

    /// The first expected process that is missing, for a message; nil: all run.
    package func missingDaemon(on node: String, binaries: String) -> String? {
        guard let monitor else { return "\(binaries)/nmond" }
        let lines = processes.split(whereSeparator: \.isNewline).map(withoutTrailingBlanks)
        return HeartbeatSighting.daemons(monitor: monitor, node: node, binaries: binaries)
            .first { daemon in !lines.contains { $0.hasSuffix(daemon) } }
    }

    /// The argument vectors that a monitor file asks for, in its order, nmond last.
    package static func daemons(
        monitor: String, node: String, binaries: String
    ) -> [String] {
        let links = monitor.split(whereSeparator: \.isNewline).compactMap { line -> String? in
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 4, !words[0].contains("#") else { return nil }
            let isOurs = words[0].lowercased() == node.lowercased()
            let arguments = words.dropFirst(2).dropLast(isOurs ? 1 : 0)
            let program = (isOurs ? "heartd" : "heartc") + suffix(words[1])
            return (["\(binaries)/\(program)"] + arguments.map(String.init))
                .joined(separator: " ")
        }
        return links + ["\(binaries)/nmond"]
    }

    /// Of the program that serves a kind of link (openha.md 10.3).
    private static func suffix(_ kind: Substring) -> String {
        switch kind {
        case "net": ""
        case "unicast": "_unicast"
        case "disk": "_raw"
        default: "_dio"
        }
    }

    private func warning(_ text: String) -> Evaluation {
        Evaluation(.warn, [StatusNote(.warn, text)])
    }

    private func withoutTrailingBlanks(_ line: Substring) -> Substring {
        var line = line
        while line.last?.isWhitespace ?? false { line.removeLast() }
        return line
    }
}
