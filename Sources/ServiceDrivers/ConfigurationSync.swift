// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// The implicit `sync#i0`: the service's link, configuration and launchers, to its other nodes
/// (opensvc.md 4.5).
package struct ConfigurationSync: Synchronizer {
    package let label = "rsync svc config to drpnodes, nodes"
    /// More words for rsync.
    let options: [String]
    let gate: SyncGatekeeper

    package init(options: [String], gate: @escaping SyncGatekeeper = scheduledSyncGate) {
        self.options = options
        self.gate = gate
    }

    package func evaluate(_ work: Work) async -> Evaluation {
        syncEvaluation(
            work, SyncTargets(work, groups: [.nodes, .drpnodes]),
            maximumDelay: work.service.service.syncMaximumDelay)
    }

    package func start(_ work: Work) async throws(StepFailure) -> Bool { false }
    package func stop(_ work: Work) async throws(StepFailure) {}

    package func synchronize(_ work: Work, to groups: Set<SyncGroup>) async -> SyncOutcome {
        let files = files(work)
        let run = SyncRun(
            work: work, targets: SyncTargets(work, groups: [.nodes, .drpnodes]),
            gate: { gate(work, $0) }
        ) { node in
            let words = RsyncWords(work, node: node).relative(files, extra: options)
            let result = await work.runQuiet(Command(words, timeout: RsyncWords.shortTimeout))
            if result.isSuccess { return true }
            if result.end == .missing { work.log.error(Command(words, timeout: .zero).missingText) }
            work.log.error(
                "node \(node) synchronization failed (\(files.joined(separator: " ")) => /)")
            return false
        }
        return await run.run(to: groups)
    }

    /// Without `.cluster` and `.stonith`: each node makes its own (D11).
    private func files(_ work: Work) -> [String] {
        let base = "\(work.directories.etc)/\(work.service.name)"
        let others = [base, base + ".d"].filter { work.host.entry($0) != nil }
        let directory = work.host.entry(base + ".dir") == .directory ? [base + ".dir"] : []
        let link = others.filter { $0 == base }
        return link + [work.service.file] + others.filter { $0 != base } + directory
    }
}
