// SPDX-License-Identifier: Apache-2.0

import FailoverCore
import Glibc
import Logging
import Platform

/// The actions that nmond started: processes of their own, which outlive it.
final class ManagerActions {
    private final class Action {
        let service: String
        let act: ManagerEffect.Act
        let child: Child

        init(service: String, act: ManagerEffect.Act, child: Child) {
            self.service = service
            self.act = act
            self.child = child
        }
    }

    private let setting: ManagerSetting
    private var actions: [UInt64: Action] = [:]
    private var nextToken: UInt64 = 0
    private var queue: [(act: ManagerEffect.Act, service: String)] = []

    init(_ setting: ManagerSetting) { self.setting = setting }

    func enqueue(_ act: ManagerEffect.Act, _ service: String) { queue.append((act, service)) }

    var isWaiting: Bool { !queue.isEmpty }

    /// Starts some of what is due, and not all at once: a hundred takeovers must not keep the loop from
    /// hearing. Returns the services of those that could not be started.
    func startSome() -> [String] {
        let now = queue.prefix(4)
        queue.removeFirst(now.count)
        return now.filter { !start($0.act, $0.service) }.map(\.service)
    }

    /// Starts `service -A <service> <act>`, its output appended to the service's log; false when that
    /// was refused.
    private func start(_ act: ManagerEffect.Act, _ service: String) -> Bool {
        let environment = setting.node.environment
        let program = "\(environment.bin)/service"
        var options = ChildProcess.Options()
        options.newSession = true
        options.output = .append("\(environment.logDirectory)/\(service).log")
        options.error = options.output
        do throws(SystemError) {
            let child = try Child(
                program, [program, "-A", service, act.rawValue], options: options)
            nextToken += 1
            let token = ManagerLoop.Token.action(nextToken)
            try setting.loop.watch(child.descriptor, token: token)
            actions[token] = Action(service: service, act: act, child: child)
            return true
        } catch {
            setting.log.error("\(act.rawValue) of service \(service): \(error)")
            return false
        }
    }

    /// An action has ended: its service.
    func ended(token: UInt64) -> String? {
        guard let action = actions[token], let status = action.child.status() else { return nil }
        setting.loop.unwatch(action.child.descriptor)
        actions[token] = nil
        let what = "\(action.act.rawValue) of service \(action.service)"
        if let refusal = action.child.refusal() {
            setting.log.error("\(what): \(refusal)")
        } else {
            setting.log.debug("\(what) ended with \(status)")
        }
        return action.service
    }

    /// Whether an action that we started for one of `services` still runs.
    func isRunning(for services: Set<String>) -> Bool {
        actions.values.contains { services.contains($0.service) }
    }

    /// Tells actions that run for `services` to end (R10): one in its grace period rolls back.
    func tellToEnd(_ services: Set<String>) {
        for action in actions.values where services.contains(action.service) {
            sendSignal(SIGTERM, to: action.child.pid)
        }
    }
}
