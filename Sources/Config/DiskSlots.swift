// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// What tells two disks apart: `st_rdev`, or the name where the device cannot be looked at.
private enum Disk: Hashable {
    case number(UInt64)
    case name(String)

    init(_ path: String, _ deviceID: (String) -> UInt64?) {
        if let id = deviceID(path) { self = .number(id) } else { self = .name(path) }
    }
}

extension MonitorFile {
    /// Slots that lie too close for `layout`, each finding naming both lines and EZ_WIRE.
    ///
    /// - Parameter deviceID: Equal for two names of one disk (st_rdev); a device that cannot be
    ///   looked at is compared by name.
    package func overlaps(layout: Layout, file: String, deviceID: (String) -> UInt64?) -> [Finding]
    {
        let disks = Dictionary(grouping: lines.filter(\.kind.isDisk)) { Disk($0.device, deviceID) }
        let findings = disks.values.flatMap { slots in
            let sorted = slots.sorted { ($0.blocks, $0.lineNumber) < ($1.blocks, $1.lineNumber) }
            return zip(sorted, sorted.dropFirst()).compactMap { first, second in
                overlap(first, second, layout: layout, file: file)
            }
        }
        return findings.sorted { $0.line < $1.line }
    }

    private func overlap(
        _ first: MonitorLine, _ second: MonitorLine, layout: Layout, file: String
    ) -> Finding? {
        let distance = second.blocks - first.blocks
        guard distance < UInt64(layout.slotBlocks) else { return nil }
        let later = max(first.lineNumber, second.lineNumber)
        let earlier = min(first.lineNumber, second.lineNumber)
        let fitting = [Layout.a, .c, .d].filter { UInt64($0.slotBlocks) <= distance }
        let advice = fitting.last.map { ", or set EZ_WIRE=\($0.rawValue)" } ?? ""
        return Finding(
            file: file, line: later,
            reason: "disk heartbeat offset overlap: the slots of lines \(earlier) and \(later) of "
                + "\(second.device) lie \(distance) blocks apart, layout \(layout.rawValue) "
                + "(EZ_WIRE) needs \(layout.slotBlocks): move one\(advice)")
    }

    /// The most bytes a slot of `line` may carry: the smallest distance between two slots of that
    /// device; nil when the device has only this one slot (decision 10).
    package func slotRoom(of line: MonitorLine, deviceID: (String) -> UInt64?) -> Int? {
        let disk = Disk(line.device, deviceID)
        let slots = lines.filter { $0.kind.isDisk && Disk($0.device, deviceID) == disk }
        let blocks = slots.map(\.blocks).sorted()
        let distance = zip(blocks, blocks.dropFirst()).map { $1 - $0 }.min()
        return distance.map { Int(clamping: $0 * 512) }
    }
}

extension MonitorFile {
    /// The first link of `node` whose beats cannot carry these services, and why; nil when all can.
    ///
    /// Beyond the layout's places services travel in trailers, so that each link needs room for them.
    package func narrowLink(
        of node: String, for services: [String], layout: Layout, deviceID: (String) -> UInt64?
    ) -> (line: MonitorLine, error: EncodeError)? {
        let boot = BootIdentity(high: 0, low: 0, initStart: 0)
        let beat = Heartbeat(
            node: node, services: services.map { ServiceEntry(name: $0, state: .frozenStop) },
            trailer: Trailer(boot: boot, publication: 0))
        for line in lines where line.node == node {
            let room =
                line.kind.isDisk
                ? layout.slotLength(within: slotRoom(of: line, deviceID: deviceID))
                : Frame.datagramRoom
            do throws(EncodeError) {
                _ = try Frame(beat, layout: layout, room: room)
            } catch {
                return (line, error)
            }
        }
        return nil
    }
}

extension MonitorLine {
    /// Where its slot begins; the parser gives every disk line an offset.
    fileprivate var blocks: UInt64 { offset ?? 0 }
}
