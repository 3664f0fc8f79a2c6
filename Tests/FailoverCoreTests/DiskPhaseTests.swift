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
    /// By how much the peer's clock is ahead, if its beats say what it shows.
    var clockAhead: Double?
    /// How long the n-th write takes from its time stamp to the medium, in seconds.
    var writing: (Int) -> Double = { _ in 0 }
    /// For each write that was seen, by how much it is said to have been made before its time stamp.
    private(set) var early: [Double] = []
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
            let stamp = clockAhead.flatMap {
                count > 0 ? Duration.seconds(writes[count - 1] - writing(count - 1) + $0) : nil
            }
            if changed, let stamp, let clockAhead {
                let told = phase.writeTime(of: stamp, readAt: .seconds(now))
                early.append((stamp - told) / .seconds(1) - clockAhead)
            }
            phase.read(at: .seconds(now), changed: changed, stamp: changed ? stamp : nil)
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

@Test(
    "beats sent early for news do not lead it astray where beats tell their time", arguments: 1...50
)
func news(seed: UInt64) {
    let from = 100 + Double(seed) / 50
    let regular = beats(200, every: 1, from: from, jitter: 0.004, seed)
    let early = regular.enumerated().filter { ($0.offset + Int(seed)) % 7 < 3 }.map {
        $0.element + Double(($0.offset &* 37 + Int(seed)) % 90 + 5) / 100
    }
    var disk = Disk((regular + early).sorted(), interval: 1, start: 100.3)
    disk.clockAhead = 5000.25
    disk.read(until: 295)
    let settled = disk.delays.filter { $0.write > 108 && regular.contains($0.write) }
    #expect(
        settled.allSatisfy { $0.delay <= 0.1 }, "seed \(seed): \(settled.filter { $0.delay > 0.1 })"
    )
    #expect(settled.count >= 180, "seed \(seed): writes seen \(settled.count)")
    #expect(disk.reads.count < 600, "seed \(seed): reads \(disk.reads.count)")
}

@Test("a beat for news that shows an interval later counts from when it was written")
func newsIsOld() {
    let writes = (0..<12).map { 100.5 + Double($0) } + [111.6]
    var disk = Disk(writes, interval: 1, start: 100)
    disk.clockAhead = 5000
    disk.read(until: 112.3)
    let stamp = Duration.seconds(5000 + 111.6)
    let told = disk.phase.writeTime(of: stamp, readAt: .seconds(112.5)) / .seconds(1)
    #expect((111.6...111.7).contains(told), "\(told)")
    // What cannot be true is not believed: the read's own time counts.
    for wrong: Double in [5000 + 120, 5000 + 100, 3] {
        let stamp = Duration.seconds(wrong)
        #expect(disk.phase.writeTime(of: stamp, readAt: .seconds(112.5)) == .seconds(112.5))
    }
}

@Test(
    "silence never counts from before the beat, on a slow disk, a busy machine or with news",
    arguments: 1...200)
func neverEarly(seed: UInt64) {
    let interval = seed % 2 == 0 ? 1.0 : 0.5
    func dice(_ index: Int, _ salt: UInt64) -> Double {
        let mixed = (UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ seed &* 77) ^ salt
        return Double((mixed &* 0xBF58_476D_1CE4_E5B9) >> 40) / Double(1 << 24)
    }
    let writing = { dice($0, 1) < 0.1 ? dice($0, 2) * 0.6 * interval : dice($0, 2) * 0.01 }
    let stamps = (0..<400).flatMap { beat -> [Double] in
        let regular = 100 + Double(seed) / 50 + Double(beat) * interval
        let news = regular + interval * dice(beat, 4) * 0.9
        return dice(beat, 3) < 0.2 ? [regular, news] : [regular]
    }
    var writes: [Double] = []
    for (index, stamp) in stamps.enumerated() {
        writes.append(max(stamp + writing(index), (writes.last ?? 0) + 0.001))
    }
    var disk = Disk(writes, interval: interval, start: 100.3)
    disk.clockAhead = 5000.25
    disk.writing = { writes[$0] - stamps[$0] }
    disk.lateness = { dice($0, 5) < 0.1 ? dice($0, 6) * 0.3 : 0.002 }
    disk.read(until: 100 + 390 * interval)
    #expect((disk.early.max() ?? 1) < 0.005, "seed \(seed): \(disk.early.max() ?? 1)")
}

@Test("a peer whose clock begins anew is followed again", arguments: 1...20)
func reboot(seed: UInt64) {
    var disk = Disk(
        beats(30, every: 1, from: 100.2, jitter: 0.01, seed), interval: 1, start: 100)
    disk.clockAhead = 5000
    disk.read(until: 128)
    disk.clockAhead = -90
    disk.writes += beats(60, every: 1, from: 140.7, jitter: 0.01, seed + 7)
    disk.read(until: 195)
    let settled = disk.delays.filter { $0.write > 144 }
    #expect(settled.allSatisfy { $0.delay <= 0.1 }, "seed \(seed)")
    #expect(settled.count >= 48)
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
