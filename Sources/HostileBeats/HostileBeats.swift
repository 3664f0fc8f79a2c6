// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// What no honest sender sends: random bytes, and good beats that were damaged on purpose.
///
/// Endless, and the same for the same seed. Half of the damaged trailers get a right checksum again,
/// so that what lies behind the checksum is tried too.
package struct HostileBeats: Sequence, IteratorProtocol, Sendable {
    private var random: Xorshift
    private let good: [[UInt8]]

    /// - Parameters:
    ///   - node: Whose beats are damaged.
    ///   - layouts: Which layouts; the small ones come quicker.
    package init(seed: UInt64, node: String, layouts: [Layout] = [.a, .c, .d]) {
        random = Xorshift(seed: seed)
        good = layouts.flatMap { layout in
            [0, 3, layout.capacity, layout.capacity + 5].flatMap { count in
                [false, true].compactMap { hasTrailer in
                    let beat = HostileBeats.beat(of: node, services: count, hasTrailer: hasTrailer)
                    return try? Frame(beat, layout: layout, room: 65_507).bytes
                }
            }
        }
    }

    package mutating func next() -> [UInt8]? {
        if random.below(20) == 0 { return noise(random.below(1200)) }
        var bytes = good[random.below(good.count)]
        for _ in 0...random.below(3) { damage(&bytes) }
        if random.below(2) == 0 { reseal(&bytes) }
        return bytes
    }

    private static func beat(of node: String, services: Int, hasTrailer: Bool) -> Heartbeat {
        let entries = (0..<services).map { index in
            ServiceEntry(
                name: "svc\(index)", number: Int32(index % 10),
                note: ServiceNote(lastRun: LastRun(onSender: true, number: UInt32(index))))
        }
        let boot = BootIdentity(high: 1, low: 2, initStart: 3)
        let echo = LinkEcho(link: 4, boot: boot.checksum, publication: 5)
        return Heartbeat(
            node: node, services: entries, elapsed: 1_700_000_000, pid: 4242,
            trailer: hasTrailer ? Trailer(boot: boot, publication: 6, echoes: [echo, echo]) : nil)
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = random.below(bytes.count)
        switch random.below(8) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = random.byte()
        case 2: bytes.removeLast(random.below(bytes.count))
        case 3: bytes += noise(random.below(600))
        case 4:
            overwrite(&bytes, at: place, with: [UInt8](repeating: 0, count: 1 + random.below(80)))
        case 5:
            overwrite(
                &bytes, at: place, with: [UInt8](repeating: 0xFF, count: 1 + random.below(80)))
        case 6: overwrite(&bytes, at: place, with: noise(1 + random.below(16)))
        default: splice(&bytes, at: place)
        }
        damageTrailer(&bytes)
    }

    /// The trailer is small beside the structure: it gets blows of its own.
    private mutating func damageTrailer(_ bytes: inout [UInt8]) {
        guard let layout = Layout.allCases.first(where: { $0.size + 64 <= bytes.count }),
            random.below(2) == 0
        else { return }
        let place = layout.size + 8 + random.below(bytes.count - layout.size - 8)
        bytes[place] = random.below(2) == 0 ? random.byte() : UInt8(random.below(8))
    }

    private mutating func splice(_ bytes: inout [UInt8], at place: Int) {
        let other = good[random.below(good.count)]
        bytes = Array(bytes[..<place]) + other.dropFirst(random.below(other.count))
    }

    private func overwrite(_ bytes: inout [UInt8], at place: Int, with new: [UInt8]) {
        for (index, byte) in new.enumerated() where place + index < bytes.count {
            bytes[place + index] = byte
        }
    }

    private func reseal(_ bytes: inout [UInt8]) {
        guard bytes.count >= 4 else { return }
        var crc = CRC32C()
        crc.update(bytes, 0..<bytes.count - 4)
        for index in 0..<4 {
            bytes[bytes.count - 4 + index] = UInt8(
                truncatingIfNeeded: crc.value >> (8 * UInt32(index)))
        }
    }

    private mutating func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in random.byte() } }
}

/// A small generator of the same numbers everywhere (Marsaglia's xorshift64*).
struct Xorshift: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// 0 up to `bound`, not included.
    mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }
    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 40) }
}
