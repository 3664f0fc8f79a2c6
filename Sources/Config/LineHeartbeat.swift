// SPDX-License-Identifier: Apache-2.0

import WireFormat

extension MonitorLine {
    /// What the sender of this line says: what the node has to say, and what is this line's own.
    ///
    /// - Parameters:
    ///   - source: As nmond published it; of its trailer only beat number and time are missing.
    ///   - hostID: Of this machine.
    ///   - pid: Of the sender.
    ///   - managerAbsent: No nmond stands behind it (decision 17).
    ///   - sendsTrailer: The tunable: false drops the trailer.
    package func heartbeat(
        saying source: Heartbeat, node: String, hostID: UInt32, pid: Int32, managerAbsent: Bool,
        sendsTrailer: Bool
    ) -> Heartbeat {
        var heartbeat = source
        heartbeat.node = node
        heartbeat.up = kind.isDisk && heartbeat.services.isEmpty ? 0 : 1
        heartbeat.port = kind.isDisk ? "" : String(port.prefix(5))
        heartbeat.address = kind.isDisk ? "" : address
        heartbeat.hostID = hostID
        heartbeat.pid = pid
        heartbeat.trailer?.interval = interval
        heartbeat.trailer?.managerAbsent = managerAbsent
        if !sendsTrailer { heartbeat.trailer = nil }
        return heartbeat
    }
}
