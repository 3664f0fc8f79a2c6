// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Platform

/// nmond's eye on a daemon of this node that has a lock of its own, its guard or the writer of its
/// journal: starts one when none runs, and again when it ended.
final class Guardian {
    private let setting: ManagerSetting
    private let program: String
    private let keyFile: String
    /// What the loop says of the daemon, and of the process that starts it.
    private let token: UInt64
    private let starterToken: UInt64
    private var descriptor: CInt?
    private var starter: Child?
    private var startAt: Duration = .zero
    private var tries = 0

    /// - Parameter key: Of its lock file, without `.key`.
    init(
        _ setting: ManagerSetting, program: String, key: String, token: UInt64,
        starterToken: UInt64
    ) {
        self.setting = setting
        self.program = program
        self.token = token
        self.starterToken = starterToken
        keyFile = "\(setting.node.environment.procDirectory)/\(key).key"
    }

    var deadline: Duration? { descriptor == nil ? startAt : nil }

    func look(at now: Duration) {
        guard descriptor == nil, now >= startAt else { return }
        startAt = now + .seconds(1)
        if let pid = lockHolder(keyFile), let found = watchProcess(pid) {
            guard (try? setting.loop.watch(found, token: token)) != nil else {
                close(found)
                return
            }
            descriptor = found
            tries = 0
        } else if starter == nil {
            start(at: now)
        }
    }

    private func start(at now: Duration) {
        let path = "\(setting.node.environment.bin)/\(program)"
        tries += 1
        if tries > 3 { startAt = now + .seconds(10) }
        do throws(SystemError) {
            let child = try Child(path, [path])
            try setting.loop.watch(child.descriptor, token: starterToken)
            starter = child
        } catch {
            setting.log.error("\(error)")
        }
    }

    func starterEnded() {
        guard let child = starter, let status = child.status() else { return }
        setting.loop.unwatch(child.descriptor)
        starter = nil
        if status == 0 {
            startAt = .zero
        } else {
            setting.log.warning("\(program) did not start: exit code \(status)")
        }
    }

    /// The daemon has ended: whoever ended it may be about to end us, so not at once.
    func ended(at now: Duration) {
        guard let descriptor else { return }
        setting.loop.unwatch(descriptor)
        close(descriptor)
        self.descriptor = nil
        startAt = now + .seconds(1)
    }
}
