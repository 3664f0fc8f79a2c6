// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// Where things stand in a trailer, counted from its first byte. docs/wire-format.md has the table.
///
/// A fixed header, then records (type, length, value), then a checksum over the whole frame.
enum TrailerFormat {
    /// In the manner of PNG: no text, no state and no address, and damaged by any text conversion.
    static let magic: [UInt8] = [0x89, 0x45, 0x5A, 0x48, 0x41, 0x0D, 0x0A, 0x1A]
    /// Which records there may be. Header, framing and checksum stay as they are under this magic,
    /// so any version from 1 on is read, and unknown records are skipped.
    static let version: UInt16 = 1

    static let versionOffset = 8
    static let flagsOffset = 10
    static let lengthOffset = 12
    static let bootOffset = 16
    static let publicationOffset = 40
    static let beatOffset = 48
    static let intervalOffset = 56
    static let recordsOffset = 60
    static let checksumWidth = 4
    static let shortest = recordsOffset + checksumWidth

    static let managerAbsent: UInt16 = 1

    static let recordHeader = 4
    static let echoWidth = 16
    static let noteWidth = 8
    /// In the services record a byte below this one ends a name, and is its state.
    static let firstTextByte: UInt8 = 0x20

    enum RecordType: UInt16 {
        case padding = 0
        case echoes = 1
        case services = 2
        case notes = 3
        /// Reserved: skipped by version 1.
        case authentication = 4
    }

    /// The length of the trailer at `start`, checksum included; nil when its parts contradict each
    /// other. The magic is there already; the checksum is not looked at.
    ///
    /// - Parameter fillsBytes: It must end where the bytes end: a datagram.
    static func length(in bytes: RawSpan, at start: Int, fillsBytes: Bool) -> Int? {
        let available = bytes.byteCount - start
        guard available >= shortest else { return nil }
        let declared = bytes.uint32(at: start + lengthOffset)
        guard declared >= shortest, declared <= available,
            !fillsBytes || declared == available,
            bytes.uint16(at: start + versionOffset) >= 1
        else { return nil }
        let length = Int(declared)
        var records = Records(of: start, length: length)
        while let record = records.next(in: bytes) {
            guard isWellFormed(record, in: bytes) else { return nil }
        }
        return records.isBroken ? nil : length
    }

    /// Whether the checksum of a trailer whose `length` is known to be sound covers what it should.
    static func isSealed(_ bytes: RawSpan, at start: Int) -> Bool {
        let end = start + Int(bytes.uint32(at: start + lengthOffset)) - checksumWidth
        var crc = CRC32C()
        crc.update(bytes, 0..<end)
        return crc.value == bytes.uint32(at: end)
    }

    private static func isWellFormed(_ record: Record, in bytes: RawSpan) -> Bool {
        switch RecordType(rawValue: record.type) {
        case .echoes: record.value.count % echoWidth == 0
        case .notes: record.value.count % noteWidth == 0
        case .services: holdsServices(record.value, in: bytes)
        case .padding, .authentication, nil: true
        }
    }

    /// Names that are not empty, each ended by its state.
    private static func holdsServices(_ value: Range<Int>, in bytes: RawSpan) -> Bool {
        var isInName = false
        for offset in value {
            let isText = bytes.byte(at: offset) >= firstTextByte
            if !isText && !isInName { return false }
            isInName = isText
        }
        return !isInName
    }

    /// One record: its type, and where in the frame its value lies.
    struct Record {
        var type: UInt16
        var value: Range<Int>
    }

    /// Walks the records of one trailer.
    struct Records {
        private var offset: Int
        private let end: Int
        /// The last record runs over the end.
        private(set) var isBroken = false

        init(of start: Int, length: Int) {
            offset = start + recordsOffset
            end = start + length - checksumWidth
        }

        mutating func next(in bytes: RawSpan) -> Record? {
            guard offset < end, !isBroken else { return nil }
            guard end - offset >= recordHeader else { return fail() }
            let value = offset + recordHeader
            let length = Int(bytes.uint16(at: offset + 2))
            guard length <= end - value else { return fail() }
            defer { offset = value + length }
            return Record(type: bytes.uint16(at: offset), value: value..<value + length)
        }

        private mutating func fail() -> Record? {
            isBroken = true
            return nil
        }
    }
}

extension BootIdentity {
    /// As a trailer carries it, 24 bytes.
    init(at offset: Int, in bytes: RawSpan) {
        self.init(
            high: bytes.uint64(at: offset), low: bytes.uint64(at: offset + 8),
            initStart: bytes.uint64(at: offset + 16))
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for number in [high, low, initStart] { bytes.append(littleEndian: number) }
        return bytes
    }

    /// CRC32C of the identity's 24 bytes, as `LinkEcho.boot` carries it.
    package var checksum: UInt32 { CRC32C.checksum(encoded) }
}
