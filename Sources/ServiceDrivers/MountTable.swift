// SPDX-License-Identifier: Apache-2.0

/// What is mounted where, as `/proc/self/mountinfo` has it. Reading it touches no file system.
struct MountTable: Equatable {
    struct Mount: Equatable {
        /// Of the file system's device; 0: it has none of its own.
        var major: UInt32
        var minor: UInt32
        /// What of the file system is mounted: `/`, or more in a bind mount.
        var root: String
        var point: String
        var type: String
        /// As it was given to mount, more or less.
        var source: String
    }

    static let path = "/proc/self/mountinfo"

    private(set) var mounts: [Mount]

    /// Lines that are none are passed over.
    init(_ text: String) { mounts = text.split(separator: "\n").compactMap(Mount.init) }

    /// What is mounted at a path, what was mounted last first.
    func mounts(at point: String) -> [Mount] { mounts.filter { $0.point == point }.reversed() }
}

extension MountTable.Mount {
    /// `31 24 253:0 / /mnt/x rw,relatime shared:1 - ext3 /dev/mapper/vg-lv rw`.
    fileprivate init?(_ line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 9, let dash = words[6...].firstIndex(of: "-"),
            words.count > dash + 2
        else { return nil }
        let numbers = words[2].split(separator: ":").compactMap { UInt32($0) }
        guard numbers.count == 2 else { return nil }
        (major, minor) = (numbers[0], numbers[1])
        root = Self.unescaped(words[3])
        point = Self.unescaped(words[4])
        type = Self.unescaped(words[dash + 1])
        source = Self.unescaped(words[dash + 2])
    }

    /// The kernel writes blank, tab, newline, backslash and number sign as `\040`.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            let digits = rest.prefix(3).map { $0 &- 48 }
            if byte == 92, digits.count == 3, digits[0] < 4, digits[1] < 8, digits[2] < 8 {
                bytes.append(digits[0] << 6 | digits[1] << 3 | digits[2])
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
