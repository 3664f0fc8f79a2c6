// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import FailoverCore

/// One `service -A SVC ACTION`: the shipped `ActionMachine`, and what its process keeps beside it.
final class SimulatedAction {
    enum Parent {
        case manager(run: Int32)
        case anOperator
    }

    /// Names the process on its node.
    let number: Int32
    let service: Int
    let request: ActionRequest
    let parent: Parent
    let times: ActionTimes
    var machine: ActionMachine
    var lock: LockRequest
    var hasLock = false
    /// Effects that are still to be carried out, one after the other.
    var effects: [ActionEffect] = []
    /// Stopped by a signal until then, in made-up time.
    var frozenUntil: Duration = .zero
    var question: (about: ActionQuestion, at: Duration)?
    /// The script that it waits for.
    var script: Int32?
    var lastLook: Duration
    /// Counts what it waits for; events for an earlier wait are void.
    var token: Int32 = 0
    /// When the process began, made-up time.
    let began: Duration
    var wasToldToEnd = false
    /// Its check script said yes.
    var hasProof = false
    /// It was told to end while it was in its grace period.
    var isCalledOff = false
    /// When it was heard, in the grace period, that the partner has the service; node's clock.
    var claimAt: Duration?
    /// What speaks against a start, by the last look.
    var objection: String?

    init(
        number: Int32, service: Int, request: ActionRequest, parent: Parent, times: ActionTimes,
        machine: ActionMachine, lastLook: Duration, began: Duration
    ) {
        self.number = number
        self.service = service
        self.request = request
        self.parent = parent
        self.times = times
        self.machine = machine
        lock = LockRequest(request, at: lastLook)
        self.lastLook = lastLook
        self.began = began
    }
}

/// A script that runs; it outlives the action that started it.
final class SimulatedScript {
    let pid: Int32
    let service: Int
    let script: ActionScript
    let action: Int32
    var endsAt: Duration
    var end: CalloutEnd
    /// Goes on after TERM.
    var ignoresTerm = false

    init(
        pid: Int32, service: Int, script: ActionScript, action: Int32, endsAt: Duration,
        end: CalloutEnd
    ) {
        self.pid = pid
        self.service = service
        self.script = script
        self.action = action
        self.endsAt = endsAt
        self.end = end
    }
}
