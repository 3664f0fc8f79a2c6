// SPDX-License-Identifier: Apache-2.0

/// One run of one machine (or container): tells a reboot from a restart of the daemons.
///
/// The kernel's boot id and the start time of process 1 of our PID namespace (decision 9).
package struct BootIdentity: Hashable, Sendable, BitwiseCopyable, Codable {
    /// The 128 bits of the kernel's `boot_id`, as two big-endian halves of its text.
    package let high: UInt64
    package let low: UInt64
    /// Field 22 of `/proc/1/stat`: clock ticks from the kernel's boot to the start of process 1.
    package let initStart: UInt64

    package init(high: UInt64, low: UInt64, initStart: UInt64) {
        self.high = high
        self.low = low
        self.initStart = initStart
    }
}
