// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import Glibc
import Platform
import WireFormat

/// What a sender sends before it has heard of an nmond: the services of the services file, with the
/// states that their files tell (decision 17).
struct FirstHeartbeat {
    let node: LocalNode

    func heartbeat() throws(StartRefusal) -> Heartbeat {
        // The stamp first: states that nmond read after it, and stamped later, then win.
        let publication = timeSinceBoot().nanosecondsSinceBoot
        let mine = try services().filter { $0.role(of: node.name) != nil }
        return Heartbeat(
            node: node.name, services: mine.map(entry),
            trailer: Trailer(
                boot: node.boot, publication: publication,
                managerAbsent: true))
    }

    private func services() throws(StartRefusal) -> [ServiceDefinition] {
        let file = node.environment.servicesFile
        do throws(SystemError) {
            return ServicesFile.parse(try readFile(file), file: file).value.services
        } catch  where error.code == ENOENT {
            return []
        } catch {
            throw StartRefusal(error.description)
        }
    }

    private func entry(_ service: ServiceDefinition) -> ServiceEntry {
        let state = StateFiles(directory: node.environment.stateDirectory)
            .read(service.name, node.name)
        return ServiceEntry(name: service.name, state: state, note: note(service.name, state))
    }

    private func note(_ service: String, _ state: ServiceState) -> ServiceNote? {
        let proc = node.environment.procDirectory
        var meaning: StartReadyMeaning?
        if state == .startReady {
            let record = ServiceRecord.read(
                procDirectory: proc, service: service, boot: node.boot)
            meaning = record?.phase == .grace ? .gracePeriod : .frozenStart
        }
        let lastRun = RunnerRecord.read(procDirectory: proc, service: service).map {
            LastRun(onSender: $0.node == node.name, number: $0.number)
        }
        guard meaning != nil || lastRun != nil else { return nil }
        return ServiceNote(meaning: meaning, lastRun: lastRun)
    }
}
