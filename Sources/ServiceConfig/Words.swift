// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// Without blanks and line ends around it.
    package var trimmed: String {
        let bytes = Array(utf8)
        let isSpace = { (byte: UInt8) in
            byte.isBlank || byte == .lineFeed || byte == .carriageReturn
        }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    /// Blank-separated words.
    package var words: [String] {
        Array(utf8).split { $0.isBlank || $0 == .lineFeed || $0 == .carriageReturn }
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
