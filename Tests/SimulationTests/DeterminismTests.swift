// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Simulation

/// One seed decides everything.
struct DeterminismTests {
    private static func trace(_ play: (@escaping (Duration, String) -> Void) -> SimulationRun)
        -> [String]
    {
        var lines: [String] = []
        _ = play { at, text in lines.append("\(at.decimals) \(text)") }
        return lines
    }

    @Test("the same seed gives the same trace, line by line", arguments: [4711] as [UInt64])
    func mixed(seed: UInt64) {
        let first = Self.trace { SimulationRun.mixed(seed: seed, plan: .usual, tracer: $0) }
        let second = Self.trace { SimulationRun.mixed(seed: seed, plan: .usual, tracer: $0) }
        #expect(first == second)
        #expect(first.count > 500)
    }

    @Test("the same seed plays a scenario in the same way", arguments: Scenario.all)
    func scenario(_ scenario: Scenario) {
        let first = Self.trace { SimulationRun.of(scenario, seed: 3, tracer: $0) }
        let second = Self.trace { SimulationRun.of(scenario, seed: 3, tracer: $0) }
        #expect(first == second)
        #expect(first.count > 10)
    }

    @Test("another seed gives another trace")
    func otherSeed() {
        let first = Self.trace { SimulationRun.of(Scenario.powerCut, seed: 1, tracer: $0) }
        let second = Self.trace { SimulationRun.of(Scenario.powerCut, seed: 2, tracer: $0) }
        #expect(first != second)
    }

    @Test("times are printed with all of their microseconds, and no more")
    func decimals() {
        #expect(Duration.nanoseconds(59_393_605_999).decimals == "59.393605")
        #expect(Duration.microseconds(7).decimals == "0.000007")
        #expect((Duration.zero - .milliseconds(1500)).decimals == "-1.500000")
    }
}

extension Scenario: CustomTestStringConvertible {
    public var testDescription: String { "\(name) \(title)" }
}
