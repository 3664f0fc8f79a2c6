// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc

/// A file on tmpfs, mapped by one writer and any number of readers, guarded by a sequence lock.
///
/// A page holds a payload that is replaced as a whole. A reader never waits for the writer: after a
/// bounded number of tries it gets nothing and comes again.
///
/// A new writer always makes a new file, since its predecessor may have died half-way through a
/// publish or may have written another version. It marks the old file as abandoned; a reader then
/// gets nothing from it and has to map the path again, see `isAbandoned`.
package final class SharedPage {
    private let page: UnsafeMutablePointer<cshims_page>
    private let mappedSize: Int
    private let version: UInt32
    private let isWriter: Bool
    /// A reader's, to ask whether the file still has a name; -1 for a writer.
    private let descriptor: CInt

    /// Creates the page, in place of an older one, as its only writer (the caller holds the lock of
    /// its link).
    ///
    /// - Parameters:
    ///   - capacity: The most bytes it will ever hold; reserved and mapped at once, so that writing
    ///     neither fails nor faults.
    ///   - version: Of the payload's shape; readers of another version get nothing.
    ///   - content: Published before any reader can see the page; nil: nothing yet.
    package init(
        writing path: String, capacity: Int, version: UInt32, content: [UInt8]? = nil
    ) throws(SystemError) {
        precondition(content?.count ?? 0 <= capacity, "a page of \(capacity) bytes is too small")
        let size = MemoryLayout<cshims_page>.size + (capacity + 7) & ~7
        let temporary = "\(path).\(getpid())"
        _ = cshims_remove(temporary)
        let opened = cshims_open_file(temporary, CSHIMS_OPEN_NEW, 0o644)
        let file = Descriptor(try check("make page", path, opened))
        var mapped: UnsafeMutablePointer<cshims_page>?
        do {
            try check("set mode of page", path, cshims_set_mode(file.number, 0o644))
            try check("map page", path, cshims_map_page_for_writing(file.number, size, &mapped))
            // Readers compare sequences over a change of files: begin above all earlier ones.
            mapped!.pointee.sequence = UInt64(cshims_boottime()) & ~1
            mapped!.pointee.version = version
            mapped!.pointee.magic = CSHIMS_PAGE_MAGIC
            if let content {
                _ = content.withUnsafeBytes {
                    cshims_publish_page(mapped!, capacity, $0.baseAddress, $0.count, nil, 0)
                }
            }
            let old = cshims_open_file(path, CSHIMS_OPEN_WRITE, 0)
            defer { if old >= 0 { _ = cshims_close(old) } }
            try check("replace page", path, cshims_rename(temporary, path))
            if old >= 0 { SharedPage.abandon(old) }
        } catch {
            if let mapped { _ = cshims_unmap_page(mapped, size) }
            _ = cshims_remove(temporary)
            throw error
        }
        page = mapped!
        mappedSize = size
        self.version = version
        isWriter = true
        descriptor = -1
    }

    /// Maps an existing page; it may be written anew by another process at any time.
    package init(reading path: String, version: UInt32) throws(SystemError) {
        let file = try check("open page", path, cshims_open_file(path, CSHIMS_OPEN_READ, 0))
        var mapped: UnsafePointer<cshims_page>?
        let size = cshims_map_page_for_reading(file, &mapped)
        guard size >= 0 else {
            _ = cshims_close(file)
            throw SystemError("map page", path, code: CInt(-size))
        }
        page = UnsafeMutablePointer(mutating: mapped!)
        mappedSize = Int(size)
        self.version = version
        isWriter = false
        descriptor = file
    }

    deinit {
        _ = cshims_unmap_page(page, mappedSize)
        if descriptor >= 0 { _ = cshims_close(descriptor) }
    }

    /// Replaces the payload by two parts, written one behind the other. Allocates nothing, cannot block.
    package func publish(_ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer?) {
        precondition(isWriter, "publish on a page that is only read")
        let done = cshims_publish_page(
            page, capacity, head.baseAddress, head.count, body?.baseAddress, body?.count ?? 0)
        precondition(done >= 0, "page of \(capacity) bytes cannot hold what is published")
    }

    /// Replaces only the first bytes; the rest and the length stay.
    package func publish(headOnly head: UnsafeRawBufferPointer) {
        precondition(isWriter, "publish on a page that is only read")
        let done = cshims_publish_page_head(page, capacity, head.baseAddress, head.count)
        precondition(done >= 0, "page of \(capacity) bytes cannot hold what is published")
    }

    /// Copies the payload out; its length, or nil when there is none, when the version differs, the
    /// buffer is too small, the page was abandoned, or the writer was busy for all tries. Allocates
    /// nothing.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        read(into: buffer, whole: true)
    }

    /// The same for as many of the first bytes as the buffer holds.
    package func read(headInto buffer: UnsafeMutableRawBufferPointer) -> Int? {
        read(into: buffer, whole: false)
    }

    /// Changes with every publish, and when the page is abandoned: a cheap look whether to read again.
    package var sequence: UInt64 { cshims_page_sequence(page) }

    /// Whether another file has taken this one's place, or it was removed: a reader maps anew.
    package var isAbandoned: Bool {
        if sequence >> 63 == 1 { return true }
        var found = cshims_stat()
        return !isWriter && cshims_stat_file(descriptor, &found) >= 0 && found.links == 0
    }

    /// The most bytes of payload.
    package var capacity: Int { mappedSize - MemoryLayout<cshims_page>.size }

    private func read(into buffer: UnsafeMutableRawBufferPointer, whole: Bool) -> Int? {
        let count = cshims_read_page(
            page, mappedSize, version, buffer.baseAddress, buffer.count, whole ? 1 : 0)
        return count > 0 ? Int(count) : nil
    }

    /// Tells the readers of a file that has lost its name. Not by mapping it: it may be no page.
    private static func abandon(_ descriptor: CInt) {
        var found = cshims_stat()
        guard cshims_stat_file(descriptor, &found) >= 0, found.is_regular != 0,
            found.size >= MemoryLayout<cshims_page>.size
        else { return }
        var flag: UInt64 = 1
        let offset = UInt64(MemoryLayout<cshims_page>.offset(of: \.abandoned)!)
        _ = cshims_write_at(descriptor, &flag, MemoryLayout<UInt64>.size, offset)
    }
}
