// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// Puts bytes through every decoder and says which promise was broken, if one was.
///
/// That nothing traps is the first promise; the others are below. `accepted` counts what a receiver
/// would have taken for a beat, so that a run which tries nothing is noticed.
package struct Examination {
    private let node: [UInt8]
    private let nodeName: String
    private let own = Array("someone-else".utf8)
    package private(set) var examined = 0
    package private(set) var accepted = 0
    package private(set) var captured = 0

    package init(node: String) {
        nodeName = node
        self.node = Array(node.utf8)
    }

    /// - Returns: The broken promise, or nil.
    package mutating func brokenPromise(for bytes: [UInt8]) -> String? {
        examined += 1
        if (try? unsafe CapturedBeat(bytes.span.bytes)) != nil { captured += 1 }
        for layout in Layout.allCases {
            for isSlot in [false, true] {
                guard
                    let header = try? unsafe FrameHeader(
                        inspecting: bytes.span.bytes, layout: layout, peer: node, own: own,
                        isSlot: isSlot)
                else { continue }
                accepted += 1
                if let broken = contradiction(header, bytes, isSlot) { return broken }
            }
        }
        return nil
    }

    /// What a receiver accepts, nmond decodes, and both read the same.
    private func contradiction(_ header: FrameHeader, _ bytes: [UInt8], _ isSlot: Bool) -> String? {
        guard header.length <= bytes.count, isSlot || header.length == bytes.count else {
            return "length \(header.length) of \(bytes.count) bytes"
        }
        let frame = Array(bytes.prefix(header.length))
        let beat: Heartbeat
        do {
            beat = try unsafe Heartbeat(decoding: frame.span.bytes, expecting: header.layout)
        } catch {
            return "accepted as layout \(header.layout) but not decoded: \(error)"
        }
        let mark = beat.trailer.map { trailer in
            (trailer.boot, trailer.publication, trailer.beat)
        }
        guard beat.node == nodeName, beat.elapsed == header.elapsed, beat.pid == header.pid,
            mark?.0 == header.trailer?.boot, mark?.1 == header.trailer?.publication,
            mark?.2 == header.trailer?.beat
        else { return "header and heartbeat differ: \(header), \(beat)" }
        let (valid, dropped) = beat.validServices
        guard valid.count + dropped == beat.services.count,
            valid.allSatisfy({ $0.state != nil && !$0.name.contains("/") && !$0.name.isEmpty })
        else { return "an entry that is not valid passed" }
        return nil
    }
}
