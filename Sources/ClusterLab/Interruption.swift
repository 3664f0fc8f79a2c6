// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// ^C and its relatives, noticed wherever a lab waits, so that it ends by its own clean-up.
package enum Interruption {
    private static let signal = Atomic<Int32>(0)

    /// From now on INT, TERM and HUP are noted instead of ending this process.
    package static func catchSignals() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            Glibc.signal(number) { Interruption.signal.store($0, ordering: .relaxed) }
        }
    }

    /// The signal that came, if one did.
    package static var caught: Int32? {
        let number = signal.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Throws `interrupted` after a signal.
    package static func check() throws {
        if caught != nil { throw LabError.interrupted }
    }
}
