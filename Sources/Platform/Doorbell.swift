// SPDX-License-Identifier: Apache-2.0

import CShims
import Glibc

/// A unix datagram socket on tmpfs that others ring to say "look now"; for a poll loop.
package struct Doorbell: ~Copyable {
    package let descriptor: CInt

    /// Binds `path`, replacing a leftover; the caller holds the lock that makes it the only owner.
    package init(at path: String) throws(SystemError) {
        var address = try StaticPath(path).address
        descriptor = try check("bind doorbell", path, cshims_open_doorbell(&address))
    }

    /// Leaves the socket's name behind: the next owner may have bound it anew already.
    deinit { _ = cshims_close(descriptor) }

    /// Takes all rings that wait. Never blocks.
    package func silence() { _ = cshims_silence_doorbell(descriptor) }

    /// Takes the next record that waits, in place of a ring; nil when there is none. Never blocks.
    package func record(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let count = cshims_receive_record(descriptor, buffer.baseAddress, buffer.count)
        return count < 0 ? nil : Int(count)
    }
}

/// Rings other processes' doorbells; one socket for all.
package struct BellRope: ~Copyable {
    private let descriptor: CInt

    package init() throws(SystemError) {
        descriptor = try check("open bell rope", "", cshims_open_rope())
    }

    deinit { _ = cshims_close(descriptor) }

    /// Never blocks, allocates nothing; a full queue or a missing bell is fine.
    package func ring(_ path: StaticPath) {
        withUnsafePointer(to: path.address) { _ = cshims_ring_doorbell(descriptor, $0) }
    }

    /// Sends a record instead of a mere ring, whole or not at all. Never blocks; false when nobody is
    /// there to take it, or cannot take it now.
    package func send(_ record: [UInt8], to path: StaticPath) -> Bool {
        withUnsafePointer(to: path.address) { address in
            record.withUnsafeBytes {
                cshims_send_record(descriptor, address, $0.baseAddress, $0.count) >= 0
            }
        }
    }
}

/// A socket address made once from a path (at most 107 bytes), so that ringing allocates nothing.
package struct StaticPath: Sendable {
    let address: cshims_path

    package init(_ path: String) throws(SystemError) {
        var address = cshims_path()
        let fits = withUnsafeMutableBytes(of: &address.text) { text in
            // Room for the NUL that ends it.
            guard path.utf8.count < text.count else { return false }
            text.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw SystemError("use as a socket", path, code: ENAMETOOLONG) }
        self.address = address
    }
}
