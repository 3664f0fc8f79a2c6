// SPDX-License-Identifier: Apache-2.0

import Platform

/// Beats by writing a slot of a shared disk, one direct write at a time.
///
/// A write that hangs stays under way, for hours if it must be: nothing here waits for it.
package final class DiskTransmitter: Transmitter {
    private let slot: DiskSlot
    private var disk: DirectDisk?
    /// Failed writes in a row.
    private var failures = 0

    package init(_ slot: DiskSlot) { self.slot = slot }

    package var isOpen: Bool { disk != nil }
    package var descriptor: CInt? { disk?.descriptor }

    package func open() throws(SystemError) {
        failures = 0
        disk = try slot.open(forWriting: true)
    }

    package func closeIfStale() {
        // A device that came back under its name needs a new descriptor. Never with a write under
        // way: the kernel would have us wait for it.
        guard let disk, failures >= 3, !disk.isBusy else { return }
        self.disk = nil
    }

    package func send(_ frame: UnsafeRawBufferPointer) -> SendOutcome {
        guard let disk else { return .failed(notOpen) }
        precondition(!disk.isBusy, "a beat is under way to \(slot.device)")
        let buffer = disk.buffer
        let count = min(frame.count, slot.length)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: frame[..<count]))
        // Nothing of an older, longer frame stays behind it (B4).
        if let rest = buffer.baseAddress, count < buffer.count {
            (rest + count).initializeMemory(
                as: UInt8.self, repeating: 0, count: buffer.count - count)
        }
        guard disk.startWrite() else { return noted(.failed(disk.lastError)) }
        return finished() ?? .begun
    }

    package func finished() -> SendOutcome? {
        switch disk?.finished() {
        case .none: nil
        case .done: noted(.sent)
        case .failed(let code): noted(.failed(code))
        }
    }

    private func noted(_ outcome: SendOutcome) -> SendOutcome {
        failures = outcome == .sent ? 0 : failures + 1
        return outcome
    }
}
