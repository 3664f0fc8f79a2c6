// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan
import Synchronization

@testable import ServiceDrivers

/// A machine made of answers written down before: it runs nothing, and remembers what was asked.
final class RecordedHost: Host {
    struct State {
        /// Answers by the words joined with blanks, in turn; the last one stays.
        var results: [String: [CommandResult]] = [:]
        var programs: [String: String] = [:]
        var files: [String: String] = [:]
        var entries: [String: LocalEntry] = [:]
        var variables: [String: String] = [:]
        /// Probes that have an answer; nil: it hangs. Others find nothing (ENOENT).
        var probes: [(Probe, ProbeAnswer?)] = []
        /// Why paths that begin like this cannot be written.
        var unwritable: [String: String] = [:]
        var clock: Double = 1_795_357_206
        var commands: [Command] = []
        var probed: [Probe] = []
        var pauses: [Duration] = []
        /// Called for each pause, so that the world changes while one waits.
        var onPause: (@Sendable (inout State) -> Void)?
    }

    let nodeName: String
    private let state: Mutex<State>

    init(node: String = "node1", _ change: (inout State) -> Void = { _ in }) {
        nodeName = node
        var state = State()
        change(&state)
        self.state = Mutex(state)
    }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    /// Command lines, in the order they were run.
    var lines: [String] { commands.map { $0.words.joined(separator: " ") } }
    var commands: [Command] { state.withLock { $0.commands } }
    var probed: [Probe] { state.withLock { $0.probed } }
    var pauses: [Duration] { state.withLock { $0.pauses } }

    /// A command without an answer written down is not installed.
    func run(_ command: Command) async -> CommandResult {
        state.withLock { state in
            state.commands.append(command)
            let line = command.words.joined(separator: " ")
            guard let results = state.results[line], let first = results.first else {
                return CommandResult(.missing)
            }
            if results.count > 1 { state.results[line]?.removeFirst() }
            return first
        }
    }

    func find(_ program: String) -> String? { state.withLock { $0.programs[program] } }

    func probe(_ probe: Probe) async -> ProbeAnswer? {
        state.withLock { state in
            state.probed.append(probe)
            guard let known = state.probes.first(where: { $0.0 == probe }) else {
                return .failed(2)
            }
            return known.1
        }
    }

    func read(_ path: String) -> String? { state.withLock { $0.files[path] } }
    func variable(_ name: String) -> String? { state.withLock { $0.variables[name] } }
    func entry(_ path: String) -> LocalEntry? {
        state.withLock { $0.entries[path] ?? ($0.files[path] == nil ? nil : .regular) }
    }
    func write(_ text: String, to path: String) -> String? {
        state.withLock { state in
            if let why = state.unwritable.first(where: { path.hasPrefix($0.key) })?.value {
                return why
            }
            state.files[path] = text
            return nil
        }
    }
    func link(_ path: String, to target: String) -> String? {
        state.withLock { state in
            if let why = state.unwritable.first(where: { path.hasPrefix($0.key) })?.value {
                return why
            }
            state.files[path] = nil
            state.entries[path] = .link(target: target)
            return nil
        }
    }
    func lock(_ path: String, within: Duration) async -> HeldLock? { HeldLock(nil) }
    func pause(_ time: Duration) async {
        state.withLock { state in
            state.pauses.append(time)
            state.clock += Double(time.components.seconds)
            state.onPause?(&state)
        }
    }
    func wallClock() -> Double { state.withLock { $0.clock } }
}

/// Keeps what is logged: `INFO P26.OPENSVC.COM.APP spawn: ...`.
final class LogRecorder: Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }
    func log(_ name: String) -> ServiceLog {
        ServiceLog(
            name: name,
            sink: { level, name, message in
                self.kept.withLock { $0.append("\(level.rawValue) \(name) \(message)") }
            },
            raw: { text in self.kept.withLock { $0.append(text) } })
    }
}

/// The tutorial's service on one of its nodes, and what a driver gets for one of its resources.
struct Workbench {
    var host = RecordedHost()
    /// In the place of the recorded one.
    var realHost: SystemHost?
    var recorder = LogRecorder()
    var directories = Directories()
    var service = ServiceConfiguration(
        name: "p26.opensvc.com", file: "/etc/opensvc/p26.opensvc.com.env",
        service: {
            var keywords = ServiceKeywords()
            keywords.nodes = ["node1", "node2"]
            return keywords
        }(), resources: [])

    /// Adds the resource to the service.
    mutating func add(_ rid: String, _ driver: DriverKeywords) -> ResourceConfiguration {
        let resource = ResourceConfiguration(rid: rid, common: CommonKeywords(), driver: driver)
        service.resources.append(resource)
        return resource
    }

    func work(
        _ resource: ResourceConfiguration, action: String = "start", availability: Status? = nil
    ) -> Work {
        let name = "\(service.name).\(resource.rid)".uppercased()
        var work = Work(
            service: service, resource: resource, host: realHost ?? host, directories: directories,
            log: recorder.log(name))
        work.call = Call(action: action)
        work.availability = availability
        return work
    }
}
