// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// All that nmond tells senders and actions, in one piece: an acknowledgement never leaves before
/// what it acknowledges can be read.
package struct Announcement: Equatable, Sendable, Codable {
    /// Our services and states, in the file's order.
    package var entries: [ServiceEntry] = []
    /// Boot, publication and echoes; beat and interval are the senders'.
    package var trailer: Trailer
    package var peers: [PeerView] = []
    package var services: [ServiceView] = []
}

/// What `Manager` wants done; the caller does it and reports back by events.
package enum ManagerEffect: Equatable, Sendable, Codable {
    package enum Act: String, Sendable, Codable { case start, resolve }

    /// Publish, and when there is something new for peers, ring all senders' bells.
    case publish(Announcement, ring: Bool)
    /// Write STATE.<node>, some time, without waiting for it.
    case writePeerState(service: String, node: String, state: ServiceState)
    /// Note where a service ran last, likewise.
    case recordRun(service: String, node: String, number: UInt32)
    /// Start `service -A <service> <act>`; `actionEnded` must follow.
    case act(service: String, Act)
    /// Start the process of a link, by its index.
    case startLink(Int)
    case killLink(Int, pid: Int32)
    case log(Severity, String)
}

/// What happened; each with the time it was noticed.
package enum ManagerEvent: Equatable, Sendable {
    case link(Int, LinkReading)
    case own(service: String, OwnReading)
    /// STATE.<partner> says so; nil when there is no such file.
    case peerFile(service: String, ServiceState?)
    /// The process of `ManagerEffect.act` has ended, or could not be started.
    case actionEnded(service: String)
    /// The services file says so now.
    case configuration([ManagedService])
    /// No decision from here on (R8, R9).
    case terminate
}
