// SPDX-License-Identifier: Apache-2.0
import Board
import ClusterModel
import Config
import Platform
import WireFormat

/// What our listeners hear of a service from its partner at this moment, read from their pages: for
/// the time while no nmond puts it together and writes it down.
func heardDirectly(_ job: ActionJob) -> [ServiceState] {
    let environment = job.environment
    guard let run = try? RunDirectory(stateDirectory: environment.stateDirectory, create: false)
    else { return [] }
    let now = timeSinceBoot()
    return monitorLines(job).filter { $0.node == job.partner }.compactMap { line in
        guard lockHolder("\(environment.procDirectory)/\(line.keyName).key") != nil,
            let page = try? LinkPage(reading: run, key: line.keyName),
            let (status, frame) = page.read(), status.end == .receiver, status.beatAt != 0,
            now - Duration(nanosecondsSinceBoot: status.beatAt) < line.timeout
        else { return nil }
        let span = frame.span
        let beat = try? Heartbeat(decoding: span.bytes, expecting: environment.wireLayout)
        guard let beat, beat.node == job.partner else { return nil }
        let state = beat.services.first { $0.name == job.service.name }?.state
        // A live partner's UNKNOWN says nothing (decision 2).
        return state == .unknown ? nil : state
    }
}
