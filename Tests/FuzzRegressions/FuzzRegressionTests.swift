// SPDX-License-Identifier: Apache-2.0

import Foundation
import FuzzTargets
import Testing

/// Inputs that once broke a promise, and the seeds that fuzzing starts from, tried again.
@Suite("Inputs of the fuzzer") struct FuzzRegressionTests {
    struct Input: CustomTestStringConvertible, Sendable {
        let target: FuzzTarget
        let file: URL
        var testDescription: String { "\(target.rawValue)/\(file.lastPathComponent)" }
        var bytes: [UInt8] { [UInt8](FileManager.default.contents(atPath: file.path) ?? Data()) }
    }

    static let inputs: [Input] = FuzzTarget.allCases.flatMap { target in
        let folder = Bundle.module.resourceURL!.appendingPathComponent("Inputs/\(target.rawValue)")
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).sorted { $0.path < $1.path }.map { Input(target: target, file: $0) }
    }

    @Test("break no promise", arguments: FuzzRegressionTests.inputs)
    func replayed(input: Input) { #expect(input.target.examine(input.bytes).broken == nil) }

    @Test(
        "are there for every target, and some of each pass what reads them",
        arguments: FuzzTarget.allCases)
    func reached(target: FuzzTarget) {
        let inputs = Self.inputs.filter { $0.target == target }
        #expect(inputs.contains { target.examine($0.bytes).accepted > 0 })
    }

    /// Each value in another way than its neighbours; fuzzing tries the rest.
    @Test("a state of the core in which one value is another one is refused, or told like any")
    func altered() {
        for place in 0..<CoreExamination.places {
            let kind = UInt8(place * 7 % CoreExamination.kinds)
            let input = [UInt8(place & 0xFF), UInt8(place >> 8), kind]
            #expect(FuzzTarget.core.examine(input).broken == nil)
        }
    }

    /// A little of what `make fuzz` does, where no fuzzer is.
    @Test("break no promise when they are cut, doubled and spoilt", arguments: FuzzTarget.allCases)
    func spoilt(target: FuzzTarget) {
        var spoiler = Spoiler(state: 1)
        for input in Self.inputs where input.target == target {
            for _ in 0..<40 {
                let bytes = spoiler.spoilt(input.bytes)
                guard let broken = target.examine(bytes).broken else { continue }
                let text = Data(bytes).base64EncodedString()
                Issue.record("\(input.testDescription): \(broken)\n\(text)")
                return
            }
        }
    }
}

/// Small damage, the same on every run.
private struct Spoiler {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(bound, 1)
    }

    mutating func spoilt(_ whole: [UInt8]) -> [UInt8] {
        var bytes = whole
        for _ in 0...below(4) where !bytes.isEmpty {
            let place = below(bytes.count)
            switch below(5) {
            case 0: bytes[place] = UInt8(below(256))
            case 1: bytes[place] ^= 1 << UInt8(below(8))
            case 2: bytes.removeSubrange(place..<min(place + 1 + below(8), bytes.count))
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(1 + below(40)), at: place)
            default: bytes.removeLast(below(bytes.count / 4 + 1))
            }
        }
        return bytes
    }
}
