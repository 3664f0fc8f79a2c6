// SPDX-License-Identifier: Apache-2.0
import Board
import ClusterModel
import Config
import FailoverCore
import Glibc
import Platform

/// What came of asking for a service's lock.
enum LockAttempt: ~Copyable {
    case ours(ServiceLock)
    /// Someone else has it, and that was the answer.
    case answered(exitCode: Int32)
}

/// Takes the lock of a service, or answers by the table while another action has it (decision 15).
func takeLock(_ job: ActionJob, boot: BootIdentity, console: Console) -> LockAttempt {
    let proc = job.environment.procDirectory
    let name = job.service.name
    let files = StateFiles(directory: job.environment.stateDirectory)
    var request = LockRequest(job.request, at: timeSinceBoot())
    while true {
        do throws(SystemError) {
            return .ours(try ServiceLock(procDirectory: proc, service: name))
        } catch {
            guard error.code == EAGAIN else {
                console.complain("\(error)")
                return .answered(exitCode: 255)
            }
        }
        let holder = ServiceLock.holder(procDirectory: proc, service: name)
        let record = ServiceRecord.read(procDirectory: proc, service: name, boot: boot)
        let own = files.read(name, job.node)
        switch request.failed(in: own, meaning: record.meaning, at: timeSinceBoot()) {
        case .tryAgain(let after): pause(after)
        case .endHolder(let after):
            if let holder { sendSignal(SIGTERM, to: holder) }
            pause(after)
        case .nothing: return .answered(exitCode: 0)
        case .refuse:
            let peer = PartnerEye(job).look().shownState
            refuse(job, own: own, peer: peer, console)
            return .answered(exitCode: 255)
        case .busy:
            console.complain(busyText(job, own, record, holder))
            return .answered(exitCode: 255)
        }
    }
}

extension ServiceRecord? {
    /// Which 7 a START_READY is that stands beside this record.
    var meaning: StartReadyMeaning { self?.phase == .grace ? .gracePeriod : .frozenStart }
}

private func refuse(_ job: ActionJob, own: ServiceState, peer: ServiceState, _ console: Console) {
    let text = job.texts.cannot(job.request, own: own, peer: peer)
    // The only refusal that goes to stdout.
    if job.request == .freezeStart { console.print(text) } else { console.log(.notice, text) }
}

func busyText(
    _ job: ActionJob, _ own: ServiceState, _ record: ServiceRecord?, _ holder: Int32?
) -> String {
    var text = "service \(job.service.name) is \(own.name)"
    if let record, let session = record.session {
        text += ": its \(record.phase.rawValue) script runs as process \(session)"
    } else if let holder {
        text += ": action process \(holder) is at it"
    }
    return text + "; \(job.request.rawValue) refused"
}

/// Lets others run for a moment, where there is nothing to wait for.
func pause(_ duration: Duration) {
    usleep(UInt32(duration / .microseconds(1)))
}
