// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import Glibc
import Platform

/// `service -r`: the line first, then, once nmond has dropped the service, its files
/// (specification, 8.4).
struct ServiceRemoval {
    let node: LocalNode
    let name: String
    let force: Bool

    init(_ node: LocalNode, _ name: String, force: Bool) {
        self.node = node
        self.name = name
        self.force = force
    }

    func run() -> Int32 {
        do {
            guard let service = try node.services().value.services.first(where: { $0.name == name })
            else {
                Console.print("Service \(name) not found.")
                return end(removed: false)
            }
            if !force, let reason = reasonToKeep(service) {
                Console.error("Error: service \(name) \(reason), use --force to remove it anyway")
                Console.print("Failed.")
                return ExitCode.refused
            }
            try removeLine()
            waitUntilDropped()
            guard removeFiles(of: service) else { return end(removed: false) }
        } catch {
            Console.error("Error: \(error)")
            Console.print("Failed.")
            return ExitCode.refused
        }
        Console.print("Remove of service \(name) done")
        return end(removed: true)
    }

    /// The classic command says `ok` in any case; its exit code now tells the truth.
    private func end(removed: Bool) -> Int32 {
        Console.print(node.isClassic ? "ok" : removed ? "Done." : "Failed.")
        return removed ? ExitCode.success : ExitCode.refused
    }

    private func reasonToKeep(_ service: ServiceDefinition) -> String? {
        guard service.role(of: node.name) != nil else { return nil }
        let holder = ServiceLock.holder(
            procDirectory: node.environment.procDirectory, service: name)
        if let holder { return "has an action under way (pid \(holder))" }
        let state = node.stateFiles.read(name, node.name)
        switch state {
        case .stopping, .started, .starting, .startReady: return "is \(state.name) on this node"
        case .stopped, .startFailed, .stopFailed, .frozenStop, .unknown, .forceStop: return nil
        }
    }

    private func removeLine() throws(SystemError) {
        let edit = try FileEdit(
            node.environment.servicesFile, procDirectory: node.environment.procDirectory)
        if let text = ServicesFile.removing(name: name, from: try edit.text()) {
            try edit.replace(with: text)
        }
    }

    /// At most 3 s, what C always took: nmond may still write the peer's state.
    private func waitUntilDropped() {
        for _ in 0..<60 {
            guard let report = node.managerReport(),
                report.services.contains(where: { $0.name == name })
                    || report.heartbeat.services.contains(where: { $0.name == name })
            else { return }
            usleep(50_000)
        }
    }

    /// False if the directory stays because something else lies in it.
    private func removeFiles(of service: ServiceDefinition) -> Bool {
        for host in [service.primary, service.secondary] {
            let path = node.stateFiles.path(name, host)
            do {
                try remove(path)
            } catch {
                Console.error("Error:: \(errorDescription(error.code))")
                Console.error("Unable to remove file \(path) ")
            }
        }
        try? remove("\(node.environment.procDirectory)/\(name).runner")
        let directory = "\(node.environment.stateDirectory)/\(name)"
        // What a writer left that was killed before its rename.
        for leftover in (try? directoryEntries(directory)) ?? []
        where leftover.hasPrefix(".STATE.") {
            try? remove("\(directory)/\(leftover)")
        }
        do {
            try remove(directory)
        } catch  where error.code != ENOENT {
            Console.error("Error: \(errorDescription(error.code))")
            return false
        } catch {}
        return true
    }
}
