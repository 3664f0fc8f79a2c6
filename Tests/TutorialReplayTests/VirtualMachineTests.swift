// SPDX-License-Identifier: Apache-2.0

import ClusterLab
import Testing

/// What only kernels of their own can show: two machines at a time, one test after the other.
@Suite(
    .enabled(if: VirtualLab.obstacle == nil, "\(VirtualLab.obstacle ?? "")"), .serialized)
struct VirtualMachineTests {
    @Suite(.virtualLab) struct Tutorial {
        @Test("The tutorial runs on two virtual machines with real LVM, to the letter as well")
        func tutorial() throws {
            let machines = try #require(VirtualLab.current).machines
            try Replay(machines[0], machines[1]).play()
        }
    }
}

extension Trait where Self == VirtualLabTrait {
    /// Two virtual machines for the tests of a suite, who find them in `VirtualLab.current`.
    static var virtualLab: Self { Self() }
}

struct VirtualLabTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let lab = try VirtualLab()
        defer { lab.shutDown() }
        try await VirtualLab.$current.withValue(lab, operation: function)
    }
}
