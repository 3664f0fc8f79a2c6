// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// One sync resource on its way to its targets: gates, rsync, stamps (opensvc.md 4.5).
struct SyncRun {
    let work: Work
    let targets: SyncTargets
    /// Whether this target may be copied to now; says why not.
    let gate: @Sendable (_ stamp: Double?) -> SyncDecision
    /// Runs rsync; whether it went well.
    let copy: @Sendable (_ node: String) async -> Bool

    func run(to groups: Set<SyncGroup>) async -> SyncOutcome {
        var outcome = SyncOutcome()
        guard !targets.isLocalRecovery else { return outcome }
        let begin = work.host.wallClock()
        let open = targets.of(groups).filter(isOpen)
        guard !open.isEmpty, isServiceUp else { return outcome }
        for node in open {
            if await copy(node), await stamp(node, begin) {
                outcome.copied.append(node)
            } else {
                outcome.failed.append(node)
            }
        }
        return outcome
    }

    private func isOpen(_ node: String) -> Bool {
        if work.call.isForced { return true }
        switch gate(SyncStamp.read(work, node: node)) {
        case .proceed(let text):
            if let text { tell(text) }
            return true
        case .skip(let text):
            tell(text)
            return false
        }
    }

    /// The scheduler asks each minute, and wants no answer.
    private func tell(_ text: String) {
        work.log.note(work.call.isScheduled ? .debug : .info, text)
    }

    private var isServiceUp: Bool {
        guard !work.call.isForced,
            let refusal = SyncRule.refusal(core: work.availability ?? .notApplicable)
        else { return true }
        tell(refusal)
        return false
    }

    /// Notes here and there that the target is up to date.
    private func stamp(_ node: String, _ begin: Double) async -> Bool {
        let shared = [node, work.host.nodeName].map { SyncStamp.path(work, node: $0) }
        let text = SyncStamp.text(begin)
        for path in shared + [SyncStamp.schedulerPath(work)] {
            guard let why = work.host.write(text, to: path) else { continue }
            work.log.error("cannot write \(path): \(why)")
            return false
        }
        let words = RsyncWords(work, node: node).relative(shared, extra: [])
        let result = await work.runQuiet(Command(words, timeout: RsyncWords.shortTimeout))
        if result.isSuccess { return true }
        work.log.error(
            "node \(node) synchronization failed (\(shared.joined(separator: " ")) => /)")
        return false
    }
}
