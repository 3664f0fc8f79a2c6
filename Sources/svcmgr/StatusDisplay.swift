// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServiceDrivers
import ServicePlan

/// `print status`: as a tree, as JSON, once or again and again.
struct StatusDisplay {
    let request: ServiceRequest
    private var isColored: Bool { request.options.color.isOn(for: 1) }

    init(request: ServiceRequest) { self.request = request }

    /// The tree of one service.
    ///
    /// On a terminal its title is there before the resources are looked at, so that what they log
    /// stands below it; elsewhere all of it comes at the end (opensvc.md 3.4).
    ///
    /// - Parameter header: Lines above the title.
    func show(_ service: ManagedService, header: [String]) async {
        let head = (header + [tree(of: service).title(service.name)]).map { $0 + "\n" }.joined()
        let isWatched = isatty(1) == 1
        if isWatched { writeText(head, to: 1) }
        let body = tree(of: service).body(await report(on: service))
        // What was not looked at to the end would be shown as something else.
        if Interruption.isRequested { return }
        writeText(isWatched ? body : head + body, to: 1)
    }

    func text(of service: ManagedService) async -> String {
        let tree = tree(of: service)
        return tree.title(service.name) + "\n" + tree.body(await report(on: service))
    }

    private func tree(of service: ManagedService) -> StatusTree {
        StatusTree(
            isColored: isColored, showsDisabled: service.configuration.service.showsDisabled)
    }

    /// Looks, and leaves what was seen for others.
    private func report(on service: ManagedService) async -> ServiceReport {
        let files = StatusFiles(service)
        if request.options.refresh { files.clear() }
        let report = await StatusEvaluation(service: service).report()
        if !Interruption.isRequested { files.write(report) }
        return report
    }

    /// One service that `-s` names alone is the object itself; else there is one member for each.
    func showJSON(_ services: [ManagedService]) async {
        let reports = await withTaskGroup(of: ServiceReport.self) { group in
            for service in services { group.addTask { await report(on: service) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let isAlone = request.options.names.count == 1
        if isAlone, let report = reports.first {
            writeText(StatusJSON.text(of: report, at: .now), to: 1)
        } else {
            writeText(StatusJSON.text(of: reports, at: .now), to: 1)
        }
    }

    /// `print resource status --rid`: a word for one, a line with its id for each of several.
    func showResources(of service: ManagedService) async -> Int32 {
        let selection = request.options.selection
        let resources = await report(on: service).resources
            .filter { selection.contains($0.configuration) }
        if request.options.format == .json {
            let words = resources.map {
                ($0.configuration.rid, JSONText.string($0.status.rawValue))
            }
            Console.standard.print(JSONText.object(Dictionary(words) { $1 }).written())
            return ExitCode.success
        }
        for resource in resources {
            let word = resource.status.rawValue
            let shown = isColored ? TextColor(resource.status).paint(word) : word
            let rid = resource.configuration.rid
            Console.standard.print(resources.count == 1 ? shown : "\(rid) \(shown)")
        }
        return ExitCode.success
    }
}

extension Moment {
    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(epochSeconds: time.tv_sec, microseconds: time.tv_nsec / 1000)
    }
}
