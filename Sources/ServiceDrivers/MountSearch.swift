// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// Looks whether a device is mounted on a mount point, under whatever names (opensvc.md 4.3).
///
/// Names that match as they stand cost nothing. Else device and mount point are looked at in children.
struct MountSearch {
    enum Finding: Equatable {
        case mounted(MountTable.Mount)
        case notMounted
        /// It did not answer: a device or mount point.
        case silent(String)
        case unreadable
    }

    let keywords: FileSystemKeywords
    let work: Work

    func find() async -> Finding {
        guard let text = work.host.read(MountTable.path) else { return .unreadable }
        let table = MountTable(text)
        let point = FileSystemNames.trimmed(keywords.mountPoint)
        let here = table.mounts(at: point)
        if let mount = here.first(where: isSameName) { return .mounted(mount) }
        guard let candidates = await candidates(table, here) else { return .silent(point) }
        // On the node where the service is not, nobody looks at its devices.
        if candidates.isEmpty { return .notMounted }
        if let mount = candidates.first(where: isSameName) { return .mounted(mount) }
        guard let identity = await identity() else { return .silent(keywords.device) }
        let mount = candidates.first(where: identity.matches)
        return mount.map { .mounted($0) } ?? .notMounted
    }

    /// Mounts at the mount point, by the path it really is; nil: no answer.
    private func candidates(
        _ table: MountTable, _ here: [MountTable.Mount]
    ) async -> [MountTable.Mount]? {
        if !here.isEmpty { return here }
        switch await work.host.probe(.realPath(keywords.mountPoint)) {
        case nil: return nil
        case .path(let path): return table.mounts(at: path)
        case .failed, .file, .names, .addresses, .done: return []
        }
    }

    private func isSameName(_ mount: MountTable.Mount) -> Bool {
        let wanted = keywords.device
        if wanted == "none" { return mount.type == keywords.type }
        return FileSystemNames.canonical(wanted) == FileSystemNames.canonical(mount.source)
    }

    /// What a device is, whatever it is called.
    struct Identity {
        var major: UInt32 = 0
        var minor: UInt32 = 0
        /// Its real path, loop device, or what `blkid` says.
        var names: [String] = []
        /// A directory that is mounted a second time.
        var directory: String?

        func matches(_ mount: MountTable.Mount) -> Bool {
            if major != 0 && mount.major == major && mount.minor == minor { return true }
            if names.contains(FileSystemNames.canonical(mount.source)) { return true }
            return mount.root != "/" && directory?.hasSuffix(mount.root) == true
        }
    }

    /// nil: no answer.
    private func identity() async -> Identity? {
        guard let path = await devicePath() else { return nil }
        guard path.hasPrefix("/") else { return Identity() }
        // Both at once: together they may take 5 s.
        async let real = work.host.probe(.realPath(path))
        guard let status = await work.host.probe(.status(path: path)) else { return nil }
        guard case .file(let file) = status else { return Identity() }
        guard let real = await real else { return nil }
        var identity = Identity()
        if case .path(let name) = real { identity.names = [name] + mapperNames(name) }
        switch file.mode & 0o170_000 {
        case 0o060_000: (identity.major, identity.minor) = (file.deviceMajor, file.deviceMinor)
        case 0o100_000:
            guard let loop = await LoopDevices(work).device(of: identity.names.first ?? path)
            else { return nil }
            identity.names += loop.isEmpty ? [] : [loop]
        case 0o040_000: identity.directory = identity.names.first
        case _: break
        }
        return identity
    }

    /// The name that device-mapper gave to `/dev/dm-0`.
    private func mapperNames(_ path: String) -> [String] {
        guard path.hasPrefix("/dev/dm-"),
            let name = work.host.read("/sys/block/\(path.dropFirst(5))/dm/name")
        else { return [] }
        return ["/dev/mapper/" + name.prefix { $0 != "\n" }]
    }

    /// The path of a device that may be named by what is written on it; nil: no answer.
    private func devicePath() async -> String? {
        guard let tag = FileSystemNames.Tag(keywords.device) else { return keywords.device }
        let link = tag.link
        switch await work.host.probe(.status(path: link)) {
        case nil: return nil
        case .file: return link
        case .failed, .path, .names, .addresses, .done: break
        }
        // No udev. Three seconds, then one for TERM and one for KILL: five.
        let words = ["blkid", "-t", keywords.device, "-o", "device"]
        let result = await work.runQuiet(Command(words, timeout: .seconds(3)))
        if result.end == .timedOut { return nil }
        return result.output.split(separator: "\n").first.map { String($0) } ?? ""
    }
}

/// Loop devices and the image files that they are bound to.
struct LoopDevices {
    private let work: Work

    init(_ work: Work) { self.work = work }

    /// The loop device of an image file; empty: none; nil: no answer.
    ///
    /// - Parameter file: Its real path.
    func device(of file: String) async -> String? {
        guard let answer = await work.host.probe(.list(directory: "/sys/block")) else { return nil }
        guard case .names(let names) = answer else { return "" }
        let name = names.first { name in
            guard name.hasPrefix("loop"),
                let bound = work.host.read("/sys/block/\(name)/loop/backing_file")
            else { return false }
            return bound.prefix { $0 != "\n" } == file
        }
        return name.map { "/dev/" + $0 } ?? ""
    }
}
