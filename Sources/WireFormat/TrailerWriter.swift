// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// Writes a trailer behind a frame, with as much of it as the room allows.
struct TrailerWriter {
    private let trailer: Trailer
    private let services: ServiceSplit
    private let layout: Layout

    init(_ trailer: Trailer, _ services: ServiceSplit, layout: Layout) {
        self.trailer = trailer
        self.services = services
        self.layout = layout
    }

    /// The fullest trailer of at most `room` bytes, its checksum still zero; nil if none fits.
    func best(within room: Int) -> (bytes: [UInt8], cut: TrailerCut)? {
        for cut in [TrailerCut.nothing, .notes, .notesAndEchoes] {
            if let bytes = encoded(cut), bytes.count <= room { return (bytes, cut) }
        }
        return nil
    }

    /// nil when a record is longer than its length field can say.
    private func encoded(_ cut: TrailerCut) -> [UInt8]? {
        var bytes = header
        var fits = true
        func add(_ type: TrailerFormat.RecordType, _ value: [UInt8]) {
            guard let length = UInt16(exactly: value.count) else { return fits = false }
            bytes.append(littleEndian: type.rawValue)
            bytes.append(littleEndian: length)
            bytes += value
        }
        if cut != .notesAndEchoes && !trailer.echoes.isEmpty { add(.echoes, echoes) }
        if !services.beyond.isEmpty { add(.services, servicesBeyond) }
        let notes = cut == .nothing ? self.notes : []
        if !notes.isEmpty { add(.notes, notes) }
        // No total may look like another layout's bare structure.
        if Layout(size: layout.size + bytes.count + TrailerFormat.checksumWidth) != nil {
            add(.padding, [])
        }
        bytes += [UInt8](repeating: 0, count: TrailerFormat.checksumWidth)
        bytes.set(UInt32(clamping: bytes.count), at: TrailerFormat.lengthOffset)
        return fits ? bytes : nil
    }

    private var header: [UInt8] {
        var bytes = TrailerFormat.magic
        bytes.append(littleEndian: TrailerFormat.version)
        bytes.append(littleEndian: trailer.managerAbsent ? TrailerFormat.managerAbsent : 0)
        bytes.append(littleEndian: UInt32(0))  // the length, once it is known
        bytes += trailer.boot.encoded
        bytes.append(littleEndian: trailer.publication)
        bytes.append(littleEndian: trailer.beat)
        bytes.append(littleEndian: trailer.interval.wholeMicroseconds)
        return bytes
    }

    private var echoes: [UInt8] {
        var bytes: [UInt8] = []
        for echo in trailer.echoes {
            bytes.append(littleEndian: echo.link)
            bytes.append(littleEndian: echo.boot)
            bytes.append(littleEndian: echo.publication)
        }
        return bytes
    }

    private var servicesBeyond: [UInt8] {
        var bytes: [UInt8] = []
        for service in services.beyond {
            bytes += service.name.utf8
            bytes.append(UInt8(truncatingIfNeeded: service.number))
        }
        return bytes
    }

    private var notes: [UInt8] {
        var bytes: [UInt8] = []
        for (index, service) in (services.inLayout + services.beyond).enumerated() {
            guard let note = service.note, note != ServiceNote() else { continue }
            bytes.append(littleEndian: UInt16(clamping: index))
            bytes.append(note.bits)
            bytes.append(0)
            bytes.append(littleEndian: note.lastRun?.number ?? 0)
        }
        return bytes
    }
}

extension ServiceNote {
    /// Bits 0 and 1: the meaning of 7; 2: a last run is known; 3: it was on the sender; 4: agreed.
    fileprivate var bits: UInt8 {
        (meaning?.rawValue ?? 0) | (lastRun == nil ? 0 : 4) | (lastRun?.onSender == true ? 8 : 0)
            | (lastRunAgreed ? 16 : 0)
    }

    init(at offset: Int, in bytes: RawSpan) {
        let bits = bytes.byte(at: offset + 2)
        let lastRun = LastRun(onSender: bits & 8 != 0, number: bytes.uint32(at: offset + 4))
        self.init(
            meaning: StartReadyMeaning(rawValue: bits & 3),
            lastRun: bits & 4 == 0 ? nil : lastRun, lastRunAgreed: bits & 16 != 0)
    }
}

extension Duration {
    /// Held within 0 to 4294 s.
    fileprivate var wholeMicroseconds: UInt32 {
        let (seconds, attoseconds) = components
        guard seconds < 4294 else { return 4_294_000_000 }
        return UInt32(clamping: max(seconds, 0) * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
