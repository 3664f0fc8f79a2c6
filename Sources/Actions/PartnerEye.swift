// SPDX-License-Identifier: Apache-2.0
import Board
import ClusterModel
import Config
import FailoverCore
import Platform

/// Looks at a service's partner: on nmond's page while nmond runs, else in its state file.
final class PartnerEye {
    private let job: ActionJob
    private let files: StateFiles
    private var page: ManagerPage?
    private var pulse: ManagerPulse?
    /// Of the last look; nil while nmond is stopped or says nothing yet.
    private(set) var report: ManagerReport?
    private var readSequence: UInt64?

    init(_ job: ActionJob) {
        self.job = job
        files = StateFiles(directory: job.environment.stateDirectory)
    }

    func look() -> PeerSight {
        guard let holder = lockHolder(job.environment.procDirectory + "/nmond.key") else {
            forget()
            let state = files.read(job.service.name, job.partner)
            return .unwatched(file: state, heard: heardDirectly(job))
        }
        guard let report = read(of: holder) else {
            // It has its lock and has not spoken yet.
            return .nothingKnown()
        }
        return PeerSight(
            peers: report.peers, services: report.services, partner: job.partner,
            service: job.service.name, managerRun: report.startedAt.nanosecondsSinceBoot,
            pulseAge: pulse?.last().map { timeSinceBoot() - $0 })
    }

    /// The page of the nmond that holds the lock. A writer at work is given a moment.
    private func read(of holder: Int32) -> ManagerReport? {
        for _ in 0..<20 {
            if page == nil { open() }
            guard let page else { return nil }
            let sequence = page.sequence
            if sequence != readSequence || report == nil {
                guard let fresh = page.read() else {
                    pause(.milliseconds(1))
                    continue
                }
                report = fresh
                readSequence = sequence
            }
            // An older page: nmond was started anew, and may have made a new file.
            if let report, report.pid == holder { return report }
            forget()
            pause(.milliseconds(1))
        }
        return nil
    }

    private func open() {
        let directory = job.environment.stateDirectory
        guard let run = try? RunDirectory(stateDirectory: directory, create: false) else { return }
        page = try? ManagerPage(reading: run)
        pulse = try? ManagerPulse(reading: run)
    }

    private func forget() {
        page = nil
        pulse = nil
        report = nil
        readSequence = nil
    }
}
