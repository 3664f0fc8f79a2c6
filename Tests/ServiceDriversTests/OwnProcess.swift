// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension Trait where Self == ConditionTrait {
    /// Whoever waits for a program must not stand in line behind tests that reckon for seconds: all
    /// tests of a process share as many threads as there are processors, and behind thousands of them
    /// an answer has waited for minutes. `make test` sets this and runs nothing else meanwhile.
    static var ownProcess: Self {
        .enabled(
            if: getenv("EZ_OWN_PROCESS") != nil,
            "waits for programs: EZ_OWN_PROCESS=1 swift test --filter ServiceDriversTests")
    }
}
