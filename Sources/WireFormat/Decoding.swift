// SPDX-License-Identifier: Apache-2.0

import ClusterModel

extension Heartbeat {
    /// Decodes a captured beat, slot or page.
    ///
    /// Tries `expecting` + trailer magic first, then an exact size, then plausibility (a slot may
    /// have any slack behind it).
    ///
    /// - Parameter expecting: The configured layout: everything else is `.otherLayout`; nil tries
    ///   all.
    /// - Throws: What is structurally wrong. A strange service entry is no structural fault.
    package init(decoding bytes: RawSpan, expecting: Layout?) throws(DropReason) {
        guard let layout = expecting ?? Layout.captured(in: bytes) else {
            throw bytes.byteCount < Layout.a.size ? .tooShort : .wrongLength
        }
        if bytes.byteCount != layout.size && !bytes.holds(TrailerFormat.magic, at: layout.size) {
            if Layout(size: bytes.byteCount) != nil { throw .otherLayout }
            if !layout.isPlausible(bytes),
                Layout.recognized(in: bytes, except: layout, isSlot: true) != nil
            {
                throw .otherLayout
            }
        }
        try self.init(bytes, layout)
    }

    /// Decodes bytes of a known layout; what lies behind structure and trailer is ignored.
    init(_ bytes: RawSpan, _ layout: Layout) throws(DropReason) {
        guard bytes.byteCount >= layout.size else { throw .tooShort }
        guard let nodeLength = bytes.textLength(at: 0, width: Layout.nodeWidth) else {
            throw .unterminatedName
        }
        guard nodeLength > 0 else {
            throw bytes.isZero(0..<layout.size) ? .blank : .emptyNode
        }
        guard let count = layout.serviceCount(in: bytes) else { throw .unterminatedName }
        let services = (0..<count).map { index in
            ServiceEntry(
                name: bytes.text(at: layout.nameOffset(index), width: layout.nameWidth),
                number: layout.stateNumber(index, in: bytes))
        }
        self.init(
            node: bytes.text(0..<nodeLength), up: bytes.int32(at: Layout.upOffset),
            port: bytes.text(at: Layout.portOffset, width: Layout.portWidth),
            address: bytes.text(at: Layout.addressOffset, width: Layout.addressWidth),
            services: services, hostID: bytes.uint32(at: layout.hostIDOffset),
            elapsed: bytes.uint32(at: layout.elapsedOffset),
            pid: bytes.int32(at: layout.pidOffset))
        if bytes.holds(TrailerFormat.magic, at: layout.size) {
            try readTrailer(bytes, at: layout.size)
        }
    }

    private mutating func readTrailer(_ bytes: RawSpan, at start: Int) throws(DropReason) {
        guard let length = TrailerFormat.length(in: bytes, at: start, fillsBytes: false),
            TrailerFormat.isSealed(bytes, at: start)
        else { throw .badTrailer }
        let mark = TrailerMark(at: start, in: bytes)
        let flags = bytes.uint16(at: start + TrailerFormat.flagsOffset)
        var trailer = Trailer(
            boot: mark.boot, publication: mark.publication, beat: mark.beat,
            interval: mark.interval, managerAbsent: flags & TrailerFormat.managerAbsent != 0)
        var notes: [Range<Int>] = []
        var records = TrailerFormat.Records(of: start, length: length)
        while let record = records.next(in: bytes) {
            switch TrailerFormat.RecordType(rawValue: record.type) {
            case .echoes: trailer.echoes += LinkEcho.list(record.value, in: bytes)
            case .services: services += ServiceEntry.list(record.value, in: bytes)
            case .notes: notes.append(record.value)
            case .padding, .authentication, nil: break
            }
        }
        // Last: a note counts services over the structure and all records.
        for value in notes { takeNotes(value, in: bytes) }
        self.trailer = trailer
    }

    private mutating func takeNotes(_ value: Range<Int>, in bytes: RawSpan) {
        for offset in stride(
            from: value.lowerBound, to: value.upperBound, by: TrailerFormat.noteWidth)
        {
            let index = Int(bytes.uint16(at: offset))
            guard services.indices.contains(index) else { continue }
            services[index].note = ServiceNote(at: offset, in: bytes)
        }
    }
}

extension LinkEcho {
    fileprivate static func list(_ value: Range<Int>, in bytes: RawSpan) -> [LinkEcho] {
        var echoes: [LinkEcho] = []
        for offset in stride(
            from: value.lowerBound, to: value.upperBound, by: TrailerFormat.echoWidth)
        {
            echoes.append(
                LinkEcho(
                    link: bytes.uint32(at: offset), boot: bytes.uint32(at: offset + 4),
                    publication: bytes.uint64(at: offset + 8)))
        }
        return echoes
    }
}

extension ServiceEntry {
    fileprivate static func list(_ value: Range<Int>, in bytes: RawSpan) -> [ServiceEntry] {
        var entries: [ServiceEntry] = []
        var start = value.lowerBound
        for offset in value where bytes.byte(at: offset) < TrailerFormat.firstTextByte {
            entries.append(
                ServiceEntry(
                    name: bytes.text(start..<offset), number: Int32(bytes.byte(at: offset))))
            start = offset + 1
        }
        return entries
    }
}

extension Heartbeat {
    /// The services that may be acted upon, and how many entries were dropped: a name that is no
    /// service name, a number that is no state, a name that stood there before (decision 2).
    package var validServices: (services: [ServiceEntry], dropped: Int) {
        var names: Set<String> = []
        let valid = services.filter {
            $0.hasValidName && $0.state != nil && names.insert($0.name).inserted
        }
        return (valid, services.count - valid.count)
    }
}

extension ServiceEntry {
    /// `[A-Za-z0-9._-]+`, not `.` or `..`, not beginning with `-`: it becomes a directory's name.
    package var hasValidName: Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "-"), name != ".", name != ".."
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
