// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// An encoded heartbeat that is sent again and again: built when something changed, then only
/// stamped before each beat, without allocating.
package struct Frame: Sendable {
    /// What goes on the wire, or into the slot: legacy structure, then the trailer.
    package private(set) var bytes: [UInt8]

    /// Encodes `heartbeat`.
    ///
    /// - Parameters:
    ///   - layout: A, C or D; B is refused.
    ///   - room: The most bytes this link may carry: 65,507 in a datagram, on a disk the smallest
    ///     distance between two slots (decision 10). If the trailer does not fit it is left out;
    ///     optional records (echoes, notes) go before the trailer goes.
    /// - Throws: A name or a count that the layout, and the trailer's room, cannot hold.
    package init(_ heartbeat: Heartbeat, layout: Layout, room: Int) throws(EncodeError) {
        fatalError("stub")
    }

    /// Whether a trailer is carried.
    package var hasTrailer: Bool { fatalError("stub") }

    /// Sets what changes from beat to beat, and the checksum.
    package mutating func stamp(elapsed: UInt32, beat: UInt64) {
        fatalError("stub")
    }
}

/// Why a heartbeat cannot be encoded; the description names the service or the node.
package enum EncodeError: Error, Equatable, CustomStringConvertible {
    case layoutIsDecodeOnly(Layout)
    case nodeNameTooLong(String)
    case serviceNameTooLong(String, limit: Int)
    /// More services than the layout holds, and no room for the rest in a trailer.
    case tooManyServices(Int, limit: Int)

    package var description: String { fatalError("stub") }
}

extension Heartbeat {
    /// Decodes a captured beat, slot or page.
    ///
    /// Tries `expecting` + trailer magic first, then an exact size, then plausibility (a slot may
    /// have any slack behind it).
    ///
    /// - Parameter expecting: The configured layout; nil tries all.
    /// - Throws: What is structurally wrong. A strange service entry is no structural fault.
    package init(decoding bytes: RawSpan, expecting: Layout?) throws(DropReason) {
        fatalError("stub")
    }
}

/// Why a beat is not taken, as counted and shown by `hb -s --json`.
package enum DropReason: UInt8, Error, CaseIterable, Sendable {
    case tooShort
    case wrongLength
    /// Another layout than ours, of the peer itself: it lives, but nothing is taken from it
    /// (decision 1).
    case otherLayout
    case emptyNode
    /// The node name is not the link's peer.
    case foreignNode
    /// The node name is our own: a loop, or a forgery.
    case ownNode
    case unterminatedName
    /// Trailer checksum, or a trailer that contradicts its length.
    case badTrailer
    /// From a peer that is known to send trailers on this link.
    case missingTrailer
    /// An older beat number than one already heard, or a boot that was replaced.
    case stale
    /// From an address that is not the peer's, or to a group that is not ours.
    case foreignAddress
    /// All zero: a slot never written.
    case blank
}

/// What a receiver needs of a beat, read in place without allocating.
package struct FrameHeader: Equatable, Sendable, BitwiseCopyable {
    package var layout: Layout
    package var elapsed: UInt32
    package var pid: Int32
    /// Bytes that count: legacy structure and trailer, without the slack behind.
    package var length: Int
    /// A checksum of all that is neither time, beat number nor checksum: another one means news.
    package var content: UInt32
    /// nil when the beat has none.
    package var trailer: TrailerMark?

    /// Validates `bytes` (specification 7.4) as a beat of `peer` on our link.
    ///
    /// Allocates nothing and reads nothing twice.
    ///
    /// - Parameters:
    ///   - peer: The node name bytes of the monitor line, without NUL.
    ///   - own: Our own node name bytes.
    ///   - isSlot: `bytes` is a disk slot: anything may lie behind the frame.
    package init(
        inspecting bytes: RawSpan, layout: Layout, peer: [UInt8], own: [UInt8], isSlot: Bool
    ) throws(DropReason) {
        fatalError("stub")
    }
}

/// The numbers of a trailer that prove life and order.
package struct TrailerMark: Equatable, Sendable, BitwiseCopyable {
    package var boot: BootIdentity
    package var publication: UInt64
    package var beat: UInt64
    package var interval: Duration
}

extension BootIdentity {
    /// CRC32C of the identity's 24 bytes, as `LinkEcho.boot` carries it.
    package var checksum: UInt32 { fatalError("stub") }
}
