// SPDX-License-Identifier: Apache-2.0

import FailoverCore
import Platform

/// Hears beats by reading the peer's slot of a shared disk, shortly after the peer writes it.
///
/// A read that hangs stays under way; the link goes down by age, and the read that ends at last
/// starts the next one.
package final class SlotListener: Listener {
    /// A read that takes longer is told as ETIMEDOUT while it lasts.
    private static let patience = Duration.seconds(1)
    private static let timedOut: CInt = 110

    private let slot: DiskSlot
    private var disk: DirectDisk?
    private var watch: SlotWatch
    private var readBegan: Duration?
    /// The slot as it was read before, to tell a change.
    private let previous: UnsafeMutableRawBufferPointer
    private var hasPrevious = false
    private var failures = 0

    package private(set) var errors: UInt64 = 0
    package private(set) var lastError: CInt = 0

    package init(_ slot: DiskSlot, interval: Duration, start: Duration) {
        self.slot = slot
        watch = SlotWatch(interval: interval, start: start)
        previous = .allocate(byteCount: slot.length, alignment: 16)
    }

    deinit { previous.deallocate() }

    package var isOpen: Bool { disk != nil }
    package var descriptor: CInt? { disk?.descriptor }

    package var wakeAt: Duration? {
        guard disk != nil else { return nil }
        if let readBegan {
            return lastError == Self.timedOut ? nil : readBegan + Self.patience
        }
        return watch.wakeAt
    }

    package func open() throws(SystemError) {
        failures = 0
        disk = try slot.open(forWriting: false)
        lastError = 0
    }

    package func closeIfStale(at now: Duration) {
        guard let disk, failures >= 3, !disk.isBusy else { return }
        self.disk = nil
    }

    package func listen(at now: Duration, hear: (Sighting) -> Hearing) {
        guard let disk else { return }
        if let began = readBegan {
            guard let outcome = disk.finished() else {
                if now - began >= Self.patience { lastError = Self.timedOut }
                return
            }
            readBegan = nil
            switch outcome {
            case .done: took(disk.buffer, began: began, hear: hear)
            case .failed(let code): failed(code, at: now, begun: began)
            }
        }
        if readBegan == nil, let due = wakeAt, due <= now { look(at: now) }
    }

    package func lookBefore(_ deadline: Duration) { watch.lookBefore(deadline) }

    package func peerBeats(every interval: Duration, at stamp: Duration?) {
        watch.peerBeats(every: interval, at: stamp)
    }

    package func sendTime(of stamp: Duration, heardAt now: Duration) -> Duration {
        watch.sendTime(of: stamp, heardAt: now)
    }

    private func look(at now: Duration) {
        guard let disk else { return }
        if disk.startRead() {
            readBegan = now
        } else {
            failed(disk.lastError, at: now, begun: now)
        }
    }

    private func took(
        _ buffer: UnsafeMutableRawBufferPointer, began: Duration, hear: (Sighting) -> Hearing
    ) {
        failures = 0
        lastError = 0
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<slot.length])
        let isChanged = hasPrevious && !bytes.elementsEqualInMemory(previous)
        let hearing = hear(
            Sighting(
                bytes: bytes, at: began, isChanged: isChanged, isSecondLook: watch.isSecondLook,
                isMisdirected: false))
        watch.looked(at: began, changed: isChanged, wasTorn: hearing == .torn)
        // The bytes of a torn slot are compared with by nobody.
        guard !watch.isSecondLook else { return }
        previous.copyMemory(from: bytes)
        hasPrevious = true
    }

    private func failed(_ code: CInt, at now: Duration, begun: Duration) {
        errors += 1
        failures += 1
        lastError = code
        watch.failed(at: now, begun: begun)
    }
}

extension UnsafeRawBufferPointer {
    /// memcmp: `elementsEqual` walks byte by byte in a debug build.
    fileprivate func elementsEqualInMemory(_ other: UnsafeMutableRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        let words = count / 8
        for word in 0..<words {
            let at = word * 8
            let left = loadUnaligned(fromByteOffset: at, as: UInt64.self)
            if left != other.loadUnaligned(fromByteOffset: at, as: UInt64.self) { return false }
        }
        for at in (words * 8)..<count where self[at] != other[at] { return false }
        return true
    }
}
