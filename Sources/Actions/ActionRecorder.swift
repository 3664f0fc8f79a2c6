// SPDX-License-Identifier: Apache-2.0
import Board
import DecisionJournal
import FailoverCore
import Glibc
import Platform

/// Hands to the decision journal what an action was told and what it did about it. Where nobody takes
/// it, since no nmond runs, nothing is written.
final class ActionRecorder {
    private var journal: ActionJournal
    private let outlet: JournalOutlet?

    init(_ job: ActionJob, times: ActionTimes) {
        journal = ActionJournal(
            job.request, role: job.role, times: times, texts: job.texts, process: getpid(),
            at: timeSinceBoot(), wall: wallClockSeconds())
        let directory = job.environment.stateDirectory
        let run = try? RunDirectory(stateDirectory: directory, create: false)
        outlet = run.map { JournalOutlet($0, capacity: 1 << 16) }
    }

    /// Never blocks. What does not fit leaves a gap that a reader sees.
    func handled(_ event: ActionEvent, _ effects: [ActionEffect], at now: Duration) {
        guard let outlet else { return }
        _ = outlet.add(journal.handled(event, effects, at: now))
        outlet.flush()
    }

    /// The end: the writer may be busy with others' lines for a moment, and nothing waits for us.
    func end() {
        guard let outlet else { return }
        for _ in 0..<10 where !outlet.isEmpty {
            pause(.milliseconds(1))
            outlet.flush()
        }
    }
}
