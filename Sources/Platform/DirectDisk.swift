// SPDX-License-Identifier: Apache-2.0

import CShims

/// One device or file, opened O_DIRECT; one request at a time through libaio, so that a disk that
/// hangs never hangs the caller.
package final class DirectDisk {
    package enum Outcome: Equatable, Sendable {
        case done
        /// `errno`, or EIO for a short transfer.
        case failed(CInt)
    }

    /// For the event loop: readable when a request ended.
    package var descriptor: CInt { fatalError("stub") }
    /// BLKSSZGET: 512 or 4096; 512 for a regular file.
    package var logicalBlock: Int { fatalError("stub") }
    /// Aligned and zeroed at init; owned by this object for life, the kernel may write to it while a
    /// request is under way.
    package var buffer: UnsafeMutableRawBufferPointer { fatalError("stub") }

    /// - Parameters:
    ///   - offset: In bytes.
    ///   - length: In bytes, rounded up to whole blocks of 512; must not exceed the buffer.
    package init(_ path: String, forWriting: Bool, offset: UInt64, length: Int) throws(SystemError)
    {
        fatalError("stub")
    }
    deinit {}

    /// Whether a request is under way (a hung one stays so for long).
    package var isBusy: Bool { fatalError("stub") }

    /// Submits a read of the whole slot into `buffer`, or a write of it. False when one is under way
    /// or the kernel refuses; then `lastError` says why.
    package func startRead() -> Bool { fatalError("stub") }
    package func startWrite() -> Bool { fatalError("stub") }
    package var lastError: CInt { fatalError("stub") }

    /// How the request ended; nil while it is still under way. Never blocks.
    package func finished() -> Outcome? { fatalError("stub") }
}
