// SPDX-License-Identifier: Apache-2.0

import HostileBeats
import Testing

@testable import WireFormat

@Suite("Hostile datagrams and slots") struct HostileTests {
    /// Quick here; `bench` runs the same with millions.
    @Test(
        "trap nothing, and what a receiver accepts is decoded without an error",
        arguments: 1...8 as ClosedRange<UInt64>)
    func survived(seed: UInt64) {
        var examination = Examination(node: "node1")
        // Layout A is the quickest; one seed has them all.
        let layouts: [Layout] = seed == 1 ? [.a, .c, .d] : [.a]
        let count = seed == 1 ? 1_000 : 4_000
        for bytes in HostileBeats(seed: seed, node: "node1", layouts: layouts).prefix(count) {
            if let broken = examination.brokenPromise(for: bytes) {
                Issue.record("seed \(seed), beat \(examination.examined): \(broken)")
                return
            }
        }
        #expect(examination.accepted > count / 10, "so few that nothing was tried")
    }
}
