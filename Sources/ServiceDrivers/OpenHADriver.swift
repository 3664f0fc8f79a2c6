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
        guard var sighting = await sighting(places, work) else {
            return Evaluation(.warn, [StatusNote(.warn, "ps is not responding")])
        }
        sighting.state = work.host.read(places.stateFile(name, node: work.host.nodeName))
        return sighting.evaluation(on: work.host.nodeName, binaries: places.bin)
    }

    /// nil: there was no answer in time.
    private func sighting(_ places: OpenHAPlaces, _ work: Work) async -> HeartbeatSighting? {
        var sighting = HeartbeatSighting()
        sighting.isTreeThere = work.host.entry(places.tree) != nil
        sighting.isCommandThere = work.host.entry(places.bin + "/service") != nil
        sighting.monitor = work.host.read(places.monitorFile)
        guard sighting.monitor != nil else { return sighting }
        let result = await work.runQuiet(Command(["ps", "-ef", "-ww"], timeout: .seconds(3)))
        if result.end == .timedOut { return nil }
        sighting.processes = result.output
        return sighting
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
        guard let sighting = await sighting(places, work) else {
            return .silent("ps is not responding")
        }
        guard sighting.monitor != nil else {
            return .hidden("\(places.monitorFile) is unreadable")
        }
        let node = work.host.nodeName
        if let missing = sighting.missingDaemon(on: node, binaries: places.bin) {
            return .hidden("\(missing) is not running")
        }
        let path = places.stateFile(name, node: peer)
        guard let text = work.host.read(path) else { return .hidden("\(path) is unreadable") }
        guard let digit = text.utf8.first, let state = ServiceState(digit: digit) else {
            return .hidden("\(path) holds no state")
        }
        return .known(state)
    }
}
