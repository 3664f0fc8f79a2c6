// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// How the C receivers read what arrives: by fixed offsets, unchecked.
///
/// Written from the table of layouts and not from the decoder, which refuses what these take.
struct LegacyFrame {
    let bytes: [UInt8]
    let layout: Layout

    var node: String { text(at: 0, width: 128) }

    var elapsed: UInt32 { number(at: layout.size - 8) }

    /// Name and state as the receiver would store them, up to the first empty name.
    var entries: [(name: String, state: ServiceState)] {
        var list: [(String, ServiceState)] = []
        for index in 0..<layout.capacity {
            let name = text(at: 156 + index * layout.nameWidth, width: layout.nameWidth)
            guard !name.isEmpty else { break }
            list.append((name, state(at: layout.statesOffset + index * layout.stateWidth)))
        }
        return list
    }

    /// What a reader of the state file makes of what the receiver wrote there: the byte itself, or the
    /// first character of the number's decimal text, and STOPPED where that is no digit.
    private func state(at offset: Int) -> ServiceState {
        let digit: UInt8
        if layout.stateWidth == 1 {
            digit = bytes[offset]
        } else {
            let value = Int32(bitPattern: number(at: offset))
            digit = String(value).utf8.first!
        }
        return ServiceState(digit: digit) ?? .stopped
    }

    private func text(at offset: Int, width: Int) -> String {
        let field = bytes[offset..<min(offset + width, bytes.count)]
        return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func number(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
}
