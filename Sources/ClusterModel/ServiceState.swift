// SPDX-License-Identifier: Apache-2.0

/// What one node says about one service: the ten states of OpenHA, with its numbers and names.
///
/// Source: OpenHA specification, 4.1. The number is what a state file and a heartbeat carry.
package enum ServiceState: UInt8, CaseIterable, Sendable, Codable {
    /// Free to be started, here or there.
    case stopped = 0
    case stopping = 1
    case started = 2
    /// The check script or the start script runs.
    case starting = 3
    /// Stays until an operator acts.
    case startFailed = 4
    /// Stays until an operator acts.
    case stopFailed = 5
    /// Stopped, and not to be started here.
    case frozenStop = 6
    /// Two meanings: in the grace period before a start, or started and left alone ("frozen
    /// start"). A private marker tells them apart, see `StartReadyMeaning`.
    case startReady = 7
    /// Nothing is known: no link of that node is up, or its file is unreadable.
    case unknown = 8
    /// Never written by any version; read for completeness.
    case forceStop = 9

    /// The name that commands print and scripts parse, such as `FROZEN_STOP`.
    package var name: String {
        switch self {
        case .stopped: "STOPPED"
        case .stopping: "STOPPING"
        case .started: "STARTED"
        case .starting: "STARTING"
        case .startFailed: "START_FAILED"
        case .stopFailed: "STOP_FAILED"
        case .frozenStop: "FROZEN_STOP"
        case .startReady: "START_READY"
        case .unknown: "UNKNOWN"
        case .forceStop: "FORCE_STOP"
        }
    }

    /// The ASCII digit of a state file, `0` to `9`.
    package var digit: UInt8 { rawValue + 0x30 }

    /// Reads the first byte of a state file; nil for anything but an ASCII digit.
    package init?(digit: UInt8) {
        guard (0x30...0x39).contains(digit) else { return nil }
        self.init(rawValue: digit - 0x30)
    }

    /// Whether a peer in this state leaves the service to us: STOPPED, FROZEN_STOP or UNKNOWN.
    ///
    /// UNKNOWN counts only where our own nmond set it (decision 2). Source: specification, 4.4.
    package var leavesServiceFree: Bool {
        switch self {
        case .stopped, .frozenStop, .unknown: true
        case .stopping, .started, .starting, .startFailed, .stopFailed, .startReady, .forceStop:
            false
        }
    }
}

/// Which of its two meanings a state 7 has.
package enum StartReadyMeaning: UInt8, Sendable, Codable {
    /// 7a: announced, waiting out the grace period, nothing runs yet.
    case gracePeriod = 1
    /// 7b: "frozen start": started, and left alone until an operator acts.
    case frozenStart = 2
}
