// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// Any bytes as a datagram and as a slot, in every layout: as they came, and with each trailer's
/// checksum made right, so that what lies behind it is tried too.
///
/// What a receiver accepts nmond decodes, and both read the same; what decodes can be sent again and
/// then decodes to the same; only the beat's time and number tell two beats of one content apart.
struct FrameExamination {
    private var accepted = 0

    static func examine(_ input: [UInt8]) -> FuzzOutcome {
        var examination = FrameExamination()
        let mended = Layout.allCases.compactMap { Seal.mended(input, $0) }
        for bytes in [input] + mended {
            if let broken = examination.brokenPromise(for: bytes) {
                return FuzzOutcome(accepted: examination.accepted, broken: broken)
            }
        }
        return FuzzOutcome(accepted: examination.accepted)
    }

    private mutating func brokenPromise(for bytes: [UInt8]) -> String? {
        if let broken = captureBroken(bytes) { return broken }
        let peer = Array(bytes.prefix(128).prefix { $0 != 0 })
        for layout in Layout.allCases {
            for isSlot in [false, true] {
                let look = Look(bytes: bytes, layout: layout, peer: peer, isSlot: isSlot)
                if let broken = look.brokenPromise(&accepted) {
                    return "layout \(layout.rawValue), \(isSlot ? "slot" : "datagram"): \(broken)"
                }
            }
        }
        return nil
    }

    /// A captured beat is the beat that decoding without a layout finds.
    private func captureBroken(_ bytes: [UInt8]) -> String? {
        guard let captured = try? unsafe CapturedBeat(bytes.span.bytes) else { return nil }
        let beat = try? unsafe Heartbeat(decoding: bytes.span.bytes, expecting: nil)
        return beat == captured.heartbeat ? nil : "captured \(captured), decoded \(beat as Any)"
    }
}

/// One receiver's look at some bytes.
private struct Look {
    let bytes: [UInt8]
    let layout: Layout
    let peer: [UInt8]
    let isSlot: Bool
    private static let own = Array("somebody-else".utf8)

    func header(of bytes: [UInt8]) throws(DropReason) -> FrameHeader {
        try unsafe FrameHeader(
            inspecting: bytes.span.bytes, layout: layout, peer: peer, own: Self.own, isSlot: isSlot)
    }

    func brokenPromise(_ accepted: inout Int) -> String? {
        let decoded = try? unsafe Heartbeat(decoding: bytes.span.bytes, expecting: layout)
        do throws(DropReason) {
            let header = try header(of: bytes)
            accepted += 1
            return contradiction(header)
        } catch {
            if let decoded, mustBeTaken(decoded) { return "decoded, but refused: \(error)" }
            return error == .otherLayout ? otherLayoutBroken() : nil
        }
    }

    private func contradiction(_ header: FrameHeader) -> String? {
        guard header.length <= bytes.count, isSlot || header.length == bytes.count else {
            return "length \(header.length) of \(bytes.count) bytes"
        }
        let frame = Array(bytes.prefix(header.length))
        let beat: Heartbeat
        do throws(DropReason) {
            beat = try unsafe Heartbeat(decoding: frame.span.bytes, expecting: layout)
        } catch {
            return "accepted, but not decoded: \(error)"
        }
        guard beat.elapsed == header.elapsed, beat.pid == header.pid,
            beat.node == String(decoding: peer, as: UTF8.self),
            beat.trailer?.boot == header.trailer?.boot,
            beat.trailer?.publication == header.trailer?.publication,
            beat.trailer?.beat == header.trailer?.beat,
            beat.trailer?.interval == header.trailer?.interval
        else { return "header and heartbeat differ: \(header), \(beat)" }
        return validityBroken(beat) ?? SecondSending(beat, layout).brokenPromise
    }

    /// Whether these bytes are exactly one beat, with nothing behind it that a slot may have and a
    /// datagram may not, and of a size that is not another layout's.
    private func mustBeTaken(_ beat: Heartbeat) -> Bool {
        guard peer != Self.own else { return false }
        let trailer = beat.trailer == nil ? 0 : Seal.declaredLength(bytes, layout)
        guard layout.size + (trailer ?? 0) == bytes.count else { return false }
        return !isSlot || beat.trailer != nil
    }

    /// What was refused for its layout can be told what layout that is.
    private func otherLayoutBroken() -> String? {
        let other = unsafe FrameHeader.otherLayout(
            in: bytes.span.bytes, ours: layout, isSlot: isSlot)
        guard let other, other.layout != layout else { return "another layout, but none known" }
        return nil
    }

    private func validityBroken(_ beat: Heartbeat) -> String? {
        let (valid, dropped) = beat.validServices
        guard valid.count + dropped == beat.services.count,
            Set(valid.map(\.name)).count == valid.count,
            valid.allSatisfy({ $0.state != nil && !$0.name.contains("/") && !$0.name.isEmpty })
        else { return "an entry that is not valid passed: \(valid)" }
        return nil
    }
}

/// A beat that was decoded, sent again by us in the same layout.
private struct SecondSending {
    private let beat: Heartbeat
    private let layout: Layout

    init(_ beat: Heartbeat, _ layout: Layout) {
        self.beat = beat
        self.layout = layout
    }

    var brokenPromise: String? {
        // A hostile beat may hold what we never send: names with control characters, say.
        guard var frame = try? Frame(beat, layout: layout, room: Frame.datagramRoom),
            frame.cut == .nothing
        else { return nil }
        guard let again = decoded(frame) else { return "what we encode does not decode: \(beat)" }
        guard normal(again) == normal(beat) else { return "sent \(beat), decoded \(again)" }
        let third = try? Frame(again, layout: layout, room: Frame.datagramRoom)
        guard third?.bytes == frame.bytes else { return "encoded twice, not the same: \(again)" }
        return stampBroken(&frame)
    }

    private func decoded(_ frame: Frame) -> Heartbeat? {
        try? unsafe Heartbeat(decoding: frame.bytes.span.bytes, expecting: layout)
    }

    private func header(_ frame: Frame) -> FrameHeader? {
        try? unsafe FrameHeader(
            inspecting: frame.bytes.span.bytes, layout: layout, peer: Array(beat.node.utf8),
            own: [], isSlot: false)
    }

    /// Another second and another number are another beat, and the same content.
    private func stampBroken(_ frame: inout Frame) -> String? {
        guard let first = header(frame) else { return "what we send is refused: \(beat)" }
        frame.stamp(elapsed: first.elapsed &+ 1, beat: (first.trailer?.beat ?? 0) &+ 1)
        guard let second = header(frame) else { return "once stamped it is refused: \(beat)" }
        guard second.content == first.content, second.elapsed == first.elapsed &+ 1,
            second.trailer?.beat == (first.trailer?.beat).map({ $0 &+ 1 })
        else { return "stamped \(first), it reads \(second)" }
        return nil
    }

    /// Without what the format does not keep: the order of services with names too long for the
    /// structure, a note that says nothing, and an interval above 4294 s.
    private func normal(_ beat: Heartbeat) -> Heartbeat {
        var normal = beat
        for index in normal.services.indices where normal.services[index].note == ServiceNote() {
            normal.services[index].note = nil
        }
        var inLayout: [ServiceEntry] = []
        var beyond: [ServiceEntry] = []
        for service in normal.services {
            let fits = service.name.utf8.count < layout.nameWidth
            if fits && inLayout.count < layout.capacity {
                inLayout.append(service)
            } else {
                beyond.append(service)
            }
        }
        normal.services = inLayout + beyond
        if let interval = normal.trailer?.interval {
            normal.trailer?.interval = min(interval, .seconds(4294))
        }
        return normal
    }
}
