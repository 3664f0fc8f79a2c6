// SPDX-License-Identifier: Apache-2.0

import WireFormat

/// Any bytes as the trailer of a good beat: magic, length and checksum are made right, the rest is
/// the input's, in a frame of its own and with slack behind it.
enum TrailerExamination {
    static func examine(_ input: [UInt8]) -> FuzzOutcome {
        var reader = InputReader(input)
        let choice = reader.byte()
        let layout: Layout = choice & 1 == 0 ? .a : .d
        let services = Int(choice >> 1 & 7)
        let slack = Int(reader.byte())
        let structure = structure(layout, services: choice & 0x80 == 0 ? services : layout.capacity)
        let bytes = sealed(structure + trailer(reader.rest()), layout)
        var outcome = FrameExamination.examine(bytes)
        if outcome.broken == nil {
            let slot = FrameExamination.examine(bytes + [UInt8](repeating: choice, count: slack))
            outcome.accepted += slot.accepted
            outcome.broken = slot.broken
        }
        return outcome
    }

    private static func structure(_ layout: Layout, services: Int) -> [UInt8] {
        let entries = (0..<services).map { ServiceEntry(name: "svc\($0)", number: Int32($0 % 10)) }
        let beat = Heartbeat(node: "node1", services: entries, elapsed: 1_700_000_000, pid: 4242)
        // Never refused: the names are short and few enough.
        return (try? Frame(beat, layout: layout, room: layout.size).bytes) ?? []
    }

    private static func trailer(_ body: [UInt8]) -> [UInt8] {
        var bytes = Seal.magic + body
        let missing = Seal.shortest - bytes.count
        if missing > 0 { bytes += [UInt8](repeating: 0, count: missing) }
        // Version 0 never was.
        if bytes[Seal.versionOffset] == 0 && bytes[Seal.versionOffset + 1] == 0 {
            bytes[Seal.versionOffset] = 1
        }
        for place in 0..<4 {
            bytes[Seal.lengthOffset + place] = UInt8(
                truncatingIfNeeded: bytes.count >> (8 * place))
        }
        return bytes
    }

    private static func sealed(_ bytes: [UInt8], _ layout: Layout) -> [UInt8] {
        Seal.mended(bytes, layout) ?? bytes
    }
}
