// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FailoverCore

/// A peer that writes a slot, and a listener that reads when its phase says.
private struct Disk {
    /// Seconds at which the peer writes.
    var writes: [Double]
    var phase: DiskPhase
    /// For each write that was seen, how late.
    private(set) var delays: [(write: Double, delay: Double)] = []
    private(set) var reads: [Double] = []
    private var seen = 0
    /// How late the n-th read is made, in seconds; a busy machine.
    var lateness: (Int) -> Double = { _ in 0 }

    init(_ writes: [Double], interval: Double, start: Double) {
        self.writes = writes
        phase = DiskPhase(interval: .seconds(interval), start: .seconds(start))
    }

    mutating func read(until end: Double) {
        while phase.nextRead < .seconds(end) {
            let now = phase.nextRead / .seconds(1) + lateness(reads.count)
            reads.append(now)
            let count = writes.count { $0 <= now }
            let changed = count != seen && reads.count > 1
            if changed { delays.append((writes[count - 1], now - writes[count - 1])) }
            seen = count
            phase.read(at: .seconds(now), changed: changed)
        }
    }
}

/// Beats of a peer whose writes come `jitter` late at most, made up from a seed.
private func beats(
    _ count: Int, every interval: Double, from: Double, jitter: Double, _ seed: UInt64
)
    -> [Double]
{
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { index in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return from + Double(index) * interval + jitter * Double(state % 1000) / 1000
    }
}

@Test(
    "after two seconds each write is seen within 0.1 s, with hardly more reads", arguments: 1...50)
func steered(seed: UInt64) {
    let from = 100 + Double(seed) / 50
    var disk = Disk(
        beats(300, every: 1, from: from, jitter: 0.01, seed), interval: 1, start: 100.3)
    disk.read(until: 390)
    let settled = disk.delays.filter { $0.write > 104 }
    #expect(settled.allSatisfy { $0.delay <= 0.1 }, "seed \(seed)")
    #expect(settled.count >= 284, "seed \(seed): writes seen \(settled.count)")
    #expect(disk.reads.count < 450, "seed \(seed): reads \(disk.reads.count)")
}

@Test("a read or a write that comes late once is made up for within eight beats", arguments: 1...40)
func lateOnce(seed: UInt64) {
    var writes = beats(120, every: 1, from: 100 + Double(seed) / 40, jitter: 0.005, seed)
    writes[40] += 0.4
    var disk = Disk(writes, interval: 1, start: 100.3)
    disk.lateness = { $0 == 110 ? 0.45 : 0 }
    disk.read(until: 215)
    let late = disk.delays.filter { $0.write > 104 && $0.delay > 0.1 }
    #expect(late.count <= 10, "seed \(seed): \(late)")
    #expect(disk.delays.suffix(10).allSatisfy { $0.delay <= 0.1 }, "seed \(seed)")
}

@Test(
    "a busy machine, a read in ten late by up to 0.3 s, is followed all the same", arguments: 1...20
)
func busy(seed: UInt64) {
    var disk = Disk(
        beats(300, every: 0.5, from: 100.2, jitter: 0.01, seed), interval: 0.5, start: 100)
    disk.lateness = { index in
        let dice = (UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ seed) >> 33
        return dice % 10 == 0 ? Double(dice % 300) / 1000 : 0.002
    }
    disk.read(until: 245)
    let settled = disk.delays.filter { $0.write > 104 }
    let late = settled.count { $0.delay > 0.1 }
    #expect(late * 100 <= settled.count * 15, "seed \(seed): \(late) of \(settled.count) late")
}

@Test("a C peer's beats, each a little later than a second, are followed", arguments: 1...20)
func drifting(seed: UInt64) {
    var disk = Disk(
        beats(300, every: 1.004, from: 100.5, jitter: 0.005, seed), interval: 1, start: 100)
    disk.read(until: 390)
    let settled = disk.delays.filter { $0.write > 104 }
    #expect(settled.allSatisfy { $0.delay <= 0.1 }, "seed \(seed)")
    #expect(disk.reads.count < 900, "seed \(seed): reads \(disk.reads.count)")
}

@Test("fast beats are followed as closely in proportion", arguments: 1...20)
func fast(seed: UInt64) {
    var disk = Disk(
        beats(300, every: 0.125, from: 100.5, jitter: 0.001, seed), interval: 0.125, start: 100)
    disk.read(until: 135)
    let settled = disk.delays.filter { $0.write > 101.5 }
    #expect(settled.allSatisfy { $0.delay <= 0.025 }, "seed \(seed)")
}

@Test("a slot that nobody writes is read once per interval")
func resting() {
    var disk = Disk([], interval: 1, start: 100)
    disk.read(until: 110)
    let before = disk.reads.count
    disk.read(until: 170)
    #expect(disk.reads.count - before <= 61)
}

@Test("a peer that comes back after a silence is followed again at once", arguments: 1...20)
func comesBack(seed: UInt64) {
    let first = beats(20, every: 1, from: 100.2, jitter: 0.01, seed)
    let second = beats(60, every: 1, from: 200.7, jitter: 0.01, seed + 99)
    var disk = Disk(first + second, interval: 1, start: 100)
    disk.read(until: 250)
    let settled = disk.delays.filter { $0.write > 203 }
    #expect(settled.allSatisfy { $0.delay <= 0.1 }, "seed \(seed)")
    #expect(settled.count >= 46)
}

@Test("a read that failed is made again after an interval")
func failed() {
    var phase = DiskPhase(interval: .seconds(1), start: .seconds(5))
    phase.failed(at: .seconds(5))
    #expect(phase.nextRead == .seconds(6))
}
