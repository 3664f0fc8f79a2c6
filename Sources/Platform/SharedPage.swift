// SPDX-License-Identifier: Apache-2.0

import CShims

/// A file on tmpfs, mapped by one writer and any number of readers, guarded by a sequence lock.
///
/// A page holds `length` bytes of payload that are replaced as a whole. A reader never waits for
/// the writer: after a bounded number of tries it gets nothing and comes again.
package final class SharedPage {
    /// Creates or takes over the page as its only writer (the caller holds the lock of its link).
    ///
    /// - Parameters:
    ///   - capacity: The most bytes it will ever hold; memory is used only for what was written.
    ///   - version: Of the payload's shape; readers of another version get nothing.
    package init(writing path: String, capacity: Int, version: UInt32) throws(SystemError) {
        fatalError("stub")
    }

    /// Maps an existing page; it may be written anew by another process at any time.
    package init(reading path: String, version: UInt32) throws(SystemError) { fatalError("stub") }

    deinit {}

    /// Replaces the payload by two parts, written one behind the other. Allocates nothing, cannot block.
    package func publish(_ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer?) {
        fatalError("stub")
    }

    /// Replaces only the first bytes; the rest and the length stay.
    package func publish(headOnly head: UnsafeRawBufferPointer) { fatalError("stub") }

    /// Copies the payload out; its length, or nil when there is none, when the version differs, the
    /// buffer is too small, or the writer was busy for all tries. Allocates nothing.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? { fatalError("stub") }

    /// Changes with every publish: a cheap look whether to read again.
    package var sequence: UInt64 { fatalError("stub") }
}
