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

@Test(
    "a disk that hangs hangs nobody: the request stays under way until the disk is back",
    .enabled(if: HungDisk.isPossible, "needs root, loop devices, mkfs.ext4 and fsfreeze"))
func hungDisk() throws {
    let scratch = try Scratch(onDisk: true)
    let rig = try HungDisk(scratch)
    defer { rig.remove() }
    let disk = try DirectDisk(rig.device, forWriting: true, offset: 0, length: 512)
    #expect(disk.startWrite() && end(disk) == .done)
    rig.hang()
    #expect(disk.startWrite() && disk.isBusy)
    #expect(!isReadable(disk.descriptor, within: 300))
    #expect(disk.finished() == nil && disk.isBusy && !disk.startWrite())
    // Dropped while it hangs: neither waits for it nor frees what the kernel still uses.
    var dropped: DirectDisk? = try DirectDisk(
        rig.device, forWriting: true, offset: 512, length: 512)
    #expect(dropped?.startWrite() == true)
    dropped = nil
    rig.heal()
    #expect(end(disk) == .done && disk.startWrite() && end(disk) == .done)
}

/// Waits for a request to end; a minute is for ever.
private func end(_ disk: DirectDisk) -> DirectDisk.Outcome? {
    #expect(isReadable(disk.descriptor, within: 60_000))
    return disk.finished()
}

private func runTool(_ path: String, _ arguments: String..., output: String? = nil) -> Bool {
    var options = ChildProcess.Options()
    options.output = output.map { .append($0) } ?? .null
    options.error = .null
    return run(path, [path] + arguments, options: options, limit: .seconds(60)) == 0
}

/// A loop device over a file.
private struct LoopDevice {
    let path: String

    static let isPossible = isRoot && fileStamp("/dev/loop-control") != nil

    init(_ scratch: Scratch, block: Int) throws {
        let image = scratch("image")
        try replaceFile(image, with: [UInt8](repeating: 0, count: 1 << 20), sync: true)
        try self.init(image, nameFile: scratch("name"), "--sector-size=\(block)")
    }

    init(_ image: String, nameFile: String, _ option: String) throws {
        let found = runTool(
            "/sbin/losetup", option, "-f", "--show", image, output: nameFile)
        try #require(found)
        path = String(decoding: try readFile(nameFile).prefix { $0 != 10 }, as: UTF8.self)
    }

    func detach() { _ = runTool("/sbin/losetup", "-d", path) }
}

/// A loop device over a file of a file system that can be frozen: then requests never end.
private struct HungDisk {
    let device: String
    private let loop: LoopDevice
    private let mount: String

    static let isPossible =
        LoopDevice.isPossible
        && ["/sbin/mkfs.ext4", "/sbin/fsfreeze", "/bin/mount"].allSatisfy(isExecutable)

    init(_ scratch: Scratch) throws {
        let image = scratch("fs")
        mount = scratch("mnt")
        try makeDirectory(mount)
        try replaceFile(image, with: [UInt8](repeating: 0, count: 8 << 20), sync: true)
        try #require(runTool("/sbin/mkfs.ext4", "-q", "-F", image))
        try #require(runTool("/bin/mount", "-o", "loop", image, mount))
        let inner = mount + "/disk"
        try replaceFile(inner, with: [UInt8](repeating: 1, count: 1 << 20), sync: true)
        do {
            loop = try LoopDevice(inner, nameFile: scratch("name"), "--direct-io=on")
        } catch {
            _ = runTool("/bin/umount", mount)
            throw error
        }
        device = loop.path
    }

    func hang() { _ = runTool("/sbin/fsfreeze", "-f", mount) }
    func heal() { _ = runTool("/sbin/fsfreeze", "-u", mount) }

    func remove() {
        heal()
        loop.detach()
        // The leaked disk keeps the loop device, and so the mount, until this process ends.
        _ = runTool("/bin/umount", "-l", mount)
    }
}
