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
    private let interval: Duration
    private var disk: DirectDisk?
    private var phase: DiskPhase
    private var readBegan: Duration?
    private var isSecondLook = false
    /// The slot as it was read before, to tell a change.
    private let previous: UnsafeMutableRawBufferPointer
    private var hasPrevious = false
    private var lastLook: Duration?
    /// Of the beat that the present sighting brought.
    private var stamp: Duration?
    private var failures = 0

    package private(set) var errors: UInt64 = 0
    package private(set) var lastError: CInt = 0

    package init(_ slot: DiskSlot, interval: Duration, start: Duration) {
        self.slot = slot
        self.interval = interval
        phase = DiskPhase(interval: interval, start: start)
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
        return min(phase.nextRead, lastLook ?? phase.nextRead)
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
            case .done: took(disk.buffer, began: began, now: now, hear: hear)
            case .failed(let code): failed(code, at: now)
            }
        }
        if readBegan == nil, let due = wakeAt, due <= now { look(at: now) }
    }

    package func lookBefore(_ deadline: Duration) { lastLook = deadline }

    package func peerBeats(every interval: Duration, at stamp: Duration?) {
        phase.peerBeats(every: interval)
        self.stamp = stamp
    }

    package func sendTime(of stamp: Duration, heardAt now: Duration) -> Duration {
        phase.writeTime(of: stamp, readAt: now)
    }

    private func look(at now: Duration) {
        guard let disk else { return }
        if let lastLook, lastLook <= now { self.lastLook = nil }
        if disk.startRead() { readBegan = now } else { failed(disk.lastError, at: now) }
    }

    private func took(
        _ buffer: UnsafeMutableRawBufferPointer, began: Duration, now: Duration,
        hear: (Sighting) -> Hearing
    ) {
        failures = 0
        lastError = 0
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<slot.length])
        let isChanged = hasPrevious && !bytes.elementsEqualInMemory(previous)
        stamp = nil
        let hearing = hear(
            Sighting(
                bytes: bytes, at: began, isChanged: isChanged, isSecondLook: isSecondLook,
                isMisdirected: false))
        if hearing == .torn, !isSecondLook {
            isSecondLook = true
            look(at: now)
            return
        }
        isSecondLook = false
        phase.read(at: began, changed: isChanged, stamp: stamp)
        previous.copyMemory(from: bytes)
        hasPrevious = true
    }

    private func failed(_ code: CInt, at now: Duration) {
        errors += 1
        failures += 1
        lastError = code
        isSecondLook = false
        phase.failed(at: now)
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
