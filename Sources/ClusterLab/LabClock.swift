// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The machine's own time since boot, on which all measurements of a lab are made.
///
/// Nodes have clocks of their own: `Node.clockOffset` leads from this one to theirs.
package enum LabClock {
    /// CLOCK_BOOTTIME of the machine that runs the lab.
    package static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Lets `duration` pass, or less if a signal arrives.
    package static func pause(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
    }
}

extension Duration {
    /// As a number of seconds, for printing and comparing with tolerances.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
