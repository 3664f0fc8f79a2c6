// SPDX-License-Identifier: Apache-2.0

/// A beat of any layout that somebody captured, for `hb --decode`: a datagram, or a slot with any
/// slack behind it.
package struct CapturedBeat: Equatable, Sendable {
    package let layout: Layout
    package let heartbeat: Heartbeat

    package init(layout: Layout, heartbeat: Heartbeat) {
        self.layout = layout
        self.heartbeat = heartbeat
    }

    /// Finds the layout (a sound trailer of ours tells it, else an exact size, else what a slot
    /// reads like) and decodes.
    ///
    /// Stricter than a receiver, which knows what to expect: a node name that cannot be printed or
    /// a lock that is set (no version ever set it) is garbage of the right length.
    package init(_ bytes: RawSpan) throws(CaptureError) {
        guard let layout = Layout.captured(in: bytes) else {
            throw CaptureError(description: CapturedBeat.whyNoLayout(bytes))
        }
        do {
            heartbeat = try Heartbeat(bytes, layout)
        } catch {
            throw CaptureError(description: "layout \(layout.rawValue): \(error.explanation)")
        }
        let nodeLength = bytes.textLength(at: 0, width: Layout.nodeWidth) ?? 0
        guard bytes.holdsGraphs(0..<nodeLength),
            bytes.int32(at: Layout.serviceLockOfNodeOffset) == 0
        else {
            let length = bytes.byteCount
            throw CaptureError(
                description: "\(length) bytes as layout \(layout.rawValue) has them, but no beat")
        }
        self.layout = layout
    }

    private static func whyNoLayout(_ bytes: RawSpan) -> String {
        let length = bytes.byteCount
        guard length > 0 else { return "no bytes at all" }
        if bytes.isZero(0..<length) { return "all zero: a slot never written" }
        guard length >= Layout.a.size else {
            return "\(length) bytes: shorter than any layout, the shortest has \(Layout.a.size)"
        }
        guard let nodeLength = bytes.textLength(at: 0, width: Layout.nodeWidth), nodeLength > 0,
            bytes.holdsGraphs(0..<nodeLength), bytes.int32(at: Layout.serviceLockOfNodeOffset) == 0
        else { return "\(length) bytes that read as no layout" }
        return "\(length) bytes that begin like a beat of '\(bytes.text(0..<nodeLength))' but read"
            + " as no whole layout: cut short, or the first block of layout B,"
            + " which never was whole on a disk"
    }
}

/// Why captured bytes are no beat.
package struct CaptureError: Error, Equatable, CustomStringConvertible {
    package let description: String
}

extension Layout {
    /// The layout of captured bytes: by a trailer, by an exact size, by plausibility as a slot.
    static func captured(in bytes: RawSpan) -> Layout? {
        sealed(in: bytes, except: nil, isSlot: true)
            ?? Layout(size: bytes.byteCount)
            ?? recognized(in: bytes, except: nil, isSlot: true)
            // Before a damaged trailer there may be a good structure: the error names the trailer.
            ?? allCases.first { bytes.holds(TrailerFormat.magic, at: $0.size) }
    }
}

extension RawSpan {
    /// Printable ASCII without blanks.
    fileprivate func holdsGraphs(_ range: Range<Int>) -> Bool {
        for offset in range where !(0x21...0x7E).contains(byte(at: offset)) { return false }
        return true
    }
}
