// SPDX-License-Identifier: Apache-2.0

import Logging
import WireFormat

/// Tells the log which beats are not taken: each reason at most once a minute.
struct DropLog {
    private static let pause = Duration.seconds(60)

    private let log: Logger
    private let subject: String
    private var next = InlineArray<16, Duration>(repeating: .zero)

    init(_ log: Logger, _ subject: String) {
        self.log = log
        self.subject = subject
    }

    mutating func note(_ reason: DropReason, count: UInt64, at now: Duration) {
        let index = Int(reason.rawValue)
        guard now >= next[index] else { return }
        next[index] = now + Self.pause
        log.warning("\(subject): beat dropped: \(reason.explanation) (\(count) so far)")
    }
}
