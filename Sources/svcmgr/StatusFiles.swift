// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers
import ServicePlan

/// What was last seen of a service's resources, for others to read (opensvc.md 3.7). We ourselves
/// evaluate each time; a cache that cannot be written is no error.
struct StatusFiles {
    private let service: ManagedService
    private let directory: String

    init(_ service: ManagedService) {
        self.service = service
        directory = "\(service.node.directories.state)/\(service.name)"
    }

    /// Before an action changes anything, and with `--refresh`.
    func clear() {
        for name in (try? directoryEntries(directory)) ?? []
        where name.hasPrefix(StatusFiles.prefix) {
            try? remove("\(directory)/\(name)")
        }
    }

    /// What is known of a resource; nil: nothing.
    func last(_ resource: ResourceConfiguration) -> Evaluation? {
        let bytes = try? readFile("\(directory)/\(StatusFiles.prefix)\(resource.rid)")
        return bytes.flatMap { StatusCache.decode(String(decoding: $0, as: UTF8.self)) }
    }

    /// After a change of one resource.
    func refresh(_ resource: ResourceConfiguration) async {
        write(await StatusEvaluation(service: service).evaluation(of: resource), of: resource)
    }

    func write(_ evaluation: Evaluation, of resource: ResourceConfiguration) {
        write(StatusCache.encode(evaluation), to: StatusFiles.prefix + resource.rid)
    }

    func write(_ report: ServiceReport) {
        for resource in report.resources {
            write(resource.evaluation, of: resource.configuration)
        }
        write(StatusJSON.text(of: report, at: .now), to: "status.json")
    }

    /// OpenHA still says STARTING while its script runs, and that script is us.
    func noteHeartbeatsUp() {
        for resource in service.configuration.enabled where resource.group == .hb {
            write(Evaluation(.up), of: resource)
        }
    }

    private static let prefix = "resource.status.last."

    private func write(_ text: String, to name: String) {
        try? makeDirectory(directory)
        try? replaceFile("\(directory)/\(name)", with: Array(text.utf8), sync: false)
    }
}
