// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import ServicePlan

/// A heartbeat of type OpenHA: what it thinks of the service; it acts by itself (opensvc.md 4.6).
package struct OpenHADriver: Heartbeat {
    package let label = "hb.openha"
    /// The service's name over there.
    let name: String

    package init(name: String) { self.name = name }

    package func evaluate(_ work: Work) async -> Evaluation {
        await OpenHALinks(work).repair()
        return await status(work)
    }

    package func start(_ work: Work) async throws(StepFailure) -> Bool { false }
    package func stop(_ work: Work) async throws(StepFailure) {}

    package func freezeStop(_ work: Work) async throws(StepFailure) {
        let places = OpenHAPlaces(work.host)
        let words = [places.bin + "/service", "-A", name, "freeze-stop"]
        // It runs the stop script, and that as long as it takes.
        var command = Command(["setsid", "--fork"] + words, timeout: .seconds(5))
        command.isDetached = true
        command.environment = places.variables
        command.outputFile = work.directories.log + "/cmdworker.log"
        command.appendsOutput = true
        guard work.host.entry(words[0]) != nil else {
            work.log.error(Command(words, timeout: .zero).missingText)
            throw StepFailure()
        }
        let result = await work.runLogged(command, as: words.joined(separator: " "))
        guard result.isSuccess else { throw StepFailure() }
    }

    package func wantsFencing(_ work: Work) async throws(StepFailure) -> Bool {
        let peers = work.service.service.nodes.filter { $0 != work.host.nodeName }
        guard let peer = peers.first else { return false }
        var why = "HA cluster must have 2 nodes"
        // A daemon that is being started again is back within that time.
        for turn in 0...6 where peers.count == 1 {
            if turn > 0 { await work.host.pause(.milliseconds(500)) }
            switch await peerState(peer, work) {
            case .known(let state): return state == .unknown
            case .hidden(let reason): why = reason
            case .silent(let reason):
                throw StepFailure(refusal(reason))
            }
        }
        throw StepFailure(refusal(why))
    }

    private func refusal(_ why: String) -> String {
        "cannot tell the peer's state (\(why)): start refused"
    }

    private func status(_ work: Work) async -> Evaluation {
        let places = OpenHAPlaces(work.host)
        func warn(_ text: String) -> Evaluation {
            Evaluation(.warn, [StatusNote(.warn, text)])
        }
        if places.isIncomplete(work.host) { return warn("open-ha is not installed") }
        switch await daemons(places, work) {
        case .running: break
        case .missing: return warn("open-ha daemons are not running")
        case .silent: return warn("ps is not responding")
        }
        let file = work.host.read(places.stateFile(name, node: work.host.nodeName))
        switch file.flatMap(serviceState) ?? .unknown {
        case .started: return Evaluation(.up)
        case .stopped: return Evaluation(.down)
        case .unknown: return warn("unable to determine cluster service state")
        case let state: return warn("cluster service status is \(state.name.lowercased())")
        }
    }

    private enum PeerState {
        case known(ServiceState)
        /// Cannot be told now; why.
        case hidden(String)
        /// Asking took all the time there is.
        case silent(String)
    }

    private func peerState(_ peer: String, _ work: Work) async -> PeerState {
        let places = OpenHAPlaces(work.host)
        switch await daemons(places, work) {
        case .running: break
        case .missing(let what): return .hidden(what)
        case .silent: return .silent("ps is not responding")
        }
        let path = places.stateFile(name, node: peer)
        guard let text = work.host.read(path) else { return .hidden("\(path) is unreadable") }
        guard let state = serviceState(text) else { return .hidden("\(path) holds no state") }
        return .known(state)
    }

    private enum Daemons {
        case running
        /// What is missing, in words.
        case missing(String)
        case silent
    }

    private func daemons(_ places: OpenHAPlaces, _ work: Work) async -> Daemons {
        guard let monitor = work.host.read(places.monitorFile) else {
            return .missing("no \(places.monitorFile)")
        }
        let expected = OpenHADaemons(
            monitor: monitor, bin: places.bin, node: work.host.nodeName)
        let result = await work.runQuiet(Command(["ps", "-ef", "-ww"], timeout: .seconds(3)))
        if result.end == .timedOut { return .silent }
        guard result.isSuccess else { return .missing("ps cannot be run") }
        return expected.firstMissing(among: result.output)
            .map { .missing("\($0) is not running") } ?? .running
    }
}

/// By the first character of a state file.
private func serviceState(_ text: String) -> ServiceState? {
    text.utf8.first.flatMap(ServiceState.init(digit:))
}
