// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServiceDrivers
import ServicePlan

/// Which services a command is about: those named, without `-s` all, narrowed by `--status`,
/// `--onlyprimary` and `--onlysecondary`.
struct ServiceChoice {
    let node: LocalNode
    let options: ServiceOptions

    func names() async -> [String] {
        // `-s ''`, of a script's empty variable, names none.
        var names =
            options.services.isEmpty ? (try? node.services.names()) ?? [] : options.names
        if options.onlyprimary || options.onlysecondary {
            names = names.filter { isHere($0) == options.onlyprimary }
        }
        guard let words = options.status?.split(separator: ",") else { return names }
        let wanted = words.compactMap { Status(rawValue: String($0)) }
        var chosen: [String] = []
        for name in names {
            if let status = await availability(of: name), wanted.contains(status) {
                chosen.append(name)
            }
        }
        return chosen
    }

    private func isHere(_ name: String) -> Bool? {
        load(name).map { $0.service.autostartNodes.contains(node.name) }
    }

    private func availability(of name: String) async -> Status? {
        guard let configuration = load(name) else { return nil }
        let service = ManagedService(
            configuration: configuration, node: node, recorder: .silent,
            call: Call(action: "status"))
        let report = await StatusEvaluation(service: service).report()
        return StatusSummary(of: report.resources).availability
    }

    private func load(_ name: String) -> ServiceConfiguration? {
        node.services.exists(name) ? node.load(name, telling: .silent) : nil
    }
}
