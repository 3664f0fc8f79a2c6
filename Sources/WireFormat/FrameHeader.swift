// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// What a receiver needs of a beat, read in place without allocating.
package struct FrameHeader: Equatable, Sendable, BitwiseCopyable {
    package var layout: Layout
    package var elapsed: UInt32
    package var pid: Int32
    /// Bytes that count: legacy structure and trailer, without the slack behind.
    package var length: Int
    /// A checksum of all that is neither time, beat number, process nor checksum: another one means
    /// news. States, notes, echoes, publication, boot and flags are in it.
    package var content: UInt32
    /// nil when the beat has none.
    package var trailer: TrailerMark?

    /// Validates `bytes` (specification 7.4) as a beat of `peer` on our link.
    ///
    /// Allocates nothing. A bad service name or state is no fault here (decision 2): see
    /// `Heartbeat.validServices`. What passes is decoded by `Heartbeat` without an error.
    ///
    /// A slot answers `.badTrailer` also when it was read while it was written: read it once more.
    /// If the bytes behind the structure stay the same while `elapsed` moves on, someone went back
    /// to C (decision 10): inspect only the first `layout.size` bytes.
    ///
    /// - Parameters:
    ///   - peer: The node name bytes of the monitor line, without NUL.
    ///   - own: Our own node name bytes.
    ///   - isSlot: `bytes` is a disk slot: anything may lie behind the frame.
    package init(
        inspecting bytes: RawSpan, layout: Layout, peer: [UInt8], own: [UInt8], isSlot: Bool
    ) throws(DropReason) {
        let size = layout.size
        let hasMagic = bytes.holds(TrailerFormat.magic, at: size)
        let isOurSize = bytes.byteCount == size || (bytes.byteCount > size && (hasMagic || isSlot))
        guard isOurSize else {
            throw FrameHeader.reasonForLength(of: bytes, layout, peer, own, isSlot)
        }
        if let reason = FrameHeader.reasonForNode(of: bytes, layout, peer, own, isSlot) {
            throw reason
        }
        var frame = FrameChecksums(structure: bytes, layout)
        let trailerLength = frame.takeTrailer(of: bytes, layout, isThere: hasMagic, isSlot: isSlot)
        if isSlot, trailerLength ?? 0 == 0, !layout.isPlausible(bytes),
            Layout.recognized(in: bytes, except: layout, isSlot: true) != nil
        {
            throw .otherLayout
        }
        guard let trailerLength else { throw .badTrailer }
        guard layout.serviceCount(in: bytes) != nil else { throw .unterminatedName }
        self.layout = layout
        elapsed = bytes.uint32(at: layout.elapsedOffset)
        pid = bytes.int32(at: layout.pidOffset)
        length = size + trailerLength
        content = frame.content.value
        trailer = trailerLength == 0 ? nil : TrailerMark(at: size, in: bytes)
    }

    /// The layout in which a beat that was dropped as `.otherLayout` speaks, and its `elapsed`: in a
    /// slot only a change of it proves that the peer lives.
    package static func otherLayout(
        in bytes: RawSpan, ours: Layout, isSlot: Bool
    ) -> (layout: Layout, elapsed: UInt32)? {
        guard let other = Layout.recognized(in: bytes, except: ours, isSlot: isSlot) else {
            return nil
        }
        return (other, bytes.uint32(at: other.elapsedOffset))
    }

    private static func reasonForLength(
        of bytes: RawSpan, _ layout: Layout, _ peer: [UInt8], _ own: [UInt8], _ isSlot: Bool
    ) -> DropReason {
        if Layout.recognized(in: bytes, except: layout, isSlot: isSlot) != nil {
            return reasonForNode(of: bytes, layout, peer, own, isSlot) ?? .otherLayout
        }
        return bytes.byteCount < layout.size ? .tooShort : .wrongLength
    }

    /// What is wrong with the node name, which stands first in every layout.
    private static func reasonForNode(
        of bytes: RawSpan, _ layout: Layout, _ peer: [UInt8], _ own: [UInt8], _ isSlot: Bool
    ) -> DropReason? {
        guard let length = bytes.textLength(at: 0, width: Layout.nodeWidth) else {
            return .unterminatedName
        }
        if length == 0 {
            let structure = 0..<min(layout.size, bytes.byteCount)
            return isSlot && bytes.isZero(structure) ? .blank : .emptyNode
        }
        if length == own.count && bytes.holds(own, at: 0) { return .ownNode }
        if length == peer.count && bytes.holds(peer, at: 0) { return nil }
        return .foreignNode
    }
}

/// The numbers of a trailer that prove life and order.
package struct TrailerMark: Equatable, Sendable, BitwiseCopyable {
    package var boot: BootIdentity
    package var publication: UInt64
    package var beat: UInt64
    package var interval: Duration

    package init(boot: BootIdentity, publication: UInt64, beat: UInt64, interval: Duration) {
        self.boot = boot
        self.publication = publication
        self.beat = beat
        self.interval = interval
    }

    /// Of a trailer at `start` that was found sound.
    init(at start: Int, in bytes: RawSpan) {
        boot = BootIdentity(at: start + TrailerFormat.bootOffset, in: bytes)
        publication = bytes.uint64(at: start + TrailerFormat.publicationOffset)
        beat = bytes.uint64(at: start + TrailerFormat.beatOffset)
        interval = .microseconds(Int64(bytes.uint32(at: start + TrailerFormat.intervalOffset)))
    }
}

/// The two checksums over a frame, in one pass where they agree: the seal in the trailer covers all,
/// the content leaves out what changes from beat to beat.
private struct FrameChecksums {
    var seal = CRC32C()
    var content: CRC32C

    init(structure bytes: RawSpan, _ layout: Layout) {
        seal.update(bytes, 0..<layout.elapsedOffset)
        content = seal
    }

    /// Takes the trailer in and returns its length, 0 when there is none; nil when it is damaged.
    mutating func takeTrailer(
        of bytes: RawSpan, _ layout: Layout, isThere: Bool, isSlot: Bool
    ) -> Int? {
        guard isThere else { return 0 }
        let start = layout.size
        guard let length = TrailerFormat.length(in: bytes, at: start, fillsBytes: !isSlot) else {
            return nil
        }
        let end = start + length - TrailerFormat.checksumWidth
        seal.update(bytes, layout.elapsedOffset..<end)
        guard seal.value == bytes.uint32(at: end) else { return nil }
        content.update(bytes, start..<start + TrailerFormat.beatOffset)
        content.update(bytes, start + TrailerFormat.intervalOffset..<end)
        return length
    }
}
