// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The block device that all nodes of a lab see, and the faults a real one has.
package struct SharedDisk {
    /// What to build it from.
    package enum Kind: String, Sendable {
        /// A loop device over a sparse file, or the file itself where no loop device is to be had.
        case loop
        /// A regular file, seen by the nodes at a device's path.
        case file
        /// A loop device over a file in a file system that can be frozen: a disk that can hang.
        case freezable
        /// A loop device for each node, over a file system of our own: see `DiskFault`. Needs FUSE.
        case faulty
    }

    /// The tutorial's name for it, the same on all nodes.
    package static let path =
        "/dev/mapper/14f504e46494c45526967724d32682d553243692d4f336a4c"

    /// The loop device or the file, as this machine sees it.
    package let device: String
    /// The file that holds the bytes, as the janitor sees it.
    private let backing: String
    /// Where this process reads and writes: the file itself, if the janitor does not hide it.
    private let bytesPath: String
    private let janitor: Janitor
    private let directory: String

    init(directory: String, janitor: Janitor) throws {
        device = try firstLine(of: directory + "/disk.device")
        backing = try firstLine(of: directory + "/disk.backing")
        // What nodes write with O_DIRECT goes through the loop device into the file's pages.
        bytesPath = access(backing, R_OK) == 0 ? backing : device
        self.janitor = janitor
        self.directory = directory
    }

    /// Whether the nodes see a block device and not a file.
    package var isBlockDevice: Bool { device != backing }

    /// The bytes of one slot, as they are now.
    ///
    /// - Parameter block: Where it begins, in blocks of 512 bytes.
    package func read(block: Int, count: Int = 512) throws -> [UInt8] {
        let descriptor = open(bytesPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LabError.failed("open \(bytesPath): errno \(errno)") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &bytes, count, off_t(block * 512))
        guard got >= 0 else { throw LabError.failed("read \(bytesPath): errno \(errno)") }
        return Array(bytes[..<got])
    }

    /// Overwrites a slot behind the nodes' backs: zeros, stale bytes, a foreign node's beat.
    package func write(_ bytes: [UInt8], block: Int) throws {
        let descriptor = open(bytesPath, O_WRONLY | O_CLOEXEC | O_SYNC)
        guard descriptor >= 0 else { throw LabError.failed("open \(bytesPath): errno \(errno)") }
        defer { close(descriptor) }
        guard pwrite(descriptor, bytes, bytes.count, off_t(block * 512)) == bytes.count else {
            throw LabError.failed("write \(bytesPath): errno \(errno)")
        }
    }

    /// From now on every read at or behind a block fails with EIO, until a node has written there.
    package func loseContent(from block: Int = 0) throws {
        guard isBlockDevice else {
            throw LabError.notPossibleHere("no loop device: reads of the disk cannot fail")
        }
        try janitor.command(["truncate", "-s", "\(block * 512)", backing]).check()
    }

    /// Gives the lost bytes back, as zeros.
    package func restoreContent(bytes: Int) throws {
        try janitor.command(["truncate", "-s", "\(bytes)", backing]).check()
    }

    /// What nodes see that have no device of their own; else theirs.
    func device(of node: Int) -> String {
        (try? firstLine(of: "\(directory)/disk.device.\(node)")) ?? device
    }

    /// What is wrong with the disk from now on, and nothing else; none heals it. Of kind `faulty`.
    package func fail(_ faults: DiskFault...) throws {
        let path = directory + "/disk.faults"
        try ClusterLab.write(faults.map { $0.line + "\n" }.joined(), to: path + ".new")
        guard rename(path + ".new", path) == 0 else {
            throw LabError.failed("rename \(path): errno \(errno)")
        }
    }

    /// From now on every write hangs, and the process that waits for it cannot be killed.
    package func hang() throws {
        try janitor.command(["fsfreeze", "-f", rig]).check()
    }

    /// Lets everything that hangs go on.
    package func resume() throws {
        try janitor.command(["fsfreeze", "-u", rig]).check()
    }

    private var rig: String { String(backing.prefix { _ in true }.dropLast("/disk".count)) }
}
