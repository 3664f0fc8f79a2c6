// SPDX-License-Identifier: Apache-2.0

/// When to try again what failed: soon at first, then less often.
struct RetryDelay {
    private static let longest = Duration.seconds(2)

    /// Time since boot before which trying again is of no use.
    private(set) var next: Duration = .zero
    private var delay: Duration
    private let first: Duration

    init(first: Duration) {
        self.first = first
        delay = first
    }

    mutating func failed(at now: Duration) {
        next = now + delay
        delay = min(delay * 2, Self.longest)
    }

    mutating func succeeded() {
        next = .zero
        delay = first
    }
}
