// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Platform

/// nmond's eye on its guard: starts one when none runs, and again when it ended.
final class Guardian {
    private let setting: ManagerSetting
    private let keyFile: String
    private var descriptor: CInt?
    private var starter: Child?
    private var startAt: Duration = .zero
    private var tries = 0

    init(_ setting: ManagerSetting) {
        self.setting = setting
        keyFile = "\(setting.node.environment.procDirectory)/guard.key"
    }

    var deadline: Duration? { descriptor == nil ? startAt : nil }

    func look(at now: Duration) {
        guard descriptor == nil, now >= startAt else { return }
        startAt = now + .seconds(1)
        if let pid = lockHolder(keyFile), let found = watchProcess(pid) {
            guard (try? setting.loop.watch(found, token: ManagerLoop.Token.guardian)) != nil else {
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
        let program = "\(setting.node.environment.bin)/ezguard"
        tries += 1
        if tries > 3 { startAt = now + .seconds(10) }
        do throws(SystemError) {
            let child = try Child(program, [program])
            try setting.loop.watch(child.descriptor, token: ManagerLoop.Token.guardStarter)
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
            setting.log.warning("ezguard did not start: exit code \(status)")
        }
    }

    /// The guard has ended: whoever ended it may be about to end us, so not at once.
    func ended(at now: Duration) {
        guard let descriptor else { return }
        setting.loop.unwatch(descriptor)
        close(descriptor)
        self.descriptor = nil
        startAt = now + .seconds(1)
    }
}
