// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServiceDrivers

/// `delete`: resources out of a file, or a service with all that belongs to it.
extension ConfigActions {
    /// `delete [--rid <list>]`; empty: the service as a whole.
    func delete(_ name: String, rids: [String]) -> Int32 {
        attempt(name) { () throws(Refusal) in
            let file = try file(ofService: name)
            guard !rids.isEmpty else {
                try deleteService(name)
                return 0
            }
            try change(file) { (document) throws(Refusal) in
                let written = Set(document.sections.map(\.name))
                for section in try sections(rids, in: document) {
                    guard written.contains(section) else {
                        throw Refusal("section '\(section)' not found: nothing is changed")
                    }
                    _ = document.removeSection(section)
                }
            }
            return 0
        }
    }

    /// The link goes first: from then on the service does not exist, whatever comes in between.
    private func deleteService(_ name: String) throws(Refusal) {
        let link = directory.link(name)
        do {
            try remove(link)
        } catch {
            throw Refusal("\(error): nothing is changed")
        }
        var left: [String] = []
        for path in files(ofService: name) where fileStamp(path) != nil || isSymbolicLink(path) {
            do {
                try remove(path)
            } catch {
                // Launchers that someone wrote are not ours to throw away.
                left.append(error.code == ENOTEMPTY ? "\(path) is kept: not empty" : "\(error)")
            }
        }
        for line in left { console.complain("\(name): \(line)") }
    }

    private func files(ofService name: String) -> [String] {
        let link = directory.link(name)
        let state = directory.directories.state
        func entries(_ place: String, _ isOurs: (String) -> Bool) -> [String] {
            ((try? directoryEntries(place)) ?? []).filter(isOurs).map { "\(place)/\($0)" }
        }
        let copies = entries("\(state)/sync") { _ in true }
            .flatMap { entries($0) { $0.hasPrefix("\(name)!") } }
        let stamps = entries(state) { $0.hasPrefix("last_sync_\(name)_") && $0.contains("#") }
        let links = [".cluster", ".stonith", ".d"].map { link + $0 }.filter(isSymbolicLink)
        return links + directory.configurationFiles(name) + [link + ".dir"]
            + entries("\(state)/\(name)") { _ in true } + ["\(state)/\(name)"]
            + ["\(state)/\(name).push", "\(state)/FROZEN.\(name)"] + stamps + copies
    }
}
