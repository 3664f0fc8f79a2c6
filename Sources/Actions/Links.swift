// SPDX-License-Identifier: Apache-2.0
import Board
import ClusterModel
import Config
import FailoverCore
import Platform

/// The times of an action: as nmond published them while it runs (decision 21), else our own.
func actionTimes(_ job: ActionJob, report: ManagerReport?) -> ActionTimes {
    let tunables =
        report.map { Tunables(published: $0.tunables) } ?? job.environment.tunables
    let lines = monitorLines(job)
    let theirs = lines.filter { $0.node == job.partner }.map(\.timeout).max()
    let ours = lines.filter { $0.node == job.node }.map(\.timeout).max()
    return ActionTimes(
        grace: tunables.grace, graceMinimum: tunables.graceMinimum,
        linkTimeout: theirs ?? .seconds(10), ownTimeout: ours, callout: tunables.calloutTimeout)
}

/// The links of the monitor file whose process does not run, as `ps` would show them. A check script
/// that finds one missing may take the peer for dead (decision 13).
func missingPrograms(_ job: ActionJob) -> [String] {
    monitorLines(job).filter { line in
        lockHolder("\(job.environment.procDirectory)/\(line.keyName).key") == nil
    }.map { line in
        let isOurs = line.node == job.node
        let program = isOurs ? line.kind.sender : line.kind.receiver
        let arguments = isOurs ? line.senderArguments : line.receiverArguments
        return ([program] + arguments).joined(separator: " ")
    }
}

func monitorLines(_ job: ActionJob) -> [MonitorLine] {
    let file = job.environment.monitorFile
    let text = (try? readFile(file)) ?? []
    return MonitorFile.parse(text, file: file).value.lines
}
