// SPDX-License-Identifier: Apache-2.0

import Board
import Platform

extension LinkSetting {
    /// The link in messages of our own: `net eth0 239.131.50.10 1234`.
    var subject: String {
        ([line.kind.rawValue] + line.senderArguments).joined(separator: " ")
    }

    // What operators grep for (specification, 9.5).
    var upText: String { "peer on \(place)up !" }
    var downText: String { "peer on \(place)down !" }

    private var place: String {
        switch line.kind {
        case .net, .unicast: "@ \(line.address) "
        case .disk: "\(line.device) "
        case .dio: "\(line.device)  "
        }
    }
}

extension LinkStatus {
    /// A beat went out, or came in fresh: the time, and how far it lies behind the last one.
    mutating func noteBeat(at now: Duration) {
        let beat = now.nanosecondsSinceBoot
        if beatAt != 0, beat > beatAt {
            let gap = beat - beatAt
            worstGap = max(worstGap, gap)
            let milliseconds = gap / 1_000_000
            let bits = UInt64.bitWidth - milliseconds.leadingZeroBitCount
            gapHistogram[min(bits, gapHistogram.count - 1)] &+= 1
        }
        beatAt = beat
        beatWallClock = wallClockSeconds()
    }
}
