// SPDX-License-Identifier: Apache-2.0

import ServiceConfig
import ServicePlan

/// One sync resource on its way to its targets: gates, rsync, stamps (opensvc.md 4.5).
struct SyncRun {
    let work: Work
    let targets: SyncTargets
    /// Whether this target may be copied to now; says why not.
    let gate: @Sendable (_ stamp: Double?) -> SyncGateAnswer
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
        let answer = gate(SyncStamp.read(work, node: node))
        // The scheduler asks each minute.
        if let text = answer.text { work.log.note(work.call.isScheduled ? .debug : .info, text) }
        return answer.isOpen
    }

    private var isServiceUp: Bool {
        if work.call.isForced { return true }
        switch work.availability {
        case .up, .notApplicable, nil: return true
        case .down, .warn, .undefined, .standbyUp, .standbyDown:
            work.log.info("won't sync this resource for a service not up")
            return false
        }
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

/// Asks the schedule: the work, and the seconds of the target's stamp, nil when there is none.
package typealias SyncGatekeeper = @Sendable (_ work: Work, _ stamp: Double?) -> SyncGateAnswer

/// Whether a copy may be made now.
package struct SyncGateAnswer: Equatable, Sendable {
    package var isOpen: Bool
    /// `skip sync: too soon (121)`; nil: there is nothing to say.
    package var text: String?
    package init(isOpen: Bool, text: String? = nil) {
        self.isOpen = isOpen
        self.text = text
    }
}
