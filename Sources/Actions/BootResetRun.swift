// SPDX-License-Identifier: Apache-2.0
import Board
import ClusterModel
import Config
import FailoverCore
import Glibc
import Platform

/// The launcher's reset of states that cannot have survived a reboot (decision 9).
struct BootResetRun {
    let environment: Environment
    let console: Console
    let boot: BootIdentity
    let node = nodeName()

    private var mark: String { environment.stateDirectory + "/.boot" }
    private var files: StateFiles { StateFiles(directory: environment.stateDirectory) }

    func run(_ services: [ServiceDefinition]) -> Int32 {
        let stored = try? readFile(mark)
        var isGood = true
        for service in services where service.role(of: node) != nil {
            do throws(SystemError) {
                try reset(service, stored: stored)
            } catch {
                console.complain("\(error)")
                isGood = false
            }
        }
        // Not before all are done: what failed is tried again by the next start.
        guard isGood else { return 255 }
        do throws(SystemError) {
            if stored != boot.line { try replaceFile(mark, with: boot.line, sync: true) }
            return 0
        } catch {
            console.complain("\(error)")
            return 255
        }
    }

    private func reset(_ service: ServiceDefinition, stored: [UInt8]?) throws(SystemError) {
        let name = service.name
        let lock: ServiceLock
        do throws(SystemError) {
            lock = try ServiceLock(procDirectory: environment.procDirectory, service: name)
        } catch {
            // An action of this run of the machine is at it: nothing to reset.
            if error.code == EAGAIN { return }
            throw error
        }
        let record = lock.current(boot: boot)
        if let record, record.calloutLives { return }
        let state = try readState(name)
        let freezesHere = environment.tunables.freezeSecondaryOnStart && service.primary != node
        guard
            let next = BootReset.state(
                after: state,
                hasRebooted: record == nil && isOlder(name, stored: stored),
                freezesHere: freezesHere)
        else { return }
        try files.write(next, name, node, sync: true)
        try lock.record(
            ServiceRecord(boot: boot, pid: getpid(), phase: .idle, since: timeSinceBoot()))
        tell(name, state, next)
    }

    /// UNKNOWN where there is none, or none that makes sense. What cannot be read now may be readable
    /// later, and then claim what ended with the reboot: that is no answer.
    private func readState(_ service: String) throws(SystemError) -> ServiceState {
        do throws(SystemError) {
            let bytes = try readFile(files.path(service, node))
            return bytes.first.flatMap(ServiceState.init(digit:)) ?? .unknown
        } catch {
            guard error.code == ENOENT else { throw error }
            return .unknown
        }
    }

    /// Whether the state is of an earlier run of the machine. Without a mark, which is so at the
    /// first start ever, the file's age decides: a service that came here running, from the C
    /// program or by hand, must not be taken for stopped.
    private func isOlder(_ service: String, stored: [UInt8]?) -> Bool {
        if let stored { return stored != boot.line }
        guard let stamp = fileStamp(files.path(service, node)) else { return false }
        let sinceStart = timeSinceBoot() - .milliseconds(10 * Int64(boot.initStart))
        return Duration.nanoseconds(stamp.mtime) < .seconds(wallClockSeconds()) - sinceStart
    }

    private func tell(_ service: String, _ state: ServiceState, _ next: ServiceState) {
        if next == .frozenStop {
            let text = "set local secondary instance of service \(service) in FROZEN_STOP state"
            console.print(text)
            console.logger.debug("\(text)")
        } else {
            console.log(
                .notice,
                "service \(service) was \(state.name) before the reboot. State is now \(next.name)")
        }
    }
}

extension BootIdentity {
    /// As the mark in the state directory has it: three numbers, LF.
    fileprivate var line: [UInt8] {
        let numbers = [high, low, initStart].map { String($0, radix: 16) }
        return Array((numbers.joined(separator: " ") + "\n").utf8)
    }
}
