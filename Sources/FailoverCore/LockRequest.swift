// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// An action asks for its service's lock while another one has it (decision 15).
///
/// It never waits for that one to come to its end: it has its answer at once, unless the holder is
/// just beginning or ending, or was told to roll its grace period back. docs/service-states.md,
/// "While an action runs".
package struct LockRequest: Sendable {
    package enum Answer: Hashable, Sendable {
        /// After this pause.
        case tryAgain(after: Duration)
        /// Tell the holder to end its grace period, then try again after this pause.
        case endHolder(thenAfter: Duration)
        /// Exit code 0: what was asked for is under way already.
        case nothing
        /// Exit code 255, with the words of the table of actions.
        case refuse
        /// Exit code 255, naming the process that works on the service.
        case busy
    }

    /// How long an action may take to begin or to end.
    package static let beginning = Duration.milliseconds(500)
    /// How long a holder may take to roll its grace period back.
    package static let rollback = Duration.seconds(5)
    /// Between two attempts.
    package static let pause = Duration.milliseconds(5)

    private let request: ActionRequest
    private let began: Duration
    private var hasCancelled = false

    /// - Parameter now: The time of the first attempt.
    package init(_ request: ActionRequest, at now: Duration) {
        self.request = request
        began = now
    }

    /// Another action had the lock.
    ///
    /// - Parameters:
    ///   - own: The service's state on this node, read after the attempt.
    ///   - meaning: Which 7 it is, by the holder's record, if it is one.
    ///   - now: The time after both were read.
    package mutating func failed(
        in own: ServiceState, meaning: StartReadyMeaning, at now: Duration
    ) -> Answer {
        let waited = now - began
        switch HeldLockTable.answer(request, in: own, meaning: meaning) {
        case .nothing: return .nothing
        // It is on its way back, and may have been a step further already.
        case .refuse where hasCancelled && waited < Self.rollback,
            .busy where hasCancelled && waited < Self.rollback:
            return .tryAgain(after: Self.pause)
        case .refuse: return .refuse
        case .busy: return .busy
        case .cancelGracePeriod where waited < Self.rollback:
            hasCancelled = true
            return .endHolder(thenAfter: Self.pause)
        case .lookAgain where waited < Self.beginning: return .tryAgain(after: Self.pause)
        case .cancelGracePeriod, .lookAgain: return .busy
        }
    }
}
