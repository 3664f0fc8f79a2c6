// SPDX-License-Identifier: Apache-2.0

import CShims
import ClusterModel

/// Time since boot, suspends included (CLOCK_BOOTTIME): the only clock of decisions.
package func timeSinceBoot() -> Duration { .nanoseconds(cshims_boottime()) }

/// Seconds since 1970: for people and for the legacy frame only.
package func wallClockSeconds() -> Int64 { cshims_wallclock() }
