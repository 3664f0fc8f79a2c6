// SPDX-License-Identifier: Apache-2.0

import Platform

/// A shared page by its path: a reader maps it anew when another writer has made it anew.
final class PageHandle {
    private var page: SharedPage
    private let path: String
    private let version: UInt32

    init(writing path: String, capacity: Int, version: UInt32) throws(SystemError) {
        page = try SharedPage(writing: path, capacity: capacity, version: version)
        self.path = path
        self.version = version
    }

    /// A writer's: makes the page anew if it holds less than `capacity` bytes. What was published
    /// last stays readable all the time. Refused, the old page stays as it is.
    func reserve(_ capacity: Int) throws(SystemError) {
        guard capacity > page.capacity else { return }
        page = try SharedPage(
            writing: path, capacity: capacity, version: version, content: content())
    }

    /// The whole payload; nil when there is none to be had just now.
    func content() -> [UInt8]? {
        followWriter()
        return withUnsafeTemporaryAllocation(byteCount: page.capacity, alignment: 8) { buffer in
            page.read(into: buffer).map { [UInt8](buffer[..<$0]) }
        }
    }

    init(reading path: String, version: UInt32) throws(SystemError) {
        page = try SharedPage(reading: path, version: version)
        self.path = path
        self.version = version
    }

    func publish(_ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer?) {
        page.publish(head, body)
    }

    func publish(headOnly head: UnsafeRawBufferPointer) { page.publish(headOnly: head) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        followWriter()
        return page.read(into: buffer)
    }

    func read(headInto buffer: UnsafeMutableRawBufferPointer) -> Int? {
        followWriter()
        return page.read(headInto: buffer)
    }

    var sequence: UInt64 { page.sequence }

    /// A page that has no successor yet stays mapped, and is looked for again at the next read.
    private func followWriter() {
        guard page.isAbandoned else { return }
        if let next = try? SharedPage(reading: path, version: version) { page = next }
    }
}
