// SPDX-License-Identifier: Apache-2.0

import CShims

/// epoll, one absolute CLOCK_BOOTTIME timer, and signals: what every loop here waits on.
package final class EventLoop {
    package enum Event: Equatable, Sendable {
        /// A watched descriptor is readable (or has an error or a hang-up).
        case readable(token: UInt64)
        case signal(CInt)
        /// The deadline has passed.
        case timer
    }

    /// Blocks `signals` for the process and takes them as events from here on.
    package init(signals: [CInt]) throws(SystemError) { fatalError("stub") }
    deinit {}

    package func watch(_ descriptor: CInt, token: UInt64) throws(SystemError) { fatalError("stub") }
    package func unwatch(_ descriptor: CInt) { fatalError("stub") }

    /// Waits until `deadline` (time since boot; nil for ever) and hands over each event. Allocates
    /// nothing. Always returns after at least one event or an interruption.
    package func wait(until deadline: Duration?, handle: (Event) -> Void) { fatalError("stub") }
}
