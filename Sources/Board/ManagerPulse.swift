// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform

/// When nmond last read all links and settled what follows from them: it does so once a second at
/// least. Its page says what it knows and changes only with that; this says how old the knowledge is.
///
/// A page of its own, since every change of nmond's page has the senders read it anew.
package final class ManagerPulse {
    private let page: PageHandle
    private static let version: UInt32 = 1

    package init(writing directory: RunDirectory) throws(SystemError) {
        page = try PageHandle(
            writing: directory.managerPulse, capacity: 8, version: ManagerPulse.version)
    }

    package init(reading directory: RunDirectory) throws(SystemError) {
        page = try PageHandle(reading: directory.managerPulse, version: ManagerPulse.version)
    }

    /// - Parameter now: The time at which the links were read, since boot.
    package func beat(at now: Duration) {
        withUnsafeBytes(of: now.nanosecondsSinceBoot) { page.publish($0, nil) }
    }

    /// nil when there is none to be had just now.
    package func last() -> Duration? {
        var nanoseconds: UInt64 = 0
        let count = withUnsafeMutableBytes(of: &nanoseconds) { page.read(into: $0) }
        guard count == 8, nanoseconds <= UInt64(Int64.max) else { return nil }
        return Duration(nanosecondsSinceBoot: nanoseconds)
    }
}
