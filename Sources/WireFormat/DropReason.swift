// SPDX-License-Identifier: Apache-2.0

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

    /// The same for people, to stand behind `dropped: `.
    package var explanation: String {
        switch self {
        case .tooShort: "shorter than the layout"
        case .wrongLength: "longer than the layout, and no trailer of ours behind it"
        case .otherLayout: "of another layout"
        case .emptyNode: "without a node name"
        case .foreignNode: "of another node than the link's"
        case .ownNode: "with our own node name"
        case .unterminatedName: "with a name that fills its field and has no end"
        case .badTrailer: "with a damaged trailer"
        case .missingTrailer: "without the trailer that this peer sends"
        case .stale: "older than one already heard"
        case .foreignAddress: "from an address that is not the peer's"
        case .blank: "all zero: a slot never written"
        }
    }
}
