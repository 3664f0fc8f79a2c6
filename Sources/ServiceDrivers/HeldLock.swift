// SPDX-License-Identifier: Apache-2.0

import Platform
import Synchronization

/// A lock that somebody took and still holds; let go when its owner lets go of it.
package final class HeldLock: Sendable {
    private let file: Mutex<FlockFile?>

    /// - Parameter file: nil: a lock that nobody else could take anyway, for tests.
    package init(_ file: consuming FlockFile?) { self.file = Mutex(file) }

    package func release() { file.withLock { $0 = nil } }
}

extension SystemHost {
    package func lock(_ path: String, within limit: Duration) async -> HeldLock? {
        if let slash = path.lastIndex(of: "/") { try? makeDirectory(String(path[..<slash])) }
        let deadline = timeSinceBoot() + limit
        while true {
            if let file = try? FlockFile(path) { return HeldLock(file) }
            if timeSinceBoot() >= deadline { return nil }
            await pause(.milliseconds(100))
        }
    }
}
