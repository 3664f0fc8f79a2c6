// SPDX-License-Identifier: Apache-2.0

import FailoverCore

/// What a peer's beats may say of its clock and its interval, against the listener that plans its
/// reads by them.
///
/// Whatever they say, the next read lies ahead, not so soon that the disk is read without end, and
/// not later than a few intervals; and a beat was not written after it was read.
struct PhaseExamination {
    /// One read may follow another closely, when the first was late; eight may not.
    private static let inARow = 8
    private static let shortestRest = DiskPhase.shortestInterval / 10

    private var phase: DiskPhase
    private var now: Duration = .seconds(1)
    private var changes = 0
    /// The last rests between one read and the next.
    private var rests: [Duration] = []

    static func examine(_ input: [UInt8]) -> FuzzOutcome {
        var reader = InputReader(input)
        var examination = PhaseExamination(choice: reader.byte())
        while !reader.isAtEnd {
            if let broken = examination.step(&reader) {
                return FuzzOutcome(accepted: examination.changes, broken: broken)
            }
        }
        return FuzzOutcome(accepted: examination.changes)
    }

    private init(choice: UInt8) {
        let intervals: [Duration] = [.milliseconds(25), .milliseconds(500), .seconds(1)]
        phase = DiskPhase(interval: intervals[Int(choice) % intervals.count], start: now)
    }

    private mutating func step(_ reader: inout InputReader) -> String? {
        let choice = reader.byte()
        if choice & 0x40 != 0 {
            phase.peerBeats(every: .microseconds(Int64(reader.number(bytes: 4))))
        }
        // On time, or later: a read that hung, a machine that stood still.
        now = max(now, phase.nextRead) + lateness(reader.byte())
        if choice & 0x20 != 0 {
            phase.failed(at: now)
        } else {
            let stamp = stamp(choice, &reader)
            if let stamp {
                let write = phase.writeTime(of: stamp, readAt: now)
                guard write <= now else { return "read at \(now), written at \(write)" }
            }
            if choice & 1 == 1 { changes += 1 }
            phase.read(at: now, changed: choice & 1 == 1, stamp: stamp)
        }
        return planBroken()
    }

    private mutating func planBroken() -> String? {
        let rest = phase.nextRead - now
        guard rest > .zero else { return "the next read is \(rest) away" }
        rests = rests.suffix(Self.inARow - 1) + [rest]
        guard rests.count < Self.inARow || rests.reduce(.zero, +) >= Self.shortestRest else {
            return "\(Self.inARow) reads in a row, after \(rests)"
        }
        guard rest <= phase.interval * 4 else {
            return "reads again after \(rest), the interval is \(phase.interval)"
        }
        return nil
    }

    private func lateness(_ byte: UInt8) -> Duration {
        switch byte & 3 {
        case 0: .zero
        case 1: .milliseconds(Int(byte >> 2))
        case 2: phase.interval * Int(byte >> 2) / 16
        default: .seconds(Int(byte >> 2) * Int(byte >> 2) * 60)
        }
    }

    /// None, one near our own clock, or anything at all.
    private func stamp(_ choice: UInt8, _ reader: inout InputReader) -> Duration? {
        switch choice >> 1 & 3 {
        case 0: nil
        case 1: max(.zero, now - .milliseconds(Int(reader.byte())))
        case 2: .milliseconds(Int(reader.number(bytes: 3)))
        default: .nanoseconds(Int64(clamping: reader.number(bytes: 8)))
        }
    }
}
