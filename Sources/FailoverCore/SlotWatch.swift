// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// When a disk listener reads its peer's slot: once per interval, shortly after the peer's write
/// (`DiskPhase`), once more at once after a torn slot, and once more before silence is judged.
///
/// Whoever owns the disk reads at `wakeAt`, has the bytes judged, and says by `looked` or `failed`
/// what came of it; what the beat itself said comes in between, by `peerBeats` and `lookBefore`.
package struct SlotWatch: Equatable, Sendable {
    /// The last read was torn: the next one, due at once, is the second look at the same slot.
    package private(set) var isSecondLook = false

    private var phase: DiskPhase
    /// Of the last read that was torn.
    private var tornAt: Duration = .zero
    private var lastLook: Duration?
    /// Of the beat that the present read brought.
    private var stamp: Duration?

    /// - Parameters:
    ///   - interval: The peer's, as far as we know before it has said so.
    ///   - start: When to read first.
    package init(interval: Duration, start: Duration) {
        phase = DiskPhase(interval: interval, start: start)
    }

    /// When to read next.
    package var wakeAt: Duration {
        isSecondLook ? tornAt : min(phase.nextRead, lastLook ?? phase.nextRead)
    }

    /// Has the slot read at this time at the latest (`BeatJudge.lastLook`).
    package mutating func lookBefore(_ deadline: Duration) { lastLook = deadline }

    /// What a fresh beat says: the peer's interval, and its own time; before `looked` of its read.
    package mutating func peerBeats(every interval: Duration, at stamp: Duration?) {
        phase.peerBeats(every: interval)
        self.stamp = stamp
    }

    /// When a beat that a read from `now` on shows was written, as nearly as can be told: `now`, or
    /// earlier.
    package func sendTime(of stamp: Duration, heardAt now: Duration) -> Duration {
        phase.writeTime(of: stamp, readAt: now)
    }

    /// A read that began at `began` brought bytes.
    ///
    /// After it, `isSecondLook` says that these bytes do not count yet: the ones to compare with stay
    /// those of the read before.
    ///
    /// - Parameters:
    ///   - changed: They are not those of the last read that counted.
    ///   - wasTorn: The judge said so.
    package mutating func looked(at began: Duration, changed: Bool, wasTorn: Bool) {
        passed(began)
        if wasTorn, !isSecondLook {
            isSecondLook = true
            tornAt = began
            return
        }
        isSecondLook = false
        phase.read(at: began, changed: changed, stamp: stamp)
        stamp = nil
    }

    /// A read could not be made, or was refused: again after an interval.
    ///
    /// - Parameter began: When it was begun, if that was earlier.
    package mutating func failed(at now: Duration, begun began: Duration? = nil) {
        passed(began ?? now)
        isSecondLook = false
        stamp = nil
        phase.failed(at: now)
    }

    /// A read that began then was the last look too, if that was due.
    private mutating func passed(_ began: Duration) {
        if let lastLook, lastLook <= began { self.lastLook = nil }
    }
}
