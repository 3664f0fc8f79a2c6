// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// A `sync#N` section: the user's files, to a path on the other nodes (opensvc.md 4.5).
package struct RsyncDriver: Synchronizer {
    let keywords: RsyncKeywords
    let gate: SyncGatekeeper

    package init(_ keywords: RsyncKeywords, gate: @escaping SyncGatekeeper = scheduledSyncGate) {
        self.keywords = keywords
        self.gate = gate
    }

    package var label: String {
        "rsync \(keywords.sources.joined(separator: ", "))"
            + " to \(keywords.targets.joined(separator: ", "))"
    }

    private var groups: Set<SyncGroup> { Set(keywords.targets.compactMap(SyncGroup.init)) }

    package func evaluate(_ work: Work) async -> Evaluation {
        syncEvaluation(
            work, SyncTargets(work, groups: groups),
            maximumDelay: keywords.maximumDelay ?? work.service.service.syncMaximumDelay)
    }

    package func start(_ work: Work) async throws(StepFailure) -> Bool { false }
    package func stop(_ work: Work) async throws(StepFailure) {}

    package func synchronize(_ work: Work, to groups: Set<SyncGroup>) async -> SyncOutcome {
        let sources = keywords.sources.joined(separator: " ")
        let run = SyncRun(
            work: work, targets: SyncTargets(work, groups: self.groups),
            gate: { gate(work, $0) }
        ) { node in
            guard await isDestinationMounted(on: node, work) else { return false }
            let command = Command(words(node, work), timeout: RsyncWords.longTimeout)
            let line = command.words.map(quotedForShell).joined(separator: " ")
            let result = await work.runLogged(command, as: line)
            if result.isSuccess { return true }
            let text =
                "node \(node) synchronization failed (\(sources) => \(keywords.destination))"
            work.log.error(text)
            return false
        }
        return await run.run(to: groups)
    }

    private func words(_ node: String, _ work: Work) -> [String] {
        let excludes = keywords.excludes.map {
            $0.hasPrefix("--exclude") ? $0 : "--exclude=\($0)"
        }
        return RsyncWords(work, node: node, bandwidthLimit: keywords.bandwidthLimit).plain(
            keywords.sources, to: keywords.destination, extra: excludes + keywords.options)
    }

    /// A copy into an empty mount point would fill the file system above it.
    private func isDestinationMounted(on node: String, _ work: Work) async -> Bool {
        guard let fileSystem = keywords.destinationFileSystem, !fileSystem.isEmpty else {
            return true
        }
        let words = work.remoteShell.words(["df", "-P", fileSystem], on: node)
        let result = await work.runQuiet(Command(words, timeout: .seconds(30)))
        let line = result.output.split(separator: "\n").last
        let mountPoint = line?.split(separator: " ").dropFirst(5).joined(separator: " ")
        if result.isSuccess, mountPoint == fileSystem { return true }
        work.log.error(
            "The destination fs \(fileSystem) is not mounted on node \(node)."
                + " refuse to sync \(keywords.destination) to protect parent fs")
        return false
    }
}
