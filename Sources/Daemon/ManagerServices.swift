// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import FailoverCore
import Glibc
import Logging
import Platform
import WireFormat

/// Our services as they lie on disk: state files, locks and records, and who is acting on them.
///
/// Own states are read, never written: except for the very first one of a service that has none.
final class ManagerServices {
    private let setting: ManagerSetting
    private let files: StateFiles
    private let watch: DirectoryWatch?
    private var partners: [String: String] = [:]
    private var watched: [CInt: String] = [:]
    private var unwatched: Set<String> = []
    /// The directories of the services file and the monitor file.
    private var configuration: Set<CInt> = []
    /// Who acts on a service: told when that process ends.
    private var holders: [String: (pid: Int32, descriptor: CInt, token: UInt64)] = [:]
    private var holderTokens: [UInt64: String] = [:]
    /// Callouts whose first process is gone, but not their session: looked at once a second.
    private var remnants: Set<String> = []
    private var nextToken: UInt64 = 0
    private var log: Logger { setting.log }

    private var node: String { setting.node.name }
    private var procDirectory: String { setting.node.environment.procDirectory }

    init(_ setting: ManagerSetting) {
        self.setting = setting
        files = StateFiles(directory: setting.node.environment.stateDirectory)
        watch = try? DirectoryWatch()
        guard let watch else { return }
        try? setting.loop.watch(watch.descriptor, token: ManagerLoop.Token.files)
    }

    /// Takes over a list of services: watches the directories of ours.
    func configure(_ definitions: [ServiceDefinition]) {
        let own = definitions.compactMap { service in
            service.partner(of: node).map { (service.name, $0) }
        }
        partners = Dictionary(own, uniquingKeysWith: { first, _ in first })
        for service in holders.keys where partners[service] == nil { release(service) }
        remnants.formIntersection(partners.keys)
        for service in partners.keys.sorted() { prepare(service) }
    }

    var names: [String] { Array(partners.keys) }
    var needsPolling: Bool { !remnants.isEmpty || !unwatched.isEmpty }

    /// Makes the directory and our first state, FROZEN_STOP, where there is none yet.
    private func prepare(_ service: String) {
        let path = files.path(service, node)
        do throws(SystemError) {
            try makeDirectory("\(files.directory)/\(service)")
            observe(service)
            if fileStamp(path) == nil,
                try createFile(path, with: [ServiceState.frozenStop.digit, 0x0A])
            {
                log.notice("service \(service) is new here: FROZEN_STOP")
            }
        } catch {
            log.error("\(error)")
        }
    }

    private func observe(_ service: String) {
        unwatched.insert(service)
        guard let number = try? watch?.add("\(files.directory)/\(service)") else { return }
        watched[number] = service
        unwatched.remove(service)
    }

    // MARK: - Changes

    enum Change {
        case own(String)
        case peer(String)
        case everything
        case configuration
    }

    /// The watch is readable: what is to be read again.
    func changes() -> [Change] {
        var found: [Change] = []
        watch?.changes { directory, name in
            guard directory >= 0 else { return found.append(.everything) }
            if configuration.contains(directory) { return found.append(.configuration) }
            guard let service = watched[directory], let partner = partners[service] else { return }
            if name.isEmpty {
                unwatched.insert(service)
            } else if name == "STATE.\(node)" {
                found.append(.own(service))
            } else if name == "STATE.\(partner)" {
                found.append(.peer(service))
            }
        }
        return found
    }

    func watchConfiguration(_ directory: String) {
        if let number = try? watch?.add(directory) { configuration.insert(number) }
    }

    /// Once a second while `needsPolling`: services to be read again.
    func poll() -> [String] {
        for service in unwatched where partners[service] != nil { prepare(service) }
        return Array(remnants)
    }

    // MARK: - Reading

    /// STATE.<partner>; nil when there is none.
    func peerFile(_ service: String) -> ServiceState? {
        guard let partner = partners[service] else { return nil }
        let path = files.path(service, partner)
        return fileStamp(path) == nil ? nil : files.read(service, partner)
    }

    /// State, lock, record and runner of one of ours. The state is read before and after the lock, so
    /// that an action that ends between the two is not taken for a dead one.
    func reading(_ service: String) -> OwnReading {
        var reading = OwnReading(state: nil)
        for _ in 0..<5 {
            let before = files.read(service, node)
            let record = ServiceRecord.read(
                procDirectory: procDirectory, service: service, boot: setting.node.boot)
            reading.hold = hold(service, record)
            reading.isInGracePeriod = record?.phase == .grace
            reading.state = files.read(service, node)
            guard reading.state != before else { break }
        }
        let run = RunnerRecord.read(procDirectory: procDirectory, service: service)
        reading.lastRun = run.map { LastRun(onSender: $0.node == node, number: $0.number) }
        return reading
    }

    private func hold(_ service: String, _ record: ServiceRecord?) -> OwnReading.Hold {
        for _ in 0..<3 {
            guard
                let pid = ServiceLock.holder(procDirectory: procDirectory, service: service),
                pid > 0
            else { break }
            if attend(service, pid) { return .action(pid) }
        }
        guard let record, let session = record.session, record.calloutLives else {
            remnants.remove(service)
            release(service)
            return .free
        }
        if attend(service, session) {
            remnants.remove(service)
        } else {
            remnants.insert(service)
        }
        return .callout(session)
    }

    // MARK: - Who acts

    /// Watches the process that acts on a service; false when it is gone.
    private func attend(_ service: String, _ pid: Int32) -> Bool {
        if holders[service]?.pid == pid { return true }
        release(service)
        guard let descriptor = watchProcess(pid) else { return false }
        nextToken += 1
        let token = ManagerLoop.Token.holder(nextToken)
        guard (try? setting.loop.watch(descriptor, token: token)) != nil else {
            close(descriptor)
            return false
        }
        holders[service] = (pid, descriptor, token)
        holderTokens[token] = service
        return true
    }

    private func release(_ service: String) {
        guard let holder = holders.removeValue(forKey: service) else { return }
        holderTokens[holder.token] = nil
        setting.loop.unwatch(holder.descriptor)
        close(holder.descriptor)
    }

    /// A watched holder has ended: the service to read again.
    func holderEnded(token: UInt64) -> String? {
        guard let service = holderTokens[token] else { return nil }
        release(service)
        return service
    }
}
