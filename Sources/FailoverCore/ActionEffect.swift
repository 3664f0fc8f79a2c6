// SPDX-License-Identifier: Apache-2.0
import ClusterModel

/// The scripts of a service: CHECKSCRIPT, and SCRIPT with its argument.
package enum ActionScript: Hashable, Sendable {
    case check, start, stop

    /// The only argument it gets; a check script gets `start` too.
    package var argument: String { self == .stop ? "stop" : "start" }

    package var phase: ActionPhase {
        switch self {
        case .check: .check
        case .start: .start
        case .stop: .stop
        }
    }
}

/// How a script ended.
package enum CalloutEnd: Hashable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It never ran.
    case notStarted(String)
}

/// What an action is told.
package enum ActionEvent: Hashable, Sendable {
    /// The service's lock is ours. `left`: what the last action had noted, if it was in this run of
    /// the machine; no script of it runs any more.
    case began(ActionSight, left: ActionPhase?)
    /// The answer to `ask(.sight)`.
    case looked(ActionSight)
    /// The answer to `ask(.programs)`: the links of the monitor file that do not run.
    case counted(missing: [String])
    /// The answer to `ask(.clock)`.
    case timer
    case ended(CalloutEnd)
    /// The node or the disk stood still between the look that allowed a script and its first step: it
    /// was not run.
    case cameTooLate
    /// TERM, or ^C.
    case toldToEnd
    /// An effect could not be carried out; those behind it were not tried.
    case failed(String)
}

/// What an action wants to know next.
package enum ActionQuestion: Hashable, Sendable {
    case sight, programs, clock
}

/// What an action does, in the order given.
package enum ActionEffect: Hashable, Sendable {
    /// Note the progress in the lock file.
    case record(ActionPhase)
    /// Our own state, on the disk before the next effect.
    case write(ServiceState)
    /// The partner's state file must say this before the check script looks at it (decision 23).
    case writePeer(ServiceState)
    /// The service runs here now, for the next tie (decision 7).
    case recordRunner
    /// Record its session, then run it.
    case run(ActionScript)
    /// To the whole process group of the running script.
    case signal(isKill: Bool)
    /// Asks one question at that time; replaces the one before.
    case ask(ActionQuestion, at: Duration)
    case log(ActionLogLevel, String)
    /// A line on stdout.
    case print(String)
    /// A line for whoever asked, on stderr, and in the log.
    case complain(String)
    case finish(exitCode: Int32)
}
