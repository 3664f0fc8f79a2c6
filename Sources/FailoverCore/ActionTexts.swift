// SPDX-License-Identifier: Apache-2.0
import ClusterModel

/// How urgent a log line is, in syslog's words.
package enum ActionLogLevel: Hashable, Sendable {
    case info, notice, warning, error
}

/// What an action prints and logs: words that operators and their scripts look for, kept to the byte.
///
/// Source: OpenHA specification, 8.2 (stdout) and 9.5 (log).
package struct ActionTexts: Hashable, Sendable {
    package var service: String
    package var partner: String
    package var script: String
    package var checkScript: String
    /// The texts of 0.3.6 on stdout, for the classic directories; else those of 0.5.0.
    package var isClassic: Bool

    package init(
        service: String, partner: String, script: String, checkScript: String, isClassic: Bool
    ) {
        self.service = service
        self.partner = partner
        self.script = script
        self.checkScript = checkScript
        self.isClassic = isClassic
    }

    // On stdout.

    func readyToFreezeStart(_ own: ServiceState) -> String {
        isClassic
            ? "Ready to FREEZE, we are \(own.name)"
            : "Ready to FREEZE \(service): we are \(own.name)"
    }
    func frozenStart(from own: ServiceState) -> String {
        isClassic && own == .started
            ? "Service \(service) FROZEN" : "Service \(service) FROZEN-START"
    }
    var freezeStartFailed: String { "Warning: error in starting service \(service)" }
    /// The comma is OpenHA's.
    func cannotFreezeStart(_ own: ServiceState) -> String {
        "Cannot FREEZE-START \(service): service not in STARTED/STOPPED state (we are \(own.name)),"
    }

    // In the log.

    func ready(_ request: ActionRequest, own: ServiceState, peer: ServiceState) -> String {
        switch request {
        case .start: "Ready to start \(service): partner node is \(peer.name) , we are \(own.name)"
        case .stop: "Ready to stop \(service): partner node is \(peer.name) we are \(own.name)"
        case .forceStop:
            "Ready to force stop \(service): partner node is \(peer.name), we are \(own.name)"
        case .forceStart:
            "Ready to force start \(service): partner node is  \(peer.name), we are \(own.name)"
        case .freezeStop: "Ready to FREEZE, we are \(own.name)"
        case .freezeStart: readyToFreezeStart(own)
        case .unfreeze: "Ready to UNFREEZE \(service): we are (\(own.name))"
        case .resolve: "looking after \(service): we are \(own.name)"
        }
    }
    package func cannot(_ request: ActionRequest, own: ServiceState, peer: ServiceState) -> String {
        let states = "(partner node is \(peer.name), we are \(own.name))"
        switch request {
        case .start, .stop:
            return "Cannot \(request.rawValue) \(service): service not in correct state \(states)"
        case .freezeStop:
            return "Cannot FREEZE-STOP \(service): "
                + "service not in STARTED/STOPPED state (we are \(own.name))"
        case .freezeStart: return cannotFreezeStart(own)
        case .unfreeze:
            return "Cannot UNFREEZE \(service): not in FREEZE state (we are \(own.name))"
        case .forceStop, .forceStart, .resolve:
            return "Cannot \(request.rawValue) \(service): \(states)"
        }
    }
    func done(_ request: ActionRequest, from own: ServiceState) -> String {
        switch request {
        case .start: "Service \(service) successfully started"
        case .stop, .forceStop: "Service \(service) successfully stopped"
        case .forceStart: "Service \(service) forced to started"
        case .freezeStop: "Service \(service) FROZEN-STOP"
        case .freezeStart: frozenStart(from: own)
        case .unfreeze: "Service \(service) UNFROZEN"
        case .resolve: "Service \(service) settled"
        }
    }
    var willNotMigrate: String { "\(partner) is not in STOPPED state: service will not migrate" }
    var checkPassed: String { "Check script for service \(service) OK" }
    var checkFailed: String {
        "Service \(service) check script failed. State is now START_FAILED"
    }
    var startFailed: String { "failed to start \(service). State is now start-failed" }
    func stopFailed(_ request: ActionRequest) -> String {
        request == .freezeStop
            ? "error in stopping service \(service)" : "failed to stop \(service)"
    }
    var rollback: String { "rollback service \(service) state to STOPPED" }

    /// Why a grace period ended without a start.
    func reason(_ reason: GracePeriod.Reason) -> String {
        switch reason {
        case .peerChanged(let first, let now):
            "service \(service) state has changed on partner node from \(first.name) to "
                + "\(now.name) during the grace period"
        case .peerDoesNotHearUs: "service \(service): peer does not hear us"
        case .peerStaysReady:
            "service \(service): partner node stays in START_READY, it may not hear us"
        case .managerChanged:
            "service \(service): nmond was started or stopped during the grace period"
        case .notAnnounced: "service \(service): nmond does not announce START_READY"
        case .ownUnreadable: "service \(service): our own state file cannot be read"
        case .peerUndecided: "service \(service): partner node's state is not known any more"
        }
    }

    // Ours: what OpenHA had no words for. They go to stderr too.

    func undecided(_ peer: PeerSight, now: Duration) -> String {
        switch peer.judgement {
        case .undecided(let until?):
            let seconds = max(0, (until - now).components.seconds + 1)
            return "Cannot start \(service): peer not heard yet, \(seconds) s left"
        case .otherLayout:
            return "Cannot start \(service): \(partner) sends another heartbeat layout than ours "
                + "(EZ_WIRE), its state is not known"
        case .undecided(nil), .up, .down, .unwatched:
            return "Cannot start \(service): peer not heard yet: no word about it from \(partner)"
        }
    }
    func settled(_ own: ServiceState, _ next: ServiceState) -> String {
        "service \(service) was left in \(own.name) by an action that was killed. "
            + "State is now \(next.name)"
    }
    func letGo(_ own: ServiceState) -> String {
        "service \(service) was set to \(own.name) by someone else: start given up"
    }
    func toldToEnd(_ goesOn: Bool) -> String {
        goesOn
            ? "service \(service): told to end; its script goes on to its end"
            : "service \(service): told to end"
    }
    var stalled: String {
        "service \(service): this node stood still, what it knows of the peer is void"
    }
    func missing(_ programs: [String]) -> String {
        "Service \(service) not started: not running: \(programs.joined(separator: ", ")). "
            + "State is now START_FAILED"
    }
    func peerChangedAfterCheck(_ peer: ServiceState) -> String {
        "service \(service) state is \(peer.name) on partner node: not started"
    }
    func mayStillBeActive(_ own: ServiceState) -> String {
        "Warning: service \(service) was \(own.name): resources may still be active here"
    }
    func failed(_ reason: String) -> String { "service \(service): \(reason)" }

    func ended(_ script: ActionScript, _ end: CalloutEnd) -> String? {
        let path = script == .check ? checkScript : self.script
        switch end {
        case .exited(0): return nil
        case .exited(let code): return "\(path) exited with \(code)"
        case .killed(let signal): return "\(path) was terminated by signal \(signal)"
        case .notStarted(let reason): return "Error: exec failed: \(reason)"
        }
    }
    func timedOut(_ script: ActionScript) -> String {
        "\(script == .check ? checkScript : self.script) ran past EZ_CALLOUT_TIMEOUT: ended"
    }
}
