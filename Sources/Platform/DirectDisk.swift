// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc

/// One slot of one device or file, opened O_DIRECT; one request at a time through libaio, so that a
/// disk that hangs never hangs the caller.
package final class DirectDisk {
    package enum Outcome: Equatable, Sendable {
        case done
        /// `errno`, or EIO for a short transfer.
        case failed(CInt)
    }

    /// Aligned and zeroed at init; owned by this object for life, the kernel may write to it while a
    /// request is under way.
    package let buffer: UnsafeMutableRawBufferPointer
    /// Whether a request is under way (a hung one stays so for long).
    package private(set) var isBusy = false
    /// Why the kernel refused the last start, or how the last request failed; 0 when it did not.
    package private(set) var lastError: CInt = 0

    /// On the heap: the kernel reads the request in it.
    private let disk: UnsafeMutablePointer<cshims_disk>
    private let offset: UInt64

    /// Works for devices and files of every logical block size up to this.
    private static let alignment = 4096

    /// - Parameters:
    ///   - offset: In bytes.
    ///   - length: In bytes, rounded up to whole blocks of 512: the size of `buffer`.
    /// - Throws: What open says; EINVAL where the file system does no direct I/O, and where the slot
    ///   does not lie on whole logical blocks of the device.
    package init(_ path: String, forWriting: Bool, offset: UInt64, length: Int) throws(SystemError)
    {
        precondition(length > 0, "a slot of \(length) bytes")
        let rounded = (length + 511) / 512 * 512
        disk = .allocate(capacity: 1)
        let opened = cshims_open_disk(path, forWriting ? 1 : 0, disk)
        if opened < 0 {
            disk.deallocate()
            let action = opened == -EINVAL ? "open (without a cache, O_DIRECT)" : "open"
            throw SystemError(action, path, code: -opened)
        }
        let block = Int(disk.pointee.logical_block)
        guard offset.isMultiple(of: UInt64(block)), rounded.isMultiple(of: block) else {
            _ = cshims_close_disk(disk)
            disk.deallocate()
            let slot = "use \(rounded) bytes at byte \(offset) of"
            throw SystemError(slot, "\(path), whose blocks have \(block) bytes", code: EINVAL)
        }
        self.offset = offset
        buffer = .allocate(byteCount: rounded, alignment: DirectDisk.alignment)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        // A request under way may still write to the buffer, and closing would wait for it, perhaps
        // for ever: all of it stays until the process ends. Don't drop busy disks again and again.
        guard !isBusy else { return }
        _ = cshims_close_disk(disk)
        disk.deallocate()
        buffer.deallocate()
    }

    /// For the event loop: readable when a request ended, until `finished` says how.
    package var descriptor: CInt { disk.pointee.event }

    /// BLKSSZGET: 512 or 4096; 512 for a regular file.
    package var logicalBlock: Int { Int(disk.pointee.logical_block) }

    /// Submits a read of the whole slot into `buffer`. False when a request is under way or the kernel
    /// refuses; then `lastError` says why.
    package func startRead() -> Bool { start(write: false) }

    /// Submits a write of the whole `buffer`. False as for a read.
    package func startWrite() -> Bool { start(write: true) }

    /// How the request ended; nil while it is still under way, or when there is none. Never blocks.
    package func finished() -> Outcome? {
        guard isBusy else { return nil }
        var transferred: Int64 = 0
        let ended = cshims_finish_disk(disk, &transferred)
        guard ended != 0 else { return nil }
        isBusy = false
        if ended < 0 {
            lastError = -ended
        } else if transferred < 0 {
            lastError = CInt(-transferred)
        } else {
            lastError = transferred == buffer.count ? 0 : EIO
        }
        return lastError == 0 ? .done : .failed(lastError)
    }

    private func start(write: Bool) -> Bool {
        guard !isBusy else {
            lastError = EBUSY
            return false
        }
        let started = cshims_start_disk(
            disk, write ? 1 : 0, buffer.baseAddress, buffer.count, offset)
        lastError = -min(started, 0)
        isBusy = started >= 0
        return isBusy
    }
}
