// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// What the run of an action says, word for word (opensvc.md 3.5 and 3.6).
package enum ActionText {
    /// ERROR, before the rollback.
    package static func stopped(_ action: ServiceAction, reason: String?) -> String {
        let text = "'\(action.rawValue)' action stopped on execution error"
        return reason.map { "\(text): \($0)" } ?? text
    }
    /// The reason of `stopped` when another machine has the address.
    package static func conflict(_ rid: String) -> String {
        "start aborted due to resource \(rid) conflict"
    }
    /// INFO
    package static func ignored(_ verb: String) -> String {
        "ignore \(verb) error on optional resource"
    }
    /// INFO of the resource.
    package static func skippedStandby(_ verb: String) -> String {
        "skip '\(verb)' on standby resource (--force to override)"
    }
    /// ERROR
    package static func affinity(_ service: String, _ running: [String]) -> String {
        let list = running.joined(separator: ", ")
        return "refuse to start \(service) on the same node as \(list)"
    }
    /// ERROR: a trigger that was to block the action failed.
    package static func blocked(_ trigger: Trigger) -> String {
        "\(trigger.moment.rawValue) trigger \(trigger.command) blocking error"
    }
    /// ERROR
    package static let interrupted = "interrupted by signal"
    package static let bootFailed = "start failed. try to start standby"
    /// INFO, exit code 0: the lock of the copies is held; silent with `--cron`.
    package static func alreadyRunning(_ action: ServiceAction) -> String {
        "\(action.rawValue) action is already running"
    }
    /// ERROR: the lock of the action was not to be had in time.
    package static func lockTimeout(
        seconds: Int, _ action: ServiceAction, file: String, pid: String, intent: String
    ) -> String {
        """
        timed out waiting for lock (timeout \(seconds), delay 1, action \(action.rawValue), \
        lockfile \(file)): holder pid \(pid), holder intent '\(intent)'
        """
    }
    /// Content of the lock file, without a line feed.
    package static func lockContent(pid: Int32, _ action: ServiceAction) -> String {
        "{\"pid\": \(pid), \"intent\": \"\(action.rawValue)\"}"
    }
}

/// What follows a step that failed (opensvc.md 3.6).
package enum FailureConsequence: Equatable, Sendable {
    /// Go on; log this as INFO if it says something. The action may still end with 0.
    case goOn(String?)
    case stopAction

    package init(of step: ActionPlan.Step) {
        switch step {
        case .start(let resource) where resource.common.isOptional,
            .stop(let resource) where resource.common.isOptional:
            self = .goOn(ActionText.ignored(step.verb!))
        // A service that cannot end its application must still give its disks back.
        case .stop(let resource) where resource.group == .app: self = .goOn(nil)
        case .checkAffinity, .checkConflict, .start, .stop, .skipStandby, .fence, .freezeStop:
            self = .stopAction
        // The next target may be in reach.
        case .synchronize: self = .goOn(nil)
        }
    }
}

/// How an action that stopped half-way is undone (opensvc.md 3.6).
package enum Rollback: Equatable, Sendable {
    /// Only starts are undone.
    case notMeant
    /// Log this as INFO.
    case skipped(String)
    /// Log this as INFO, stop these in this order; if one fails, log `failed` as ERROR.
    case stop([ResourceConfiguration], announcement: String, failed: String)

    /// - Parameters:
    ///   - activated: What this run brought up, in any order.
    ///   - isAllowed: Without `--disable-rollback`.
    package init(
        of action: ServiceAction, activated: [ResourceConfiguration],
        of service: ServiceConfiguration, isAllowed: Bool
    ) {
        let name = action.rawValue
        guard name.hasPrefix("start") else {
            self = .notMeant
            return
        }
        let order = ResourceOrder.stopping(activated.filter { !$0.common.isStandby })
        if order.isEmpty {
            self = .skipped("skip rollback \(name): no resource activated")
        } else if !isAllowed {
            self = .skipped("skip rollback \(name): as instructed by --disable-rollback")
        } else if !service.service.rollsBack {
            self = .skipped("skip rollback \(name): as instructed by DEFAULT.rollback=false")
        } else {
            let rids = order.map(\.rid).joined(separator: ", ")
            self = .stop(
                order, announcement: "trying to rollback \(name) on \(rids)",
                failed: "rollback \(name) failed")
        }
    }
}
