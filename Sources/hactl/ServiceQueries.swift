// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Platform

/// `service -s`, `-s -c` and `-i`: what the state files say (specification, 8.1).
struct ServiceQueries {
    let node: LocalNode

    init(_ node: LocalNode) { self.node = node }

    /// The classic command works without daemons; the FHS one refuses then, as C's did.
    func printStates() -> Int32 {
        guard let services = servicesToShow() else { return ExitCode.failure }
        Console.print("\(services.count) service(s) defined:  ")
        for service in services {
            Console.print("Service: \(service.name)")
            Console.print("\tPrimary  : \(service.primary), \(state(service, service.primary))")
            Console.print("\tSecondary: \(service.secondary), \(state(service, service.secondary))")
        }
        return ExitCode.success
    }

    func printColumns() -> Int32 {
        guard let services = servicesToShow() else { return ExitCode.failure }
        printRow("service", "prinode", "pristate", "secnode", "secstate")
        for service in services {
            printRow(
                service.name, service.primary, state(service, service.primary),
                service.secondary, state(service, service.secondary))
        }
        return ExitCode.success
    }

    func printInfo(of name: String) -> Int32 {
        guard let parsed = readServices() else { return ExitCode.refused }
        guard let service = parsed.first(where: { $0.name == name }) else {
            Console.error("Error : service \(name) does not exist")
            return ExitCode.refused
        }
        switch service.role(of: node.name) {
        case .primary: Console.print("we are Primary for service \(name)")
        case .secondary: Console.print("we are Secondary for service \(name)")
        case nil: break
        }
        let states = [service.primary, service.secondary].map { state(service, $0) }
        Console.print("Service: \(name)\t state: \(states[0]) , \(states[1])")
        return ExitCode.success
    }

    private func servicesToShow() -> [ServiceDefinition]? {
        if !node.isClassic && node.managerPID == nil {
            if Console.isInteractive { Console.error("shmget failed for nmond segment") }
            return nil
        }
        return readServices()
    }

    private func readServices() -> [ServiceDefinition]? {
        do {
            let parsed = try node.services()
            node.report(parsed.findings)
            return parsed.value.services
        } catch {
            Console.error("service: \(error)")
            return nil
        }
    }

    private func state(_ service: ServiceDefinition, _ node: String) -> String {
        self.node.stateFiles.read(service.name, node).name
    }

    private func printRow(_ words: String...) {
        let row = zip(words, [16, 16, 14, 16, 14]).map { $0.padded(to: $1) }
        Console.print(row.joined(separator: " "))
    }
}
