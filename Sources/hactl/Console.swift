// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What people and scripts see: whole lines, written at once, in the order they were said.
enum Console {
    static func print(_ line: String) { write(line + "\n", to: 1) }
    static func error(_ line: String) { write(line + "\n", to: 2) }
    /// Text that brings its own line ends.
    static func print(text: String) { write(text, to: 1) }
    static func error(text: String) { write(text, to: 2) }

    /// Whether someone sits there: the FHS commands then print their log lines too
    /// (specification, 8).
    static var isInteractive: Bool { isatty(0) == 1 }

    private static func write(_ text: String, to descriptor: CInt) {
        var text = text
        text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let written = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if written < 0 && errno != EINTR { return }
                done += max(written, 0)
            }
        }
    }
}

extension String {
    /// As `%-16s`: blanks behind a short text, a long one as it is.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - utf8.count))
    }

    /// ASCII letters only, as strcasecmp compares.
    var asciiLowercased: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
