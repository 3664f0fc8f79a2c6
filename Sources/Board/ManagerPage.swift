// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform
import WireFormat

/// What nmond publishes: what to beat, and what it knows. Both change in one step, so that an
/// acknowledgement never leaves before the state that it acknowledges can be read here.
package struct ManagerReport: Equatable, Sendable {
    package var pid: Int32
    package var startedAt: Duration
    /// nmond was told to end and ended by itself: the guard does not bring it back.
    package var endedOnRequest: Bool
    /// What senders send: node, services and trailer are filled in; port, address, elapsed, pid, beat
    /// and interval are theirs.
    package var heartbeat: Heartbeat
    package var peers: [PeerView]
    package var services: [ServiceView]
    /// Effective tunables (decision 21), as `Tunables.published`.
    package var tunables: [String: String]

    package init(
        pid: Int32, startedAt: Duration, endedOnRequest: Bool = false, heartbeat: Heartbeat,
        peers: [PeerView] = [], services: [ServiceView] = [], tunables: [String: String] = [:]
    ) {
        self.pid = pid
        self.startedAt = startedAt
        self.endedOnRequest = endedOnRequest
        self.heartbeat = heartbeat
        self.peers = peers
        self.services = services
        self.tunables = tunables
    }
}

/// nmond's page. Counts only while `lockHolder(<proc>/nmond.key)` is someone.
package final class ManagerPage {
    private let page: PageHandle

    private static let version: UInt32 = 1

    /// - Parameter size: Room for every report that can come, see `ManagerReport.largestSize`.
    package init(writing directory: RunDirectory, size: Int) throws(SystemError) {
        page = try PageHandle(
            writing: directory.managerPage, capacity: size, version: ManagerPage.version)
    }

    /// Makes room for larger reports; readers go on with the last one until the next is published.
    package func reserve(_ size: Int) throws(SystemError) { try page.reserve(size) }

    package init(reading directory: RunDirectory) throws(SystemError) {
        page = try PageHandle(reading: directory.managerPage, version: ManagerPage.version)
    }

    package func publish(_ report: ManagerReport) {
        report.encoded.withUnsafeBytes { page.publish($0, nil) }
    }

    /// nil before the first publish, while the page is being replaced, or if it makes no sense.
    package func read() -> ManagerReport? {
        page.content().flatMap { ManagerReport(encoded: $0) }
    }

    /// Changes with every publish, and when another process takes the page over.
    package var sequence: UInt64 { page.sequence }
}
