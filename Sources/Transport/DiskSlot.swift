// SPDX-License-Identifier: Apache-2.0

import Platform
import WireFormat

/// One node's place on a heartbeat disk, with all the room that it may use.
package struct DiskSlot: Sendable {
    package let device: String
    /// In bytes from the start of the device.
    package let offset: UInt64
    /// In bytes: the layout's blocks, and behind them room for a trailer.
    package let length: Int

    /// - Parameters:
    ///   - block: The offset as the monitor file has it, in blocks of 512 bytes.
    ///   - room: The smallest distance between two slots of the device; nil when it has only one.
    package init(device: String, block: UInt64, room: Int?, layout: Layout) {
        self.device = device
        offset = block * 512
        length = layout.slotLength(within: room)
    }

    func open(forWriting: Bool) throws(SystemError) -> DirectDisk {
        let disk = try DirectDisk(device, forWriting: forWriting, offset: offset, length: length)
        // A disk of 4096-byte blocks would refuse every request later, without saying why.
        if offset % UInt64(disk.logicalBlock) != 0 || length % disk.logicalBlock != 0 {
            throw SystemError(
                "use a slot of \(length) bytes on a disk of \(disk.logicalBlock)-byte blocks",
                device, code: 22)
        }
        return disk
    }
}
