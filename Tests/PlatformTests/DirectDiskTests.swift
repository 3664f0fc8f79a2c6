// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

@Test("what is written to a slot of a file is read back, and the rest of the file stays")
func fileSlot() throws {
    let scratch = try Scratch(onDisk: true)
    let path = scratch("disk")
    try replaceFile(path, with: [UInt8](repeating: 0xEE, count: 8192), sync: true)
    let writer = try DirectDisk(path, forWriting: true, offset: 1024, length: 504)
    #expect(writer.buffer.count == 512 && writer.logicalBlock == 512)
    #expect(writer.buffer.allSatisfy { $0 == 0 })
    writer.buffer.copyBytes(from: [UInt8](1...100))
    #expect(writer.startWrite() && writer.isBusy && !writer.startRead())
    #expect(writer.lastError == EBUSY)
    #expect(end(writer) == .done)
    #expect(!writer.isBusy && writer.finished() == nil && !isReadable(writer.descriptor))
    let reader = try DirectDisk(path, forWriting: false, offset: 1024, length: 512)
    #expect(reader.startRead() && end(reader) == .done)
    #expect(reader.buffer.prefix(101).elementsEqual([UInt8](1...100) + [0]))
    let file = try readFile(path)
    #expect(file[1023] == 0xEE && file[1024] == 1 && file[1535] == 0 && file[1536] == 0xEE)
}

@Test("a read past the end is an error, not old bytes")
func pastTheEnd() throws {
    let scratch = try Scratch(onDisk: true)
    try replaceFile(scratch("disk"), with: [UInt8](repeating: 1, count: 1024), sync: true)
    for (offset, length) in [(512, 1024), (1024, 512), (1 << 40, 512)] as [(UInt64, Int)] {
        let disk = try DirectDisk(
            scratch("disk"), forWriting: false, offset: offset, length: length)
        #expect(disk.startRead() && end(disk) == .failed(EIO) && disk.lastError == EIO)
    }
}

@Test("a disk that is missing, or is none, is told")
func noDisk() throws {
    let scratch = try Scratch(onDisk: true)
    let missing = scratch("none")
    #expect(throws: SystemError("open", missing, code: ENOENT)) {
        _ = try DirectDisk(missing, forWriting: false, offset: 0, length: 512)
    }
    #expect(throws: SystemError("open", scratch.path, code: EISDIR)) {
        _ = try DirectDisk(scratch.path, forWriting: true, offset: 0, length: 512)
    }
    try replaceFile(scratch("disk"), with: [0], sync: false)
    let refused = #expect(throws: SystemError.self) {
        _ = try DirectDisk(scratch("disk"), forWriting: true, offset: 100, length: 512)
    }
    #expect(
        refused?.description == "use 512 bytes at byte 100 of \(scratch("disk")), "
            + "whose blocks have 512 bytes: Invalid argument")
}

@Test(
    "a slot on a block device is written and read; one that shares a block of 4096 is refused",
    .enabled(if: LoopDevice.isPossible, "needs root and loop devices"), arguments: [512, 4096])
func loopDevice(block: Int) throws {
    let scratch = try Scratch(onDisk: true)
    let device = try LoopDevice(scratch, block: block)
    defer { device.detach() }
    let length = 9384
    let slot = UInt64(block * 3)
    if block == 4096 {
        for (offset, length) in [(512, 4096), (4096, 512), (0, length)] as [(UInt64, Int)] {
            let refused = #expect(throws: SystemError.self) {
                _ = try DirectDisk(
                    device.path, forWriting: true, offset: offset, length: length)
            }
            let blocks = "\(device.path), whose blocks have 4096 bytes: Invalid argument"
            #expect(refused?.description.hasSuffix(blocks) == true)
        }
    }
    let whole = (length + block - 1) / block * block
    let writer = try DirectDisk(device.path, forWriting: true, offset: slot, length: whole)
    #expect(writer.logicalBlock == block)
    writer.buffer.copyBytes(from: (0..<length).map { UInt8(truncatingIfNeeded: $0 / 7) })
    #expect(writer.startWrite() && end(writer) == .done)
    let reader = try DirectDisk(device.path, forWriting: false, offset: slot, length: whole)
    #expect(reader.startRead() && end(reader) == .done)
    #expect(reader.buffer.elementsEqual(writer.buffer))
    #expect(deviceIdentity(device.path) != nil)
    #expect(deviceIdentity(device.path) != deviceIdentity(scratch("image")))
}

/// Waits for a request to end; a minute is for ever.
private func end(_ disk: DirectDisk) -> DirectDisk.Outcome? {
    #expect(isReadable(disk.descriptor, within: 60_000))
    return disk.finished()
}

/// A loop device of 1 MiB.
private struct LoopDevice {
    let path: String

    static let isPossible = isRoot && fileStamp("/dev/loop-control") != nil

    init(_ scratch: Scratch, block: Int) throws {
        try replaceFile(
            scratch("image"), with: [UInt8](repeating: 0, count: 1 << 20), sync: true)
        var options = ChildProcess.Options()
        options.output = .append(scratch("name"))
        let arguments = ["losetup", "-b", "\(block)", "-f", "--show", scratch("image")]
        try #require(
            run("/sbin/losetup", arguments, options: options, limit: .seconds(60)) == 0)
        let name = String(decoding: try readFile(scratch("name")), as: UTF8.self)
        path = String(name.prefix { $0 != "\n" })
    }

    func detach() {
        let arguments = ["losetup", "-d", path]
        _ = run("/sbin/losetup", arguments, options: .init(), limit: .seconds(60))
    }
}
