// SPDX-License-Identifier: Apache-2.0

/// What devices and mount points are called, as text.
enum FileSystemNames {
    /// One spelling for names that mean the same without looking: `/dev/<vg>/<lv>` is
    /// `/dev/mapper/<vg>-<lv>`, with each `-` inside a name doubled; a slash at the end says nothing.
    static func canonical(_ name: String) -> String {
        let name = trimmed(name)
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, parts[1] == "dev",
            !Self.directories.contains(String(parts[2]))
        else { return name }
        let doubled = parts[2...].map { part in
            part.split(separator: "-", omittingEmptySubsequences: false).joined(separator: "--")
        }
        return "/dev/mapper/" + doubled.joined(separator: "-")
    }

    /// Directories below /dev that are no volume group.
    private static let directories: Set<String> = [
        "mapper", "disk", "block", "char", "loop", "shm", "pts", "md", "cciss", "zvol", "drbd",
    ]

    static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.count > 1 && path.last == "/" { path = path.dropLast() }
        return String(path)
    }

    /// `UUID=...` and its like.
    struct Tag: Equatable {
        private static let directories = [
            "UUID": "by-uuid", "LABEL": "by-label", "PARTUUID": "by-partuuid",
            "PARTLABEL": "by-partlabel",
        ]
        /// Where udev has it.
        let link: String

        init?(_ device: String) {
            let parts = device.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let directory = Self.directories[String(parts[0])] else {
                return nil
            }
            let value = parts[1].filter { $0 != "\"" }
            link = "/dev/disk/\(directory)/\(Self.encoded(value))"
        }

        /// As udev names its links: what is neither letter, digit nor one of a few signs is `\x20`.
        private static func encoded(_ text: String) -> String {
            let plain = Set("#+-.:=@_".utf8)
            let digits = Array("0123456789abcdef".utf8)
            var name: [UInt8] = []
            for byte in text.utf8 {
                let isLetter = (65...90).contains(byte & ~32)
                if isLetter || (48...57).contains(byte) || byte >= 128 || plain.contains(byte) {
                    name.append(byte)
                } else {
                    name += [92, 120, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
            return String(decoding: name, as: UTF8.self)
        }
    }

    /// File systems that other machines keep: no device, no test write.
    static func isNetwork(_ type: String) -> Bool { networks.contains(type) }

    private static let networks: Set<String> = [
        "nfs", "nfs3", "nfs4", "cifs", "smbfs", "smb3", "9p", "ceph", "glusterfs", "lustre", "afs",
        "fuse.sshfs", "fuse.glusterfs",
    ]

    /// File systems that nobody writes to.
    static func isReadOnly(_ type: String) -> Bool {
        ["iso9660", "udf", "squashfs", "cramfs", "erofs", "romfs"].contains(type)
    }

    /// Mount points that no process is killed for.
    static let system: Set<String> = [
        "/", "/usr", "/var", "/sys", "/proc", "/tmp", "/opt", "/dev", "/dev/pts", "/home", "/boot",
        "/dev/shm",
    ]
}
