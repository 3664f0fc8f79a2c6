// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform
import WireFormat

/// What a sender or a receiver tells about its link; fixed size, copied as bytes.
///
/// Times are nanoseconds of CLOCK_BOOTTIME, 0 for never.
package struct LinkStatus: BitwiseCopyable, Sendable {
    package enum End: UInt8, BitwiseCopyable, Sendable { case sender, receiver }

    package var end: End
    package var pid: Int32
    package var startedAt: UInt64 = 0
    /// The loop ran: a process that is frozen stops counting here.
    package var loopAt: UInt64 = 0
    /// Sender: last beat that went out. Receiver: last fresh beat.
    package var beatAt: UInt64 = 0
    /// The same as wall-clock seconds, for `hb -s`.
    package var beatWallClock: Int64 = 0
    /// Receiver: the link is up by its own timer.
    package var isUp = false
    /// Receiver: the peer's beats come in this layout, which is not ours (decision 1): the last time.
    package var otherLayoutAt: UInt64 = 0
    package var otherLayout: UInt8 = 0
    /// Generation of content: changes when a fresh beat says something new.
    package var generation: UInt64 = 0
    package var sent: UInt64 = 0
    package var received: UInt64 = 0
    package var sendErrors: UInt64 = 0
    package var readErrors: UInt64 = 0
    /// The last errno of either kind, 0 when the last attempt was good.
    package var lastError: Int32 = 0
    /// The widest gap between two fresh beats since start, nanoseconds.
    package var worstGap: UInt64 = 0
    /// Gaps between beats: bucket n counts those under 2^n ms, the last one the rest.
    package var gapHistogram: InlineArray<16, UInt32> = .init(repeating: 0)
    /// By `DropReason.rawValue`.
    package var drops: InlineArray<16, UInt64> = .init(repeating: 0)
    /// State entries dropped from otherwise good beats (decision 2).
    package var badEntries: UInt64 = 0

    package init(end: End, pid: Int32) {
        self.end = end
        self.pid = pid
    }
}

/// The page of one link process: its status, and behind it the last frame (sent, or fresh).
package final class LinkPage {
    private let page: PageHandle
    private let buffer: UnsafeMutableRawBufferPointer

    /// The longest datagram, and the status before it.
    private static let capacity = 65_536 + MemoryLayout<LinkStatus>.stride
    /// Includes the status's size, so that another build's status is never taken for ours.
    private static let version = 1 << 16 | UInt32(MemoryLayout<LinkStatus>.size)

    package init(writing directory: RunDirectory, key: String) throws(SystemError) {
        let capacity = LinkPage.capacity
        page = try PageHandle(
            writing: directory.linkPage(key), capacity: capacity, version: LinkPage.version)
        buffer = .allocate(byteCount: MemoryLayout<LinkStatus>.stride, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }

    package init(reading directory: RunDirectory, key: String) throws(SystemError) {
        page = try PageHandle(reading: directory.linkPage(key), version: LinkPage.version)
        // Left untouched: only as much of it becomes memory as frames are long.
        buffer = .allocate(byteCount: LinkPage.capacity, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Status and frame. Allocates nothing.
    package func publish(_ status: LinkStatus, frame: UnsafeRawBufferPointer) {
        buffer.storeBytes(of: status, as: LinkStatus.self)
        page.publish(UnsafeRawBufferPointer(buffer), frame)
    }

    /// Status only; the frame stays. Allocates nothing.
    package func publish(_ status: LinkStatus) {
        buffer.storeBytes(of: status, as: LinkStatus.self)
        page.publish(headOnly: UnsafeRawBufferPointer(buffer))
    }

    /// Reads the status. Whether its writer lives is not said here: see `lockHolder`.
    package func status() -> LinkStatus? {
        let head = UnsafeMutableRawBufferPointer(
            rebasing: buffer[..<MemoryLayout<LinkStatus>.stride])
        guard let count = page.read(headInto: head), count == head.count else { return nil }
        return loadStatus()
    }

    /// Reads status and last frame; the frame is empty before the first one.
    package func read() -> (status: LinkStatus, frame: [UInt8])? {
        let head = MemoryLayout<LinkStatus>.stride
        guard let count = page.read(into: buffer), count >= head, let status = loadStatus() else {
            return nil
        }
        return (status, [UInt8](buffer[head..<count]))
    }

    /// Changes with every publish, and when another process takes the page over.
    package var sequence: UInt64 { page.sequence }

    /// Only bytes that are values of their type may become one: a page is a file, and so is input.
    private func loadStatus() -> LinkStatus? {
        let end = MemoryLayout<LinkStatus>.offset(of: \.end)!
        let isUp = MemoryLayout<LinkStatus>.offset(of: \.isUp)!
        guard LinkStatus.End(rawValue: buffer[end]) != nil, buffer[isUp] <= 1 else { return nil }
        return buffer.load(as: LinkStatus.self)
    }
}
