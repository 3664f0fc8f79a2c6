// SPDX-License-Identifier: Apache-2.0

import Platform

/// The sending end of one link: puts a frame on the wire or into its slot, without ever blocking.
///
/// It opens what it needs when told to and closes it by itself when that is gone (an interface made
/// anew, a disk that keeps failing); whoever sends then opens it again, with back-off.
package protocol Transmitter: AnyObject {
    var isOpen: Bool { get }
    /// Readable when an attempt that was under way has ended; nil when attempts end at once.
    var descriptor: CInt? { get }
    func open() throws(SystemError)
    /// Closes itself if what it was opened on is there no more. Allocates nothing.
    func closeIfStale()
    /// Sends one frame. Allocates nothing.
    func send(_ frame: UnsafeRawBufferPointer) -> SendOutcome
    /// How an attempt under way ended; nil while it goes on. Allocates nothing.
    func finished() -> SendOutcome?
}

/// What became of one beat.
package enum SendOutcome: Equatable, Sendable {
    case sent
    /// On its way to the disk; `finished` will tell, and none is to be sent before it did.
    case begun
    /// `errno`.
    case failed(CInt)
}
