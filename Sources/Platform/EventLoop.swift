// SPDX-License-Identifier: Apache-2.0

import CShims
import ClusterModel
import Glibc

/// epoll, one absolute CLOCK_BOOTTIME timer, and signals: what every loop here waits on.
package final class EventLoop {
    package enum Event: Equatable, Sendable {
        /// A watched descriptor is readable (or has an error or a hang-up).
        case readable(token: UInt64)
        case signal(CInt)
        /// The deadline has passed.
        case timer
    }

    private let poll: Descriptor
    private let timer: Descriptor
    private let signals: Descriptor
    private let tokens = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 32)
    /// What the timer is set to, nanoseconds; -1 while it is not.
    private var armed: Int64 = -1

    private static let timerToken = UInt64.max
    private static let signalToken = UInt64.max - 1

    /// Blocks `signals` for the process and takes them as events from here on.
    package init(signals: [CInt]) throws(SystemError) {
        poll = Descriptor(try check("open event loop", "", cshims_open_loop()))
        timer = Descriptor(try check("open timer", "", cshims_open_timer()))
        let opened = cshims_open_signals(signals, CInt(signals.count))
        self.signals = Descriptor(try check("take signals", "", opened))
        let timed = cshims_loop_watch(poll.number, timer.number, EventLoop.timerToken)
        try check("watch timer", "", timed)
        let signalled = cshims_loop_watch(poll.number, self.signals.number, EventLoop.signalToken)
        try check("watch signals", "", signalled)
    }

    deinit { tokens.deallocate() }

    /// - Parameter token: Comes back with each event; below 2^64 - 2. Of a descriptor that is closed
    ///   or no longer watched, an event may still come in the same `wait`.
    package func watch(_ descriptor: CInt, token: UInt64) throws(SystemError) {
        precondition(token < EventLoop.signalToken, "token \(token) is the loop's own")
        try check("watch", "", cshims_loop_watch(poll.number, descriptor, token))
    }

    /// To be called before the descriptor is closed.
    package func unwatch(_ descriptor: CInt) {
        _ = cshims_loop_unwatch(poll.number, descriptor)
    }

    /// Waits until `deadline` (time since boot; nil for ever) and hands over each event. Allocates
    /// nothing. Always returns after at least one event or an interruption.
    package func wait(until deadline: Duration?, handle: (Event) -> Void) {
        arm(deadline.map { Int64(max($0, .zero).nanosecondsSinceBoot) } ?? -1)
        let count = cshims_loop_wait(poll.number, tokens.baseAddress, CInt(tokens.count))
        precondition(count >= 0, "epoll_wait: \(errorText(-count))")
        for index in 0..<Int(count) {
            switch tokens[index] {
            case EventLoop.timerToken:
                guard cshims_clear_timer(timer.number) > 0 else { continue }
                armed = -1
                handle(.timer)
            case EventLoop.signalToken:
                while case let signal = cshims_next_signal(signals.number), signal > 0 {
                    handle(.signal(signal))
                }
            case let token:
                handle(.readable(token: token))
            }
        }
    }

    private func arm(_ deadline: Int64) {
        guard deadline != armed else { return }
        let set = cshims_set_timer(timer.number, deadline)
        precondition(set >= 0, "timerfd_settime: \(errorText(-set))")
        armed = deadline
    }
}
