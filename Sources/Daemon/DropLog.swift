// SPDX-License-Identifier: Apache-2.0

import Logging
import WireFormat

/// Tells the log which beats are not taken: each reason at most once a minute.
struct DropLog {
    private static let pause = Duration.seconds(60)

    private let log: Logger
    private let subject: String
    private var next = InlineArray<16, Duration>(repeating: .zero)

    init(_ log: Logger, _ subject: String) {
        self.log = log
        self.subject = subject
    }

    mutating func note(_ reason: DropReason, count: UInt64, at now: Duration) {
        let index = Int(reason.rawValue)
        guard now >= next[index] else { return }
        next[index] = now + Self.pause
        log.warning("\(subject): \(reason.text), not taken (\(count) so far)")
    }
}

extension DropReason {
    fileprivate var text: String {
        switch self {
        case .tooShort: "beat too short"
        case .wrongLength: "beat of an unknown length"
        case .otherLayout: "the peer speaks another layout than ours (EZ_WIRE)"
        case .emptyNode: "beat without a node name"
        case .foreignNode: "beat of another node"
        case .ownNode: "beat in our own name"
        case .unterminatedName: "beat with an unterminated name"
        case .badTrailer: "beat with a damaged trailer"
        case .missingTrailer: "beat without the trailer that this peer sends"
        case .stale: "beat older than one already heard"
        case .foreignAddress: "beat for another address"
        case .blank: "blank slot"
        }
    }
}
