// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// Whole nanoseconds since boot: how pages and trailers carry a time (CLOCK_BOOTTIME).
    ///
    /// Rounds towards zero; a precondition holds it within 0 to 292 years.
    package var nanosecondsSinceBoot: UInt64 {
        UInt64(attoseconds / 1_000_000_000)
    }

    package init(nanosecondsSinceBoot nanoseconds: UInt64) {
        self = .nanoseconds(Int64(nanoseconds))
    }
}
