// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FailoverCore

@Suite("When a slot is read") struct SlotWatchTests {
    private var watch = SlotWatch(interval: .seconds(1), start: .seconds(100))

    @Test("a torn slot is read a second time at once, and not a third time")
    mutating func torn() {
        watch.looked(at: .seconds(100), changed: true, wasTorn: true)
        #expect(watch.isSecondLook && watch.wakeAt == .seconds(100))
        watch.looked(at: .seconds(100.01), changed: true, wasTorn: true)
        #expect(!watch.isSecondLook && watch.wakeAt > .seconds(100.01))
    }

    @Test("the second look steers the phase as if it were the first")
    mutating func secondLookCounts() {
        var whole = watch
        whole.looked(at: .seconds(100.01), changed: true, wasTorn: false)
        watch.looked(at: .seconds(100), changed: true, wasTorn: true)
        watch.looked(at: .seconds(100.01), changed: true, wasTorn: false)
        #expect(watch.wakeAt == whole.wakeAt)
    }

    @Test("a last look comes before its time, once")
    mutating func lastLook() {
        rest(until: 110)
        let next = watch.wakeAt
        watch.lookBefore(next - .seconds(0.3))
        #expect(watch.wakeAt == next - .seconds(0.3))
        watch.looked(at: watch.wakeAt, changed: false, wasTorn: false)
        #expect(watch.wakeAt == next + .seconds(0.7))
        watch.lookBefore(next + .seconds(5))
        #expect(watch.wakeAt == next + .seconds(0.7))
    }

    @Test("a read that failed is made again after an interval, as a first look")
    mutating func failed() {
        watch.looked(at: .seconds(100), changed: true, wasTorn: true)
        watch.failed(at: .seconds(101), begun: .seconds(100.5))
        #expect(!watch.isSecondLook && watch.wakeAt == .seconds(102))
    }

    @Test("a last look that fell due while a read failed is made at once")
    mutating func dueMeanwhile() {
        watch.lookBefore(.seconds(103))
        watch.failed(at: .seconds(104), begun: .seconds(102))
        #expect(watch.wakeAt == .seconds(103))
        watch.failed(at: .seconds(104))
        #expect(watch.wakeAt == .seconds(105))
    }

    @Test("nobody writes: one read per interval, of the peer's interval once that is known")
    mutating func resting() {
        rest(until: 110)
        let before = watch.wakeAt
        watch.peerBeats(every: .seconds(3), at: nil)
        watch.looked(at: before, changed: false, wasTorn: false)
        #expect(watch.wakeAt == before + .seconds(3))
    }

    @Test("beats that tell their time are told to be as old as they are")
    mutating func sendTime() {
        var written = Duration.seconds(100.5)
        var seen: Duration?
        while written < .seconds(112) {
            let now = watch.wakeAt
            let changed = now >= written
            if changed {
                watch.peerBeats(every: .seconds(1), at: written + .seconds(5000))
                seen = watch.sendTime(of: written + .seconds(5000), heardAt: now)
                #expect((now - .seconds(0.2)...now).contains(seen ?? .zero))
                written += .seconds(1)
            }
            watch.looked(at: now, changed: changed, wasTorn: false)
        }
        let late = watch.sendTime(of: .seconds(5000 + 111.6), heardAt: .seconds(112.4))
        #expect((.seconds(111.6)...(.seconds(111.7))).contains(late), "\(late)")
    }

    private mutating func rest(until end: Double) {
        while watch.wakeAt < .seconds(end) {
            watch.looked(at: watch.wakeAt, changed: false, wasTorn: false)
        }
    }
}
