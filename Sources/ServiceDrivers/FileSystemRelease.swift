// SPDX-License-Identifier: Apache-2.0

/// Unmounts, and where that fails ends the processes in the way (opensvc.md 4.3, decision 14).
struct FileSystemRelease {
    let mountPoint: String
    let work: Work

    /// Flushing what a large cache holds takes minutes.
    private var command: Command { Command(["umount", mountPoint], timeout: .seconds(600)) }

    func release() async throws(StepFailure) {
        for _ in 1...3 {
            work.log.info(command.line)
            let result = await unmountPatiently()
            work.report(result, of: command, failures: .warning)
            if isOver(result) { return }
            if FileSystemNames.system.contains(FileSystemNames.trimmed(mountPoint)) { break }
            if await releaseByForce() { return }
        }
        work.log.error("failed to umount \(mountPoint)")
        throw StepFailure()
    }

    /// What was killed a moment ago may hold it a moment longer: tries again for a second.
    private func unmountPatiently() async -> CommandResult {
        var result = await work.host.run(command)
        for _ in 1...10 where result.error.contains("busy") {
            await work.host.pause(.milliseconds(100))
            result = await work.host.run(command)
        }
        return result
    }

    private func releaseByForce() async -> Bool {
        await work.runLogged(Command(["sync"], timeout: .seconds(60)))
        for _ in 1...4 where await isMountPoint() {
            let killing = Command(["fuser", "-kmv", mountPoint], timeout: .seconds(30))
            await work.runLogged(killing, failures: .info)
            work.log.info(command.line)
            if isOver(await unmountPatiently()) { return true }
        }
        return false
    }

    /// Of what is no mount point any more, fuser would end those who use the file system above it.
    private func isMountPoint() async -> Bool {
        guard let text = work.host.read(MountTable.path) else { return false }
        let table = MountTable(text)
        if !table.mounts(at: FileSystemNames.trimmed(mountPoint)).isEmpty { return true }
        guard case .path(let real) = await work.host.probe(.realPath(mountPoint)) else {
            return false
        }
        return !table.mounts(at: real).isEmpty
    }

    private func isOver(_ result: CommandResult) -> Bool {
        result.isSuccess || result.error.contains("not mounted")
    }
}
