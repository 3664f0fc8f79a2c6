// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig

/// The steps of a file system's start (opensvc.md 4.3).
extension FileSystemDriver {
    /// What is mounted, and how.
    struct Source {
        var device: String
        var options: String
    }

    static func text(_ code: Int32) -> String { errorText(code) }

    /// The device, which must be there; for an image file that is bound to a loop device already,
    /// that one.
    func source(_ work: Work) async throws(StepFailure) -> Source {
        let device = keywords.device
        let plain = Source(device: device, options: keywords.options)
        let isPath = FileSystemNames.Tag(device) == nil && device != "none"
        let needsNone = FileSystemNames.isNetwork(keywords.type) || Self.virtual(keywords.type)
        guard isPath && !needsNone else { return plain }
        switch await work.host.probe(.status(path: device)) {
        case nil:
            work.log.error("\(device) is not responding")
            throw StepFailure()
        case .file(let file) where file.mode & 0o170_000 == 0o100_000:
            guard let loop = try await loopDevice(work) else { return plain }
            let options = options.filter { $0 != "loop" && !$0.hasPrefix("loop=") }
            return Source(device: loop, options: options.joined(separator: ","))
        case .file: return plain
        case .failed, .path, .names, .addresses, .done:
            work.log.error("device does not exist \(device)")
            throw StepFailure()
        }
    }

    private static func virtual(_ type: String) -> Bool {
        ["tmpfs", "proc", "sysfs", "devpts", "overlay", "ramfs", "hugetlbfs"].contains(type)
    }

    private func loopDevice(_ work: Work) async throws(StepFailure) -> String? {
        var file = keywords.device
        if case .path(let real) = await work.host.probe(.realPath(file)) { file = real }
        guard let loop = await LoopDevices(work).device(of: file) else {
            work.log.error("/sys/block is not responding")
            throw StepFailure()
        }
        return loop.isEmpty ? nil : loop
    }

    func makeMountPoint(_ work: Work) async throws(StepFailure) {
        switch await work.host.probe(.status(path: mountPoint)) {
        case nil:
            work.log.error("\(mountPoint) is not responding")
            throw StepFailure()
        case .failed(ENOENT):
            guard await work.host.probe(.makeDirectory(path: mountPoint)) == .done else {
                work.log.error("failed to create missing mountpoint \(mountPoint)")
                throw StepFailure()
            }
            work.log.info("create missing mountpoint \(mountPoint)")
        // Whatever else it is, mount says so.
        case .file, .failed, .path, .names, .addresses, .done: break
        }
    }

    /// Repairs what can be repaired without asking.
    func check(_ device: String, _ work: Work) async throws(StepFailure) {
        switch keywords.type {
        case "ext2", "ext3", "ext4":
            // A large one takes hours; killing it half way would be worse than waiting.
            let command = Command(["e2fsck", "-p", device], timeout: .seconds(24 * 3600))
            // 0 clean, 1 repaired, 32 and 33 the same after ^C.
            let codes: Set<Int32> = [0, 1, 32, 33]
            let result = await work.runLogged(command, accepted: codes)
            guard result.isSuccess(accepting: codes) else { throw StepFailure() }
        case "btrfs":
            let command = Command(["btrfs", "device", "scan"], timeout: .seconds(60))
            guard await work.runLogged(command).isSuccess else { throw StepFailure() }
        case _: break
        }
    }

    func mount(_ source: Source, _ work: Work) async throws(StepFailure) {
        var words = ["mount"]
        if !keywords.type.isEmpty { words += ["-t", keywords.type] }
        if !source.options.isEmpty { words += ["-o", source.options] }
        words += [source.device, mountPoint]
        // A journal is replayed, a server answers: minutes at worst.
        let command = Command(words, timeout: .seconds(600))
        if await work.runLogged(command).isSuccess { return }
        // A failure that left it mounted is unknown to the rollback.
        if case .mounted = await MountSearch(keywords: keywords, work: work).find() {
            try await FileSystemRelease(mountPoint: mountPoint, work: work).release()
        }
        throw StepFailure()
    }
}
