// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

/// What people and scripts see: whole lines, written at once, in the order they were said.
enum Console {
    static func print(_ line: String) { writeText(line + "\n", to: 1) }
    static func error(_ line: String) { writeText(line + "\n", to: 2) }
    /// Text that brings its own line ends.
    static func print(text: String) { writeText(text, to: 1) }
    static func error(text: String) { writeText(text, to: 2) }

    /// Whether someone sits there: the FHS commands then print their log lines too
    /// (specification, 8).
    static var isInteractive: Bool { isatty(0) == 1 }
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
