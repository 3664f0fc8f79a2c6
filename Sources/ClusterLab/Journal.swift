// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What all service scripts of a lab did, in one file that all nodes append to.
///
/// It is the proof that a service never ran twice: whatever the programs under test believe, a
/// second `starting` before the first node's `stopped` or power cut shows here.
package struct Journal {
    /// The file; one line per entry: `UPTIME CLOCK-OFFSET NODE BOOT SERVICE EVENT`.
    package let path: String

    /// What a script, or the lab, notes.
    package enum Event: String, Sendable {
        case checking, starting, started, startFailed, stopping, stopped, stopFailed, powerCut
    }

    /// One line.
    package struct Entry: Equatable, Sendable {
        /// By `LabClock`, to a hundredth of a second.
        package let time: Duration
        package let node: String
        package let boot: Int
        package let service: String
        package let event: Event
    }

    /// A time in which a service may have run on a node.
    package struct Run: Equatable, Sendable {
        package let node: String
        /// When its script was told to start it.
        package let from: Duration
        /// When it was stopped for sure; nil if it never was.
        package var to: Duration?
    }

    /// All entries until now, in the order in which they were written.
    package var entries: [Entry] {
        guard let text = try? text(of: path) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 6, let uptime = Double(words[0]), let offset = Double(words[1]),
                let boot = Int(words[3]), let event = Event(rawValue: words[5])
            else { return nil }
            return Entry(
                time: .microseconds(Int64(((uptime - offset) * 100).rounded()) * 10_000),
                node: words[2], boot: boot,
                service: words[4], event: event)
        }
    }

    /// The entries about one service, or one kind of event of it.
    package func entries(of service: String, _ event: Event? = nil) -> [Entry] {
        entries.filter { $0.service == service && (event == nil || $0.event == event) }
    }

    /// When and where a service may have run.
    package func runs(of service: String) -> [Run] {
        var runs: [Run] = []
        for entry in entries where entry.service == service || entry.event == .powerCut {
            switch entry.event {
            case .starting:
                runs.append(Run(node: entry.node, from: entry.time))
            case .stopped, .startFailed, .powerCut:
                for index in runs.indices where runs[index].node == entry.node {
                    if runs[index].to == nil { runs[index].to = entry.time }
                }
            case .checking, .started, .stopping, .stopFailed: break
            }
        }
        return runs
    }

    /// Pairs of runs of a service that overlap: must be empty, whatever happened.
    package func doubleRuns(of service: String) -> [[Run]] {
        let runs = runs(of: service)
        return runs.indices.dropFirst().compactMap { index in
            let later = runs[index]
            let earlier = runs[..<index].first { $0.to.map { $0 > later.from } ?? true }
            return earlier.map { [$0, later] }
        }
    }

    /// Lets the lab itself add a line.
    func note(_ node: Node, event: Event) throws {
        // Cut off at a hundredth, as the kernel does for the scripts: order is kept.
        let now = (LabClock.now.inSeconds * 100).rounded(.down) / 100
        let line = "\(now) 0 \(node.name) \(node.boots) - \(event.rawValue)\n"
        let file = FileHandle(forUpdatingAtPath: path)
        guard let file else { return try write(line, to: path) }
        try file.seekToEnd()
        try file.write(contentsOf: Data(line.utf8))
        try file.close()
    }
}
