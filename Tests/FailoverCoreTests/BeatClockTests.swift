// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FailoverCore

@Test("beats stay on their grid, whenever the loop wakes and whatever is sent between")
func grid() {
    var clock = BeatClock(interval: .seconds(1), start: .seconds(100))
    clock.passed(.seconds(100.003))
    #expect(clock.nextBeat == .seconds(101))
    clock.passed(.seconds(100.5))
    #expect(clock.nextBeat == .seconds(101))
    clock.passed(.seconds(101))
    #expect(clock.nextBeat == .seconds(102))
}

@Test("beats that were missed are not made up for")
func missedBeats() {
    var clock = BeatClock(interval: .milliseconds(250), start: .seconds(10))
    clock.passed(.seconds(3610.1))
    #expect(clock.nextBeat == .seconds(3610.25))
}

@Test("beat numbers grow even when the clock does not")
func beatNumbers() {
    var clock = BeatClock(interval: .seconds(1), start: .zero)
    let numbers = [5, 5, 6].map { clock.beatNumber(at: .seconds($0)) }
    #expect(numbers == [5_000_000_000, 5_000_000_001, 6_000_000_000])
}

@Test(
    "the second sent differs from the one sent a second before, also when the clock does not",
    arguments: [
        // (beat at, wall clock, sent)
        [(0.0, 100, 100), (1.0, 101, 101), (2.0, 102, 102)],
        [(0.0, 100, 100), (1.0, 100, 101), (2.0, 100, 100), (3.0, 100, 101)],
        [(0.0, 100, 100), (1.0, 20, 20), (2.0, 21, 21)],
        [(0.0, 100, 100), (0.999, 100, 101), (2.0, 102, 102)],
        [(0.0, 100, 100), (0.4, 100, 100), (1.0, 101, 101)],
        [(0.0, 100, 100), (0.25, 100, 100), (0.5, 100, 100), (0.75, 100, 100), (1.0, 101, 101)],
        [(0.0, 100, 100), (1.0, 100, 101), (2.0, 101, 102), (3.0, 103, 103)],
    ] as [[(Double, Int64, UInt32)]])
func elapsed(beats: [(Double, Int64, UInt32)]) {
    var clock = BeatClock(interval: .seconds(1), start: .zero)
    for (at, wall, sent) in beats {
        let elapsed = clock.elapsed(wallClock: wall, at: .seconds(at))
        #expect(elapsed == sent, "at \(at) s")
    }
}

@Test("a leftover trailer is one that stays while the second in front of it changes twice")
func remnant() {
    var remnant = TrailerRemnant()
    func sees(_ tail: UInt64, _ elapsed: UInt32) -> Bool {
        remnant.isLeftover(tail: tail, elapsed: elapsed)
    }
    let first = [sees(7, 100), sees(7, 100), sees(7, 101), sees(7, 102), sees(7, 102)]
    #expect(first == [false, false, false, true, true])
    let other = sees(8, 103)
    remnant.clear()
    let cleared = sees(8, 104)
    #expect(!other && !cleared)
}
