// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import Platform

/// `service -s --json`: all that is known about services, for machines.
///
/// Members may be added in later versions; what is here keeps its name and meaning.
struct ServiceReport: Encodable {
    struct Manager: Encodable {
        let pid: Int32
        @Explicit var runningSeconds: Double?
    }

    struct Peer: Encodable {
        let name: String
        /// `up`, `down`, `undecided` (not heard yet) or `layout` (alive, speaks another layout).
        let judgement: String
        /// With `undecided`: when it counts as down if it stays silent.
        @Explicit var undecidedSeconds: Double?
        let sendsTrailers: Bool
        /// It says that it hears us, on at least one link.
        let hearsUs: Bool
    }

    struct NodeState: Encodable {
        let node: String
        let state: String
        let number: UInt8
    }

    /// What goes on here for a service right now.
    struct Action: Encodable {
        /// `grace`, `check`, `start` or `stop`.
        let phase: String
        let pid: Int32
        let ageSeconds: Double
        /// A process of the script still runs.
        let scriptRuns: Bool
        /// The action itself is gone, its script is not: the service is busy until that ends.
        let orphaned: Bool
    }

    struct LastRun: Encodable {
        let node: String
        let number: UInt32
    }

    struct Service: Encodable {
        let name: String
        let script: String
        let checkScript: String
        let primary: NodeState
        let secondary: NodeState
        /// This node's: `primary`, `secondary` or null.
        @Explicit var role: String?
        /// Of a local START_READY: `grace` period, or `frozen-start`.
        @Explicit var startReady: String?
        @Explicit var action: Action?
        /// The judgement about the other node, null without nmond.
        @Explicit var peer: String?
        /// What nmond has heard from it, null while it has not.
        @Explicit var peerHeard: String?
        let bothStarted: Bool
        @Explicit var lastRun: LastRun?
    }

    let node: String
    @Explicit var manager: Manager?
    let peers: [Peer]
    let services: [Service]

    static func print(of node: LocalNode) -> Int32 {
        do {
            let parsed = try node.services()
            node.report(parsed.findings)
            Console.print(text: try json(ServiceReport(node, parsed.value.services)))
            return ExitCode.success
        } catch {
            Console.error("service: \(error)")
            return ExitCode.failure
        }
    }

    private init(_ node: LocalNode, _ definitions: [ServiceDefinition]) throws {
        let now = timeSinceBoot()
        let report = node.managerReport()
        self.node = node.name
        manager = node.managerPID.map {
            Manager(pid: $0, runningSeconds: report.map { (now - $0.startedAt).inSeconds })
        }
        peers = (report?.peers ?? []).map { Peer($0, at: now) }
        let view = ServiceReader(node: node, report: report, boot: try bootIdentity(), now: now)
        services = definitions.map(view.service)
    }
}

extension ServiceReport.Peer {
    fileprivate init(_ view: PeerView, at now: Duration) {
        name = view.name
        judgement = view.judgement.word
        undecidedSeconds =
            if case .undecided(let until) = view.judgement { max(0, (until - now).inSeconds) } else
            {
                nil
            }
        sendsTrailers = view.sendsTrailers
        hearsUs = view.hearsUs
    }
}

extension PeerView.Judgement {
    fileprivate var word: String {
        switch self {
        case .undecided: "undecided"
        case .up: "up"
        case .down: "down"
        case .otherLayout: "layout"
        }
    }
}

/// Gathers what the files, the locks and nmond say about one service at one moment.
private struct ServiceReader {
    let node: LocalNode
    let report: ManagerReport?
    let boot: BootIdentity
    let now: Duration

    func service(_ definition: ServiceDefinition) -> ServiceReport.Service {
        let name = definition.name
        let record = ServiceRecord.read(
            procDirectory: node.environment.procDirectory, service: name, boot: boot)
        let role = definition.role(of: node.name)
        let primary = node.stateFiles.read(name, definition.primary)
        let secondary = node.stateFiles.read(name, definition.secondary)
        let local: ServiceState? =
            switch role {
            case .primary: primary
            case .secondary: secondary
            case nil: nil
            }
        let isFrozenStart = local == .startReady && record?.phase != .grace
        let partner = definition.partner(of: node.name)
        let runsAt = [primary, secondary].filter { $0 == .started }.count
        return ServiceReport.Service(
            name: name, script: definition.script, checkScript: definition.checkScript,
            primary: .init(
                node: definition.primary, state: primary.name, number: primary.rawValue),
            secondary: .init(
                node: definition.secondary, state: secondary.name, number: secondary.rawValue),
            role: role.map { $0 == .primary ? "primary" : "secondary" },
            startReady: local == .startReady ? (isFrozenStart ? "frozen-start" : "grace") : nil,
            action: record.flatMap { action(name, $0) },
            peer: report?.peers.first { $0.name == partner }?.judgement.word,
            peerHeard: report?.services.first { $0.name == name }?.peerState?.name,
            bothStarted: runsAt + (isFrozenStart ? 1 : 0) == 2,
            lastRun: RunnerRecord.read(procDirectory: node.environment.procDirectory, service: name)
                .map { .init(node: $0.node, number: $0.number) })
    }

    private func action(_ service: String, _ record: ServiceRecord) -> ServiceReport.Action? {
        guard record.phase != .idle else { return nil }
        let isHeld =
            ServiceLock.holder(
                procDirectory: node.environment.procDirectory, service: service) != nil
        let scriptRuns = record.calloutLives
        guard isHeld || scriptRuns else { return nil }
        return .init(
            phase: record.phase.rawValue, pid: record.pid,
            ageSeconds: (now - record.since).inSeconds, scriptRuns: scriptRuns, orphaned: !isHeld)
    }
}
