// SPDX-License-Identifier: Apache-2.0

/// What a program printed, up to a limit; the rest is taken from it, so that it does not stand still,
/// and counted.
struct CommandOutput: Equatable, Sendable {
    /// Bytes. More than any tool here prints unless it went wrong.
    static let limit = 1 << 18

    private(set) var bytes: [UInt8] = []
    private var dropped = 0

    mutating func append(_ more: UnsafeRawBufferPointer) {
        let room = Self.limit - bytes.count
        bytes += more.prefix(room)
        dropped += max(more.count - room, 0)
    }

    var text: String {
        let kept = String(decoding: bytes, as: UTF8.self)
        guard dropped > 0 else { return kept }
        return kept + "\n[\(dropped) bytes more were left out]\n"
    }
}
