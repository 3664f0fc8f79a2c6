// SPDX-License-Identifier: Apache-2.0

/// A beat as the original programs lay it out: one C struct, little-endian, no trailer.
///
/// Written down a second time, from the specification's table 7.1 and not from `WireFormat`, so
/// that the product's codec meets bytes that are not its own.
package struct LegacyFrame: Equatable {
    /// Offsets and sizes of one layout.
    struct Shape {
        let services: Int
        let nameWidth: Int
        let stateWidth: Int
        let states: Int
        let hostid: Int
        let size: Int
        /// Bytes of a disk slot.
        let slot: Int
    }

    static func shape(of layout: LegacyPeer.Layout) -> Shape {
        switch layout {
        case .a:
            Shape(
                services: 16, nameWidth: 16, stateWidth: 1, states: 412, hostid: 492, size: 504,
                slot: 512)
        case .d:
            Shape(
                services: 128, nameWidth: 64, stateWidth: 4, states: 8348, hostid: 9372,
                size: 9384, slot: 9728)
        }
    }

    package var node = ""
    package var port = ""
    package var address = ""
    /// Name and state, a number from 0 to 9.
    package var services: [(name: String, state: UInt8)] = []
    package var elapsed: UInt32 = 0
    package var pid: Int32 = 0

    package static func == (a: LegacyFrame, b: LegacyFrame) -> Bool {
        a.node == b.node && a.elapsed == b.elapsed && a.pid == b.pid
    }

    package func encoded(as layout: LegacyPeer.Layout) -> [UInt8] {
        let shape = LegacyFrame.shape(of: layout)
        var bytes = [UInt8](repeating: 0, count: shape.size)
        func put(_ text: String, at offset: Int, upTo width: Int) {
            for (index, byte) in text.utf8.prefix(width).enumerated() {
                bytes[offset + index] = byte
            }
        }
        func put(_ number: UInt32, at offset: Int) {
            for index in 0..<4 {
                bytes[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
            }
        }
        put(node, at: 0, upTo: 127)
        put(1, at: 128)
        put(port, at: 136, upTo: 5)
        put(address, at: 141, upTo: 15)
        for (index, service) in services.prefix(shape.services).enumerated() {
            put(service.name, at: 156 + index * shape.nameWidth, upTo: shape.nameWidth - 1)
            switch layout {
            case .a: bytes[shape.states + index] = 48 + service.state
            case .d: put(UInt32(service.state), at: shape.states + 4 * index)
            }
        }
        put(0x090a_0109, at: shape.hostid)
        put(elapsed, at: shape.hostid + 4)
        put(UInt32(bitPattern: pid), at: shape.hostid + 8)
        return bytes
    }

    /// Reads whatever is there, unchecked, as the originals do.
    init(reading bytes: [UInt8], as layout: LegacyPeer.Layout) {
        let shape = LegacyFrame.shape(of: layout)
        func text(at offset: Int, upTo width: Int) -> String {
            let field = bytes[offset..<offset + width]
            return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
        }
        func number(at offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) }
        }
        node = text(at: 0, upTo: 128)
        for index in 0..<shape.services {
            let name = text(at: 156 + index * shape.nameWidth, upTo: shape.nameWidth)
            guard !name.isEmpty else { break }
            let state =
                switch layout {
                case .a: bytes[shape.states + index] &- 48
                case .d: UInt8(truncatingIfNeeded: number(at: shape.states + 4 * index))
                }
            services.append((name, state))
        }
        elapsed = number(at: shape.hostid + 4)
        pid = Int32(bitPattern: number(at: shape.hostid + 8))
    }

    package init() {}
}
