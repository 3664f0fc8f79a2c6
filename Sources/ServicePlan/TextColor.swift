// SPDX-License-Identifier: Apache-2.0

/// Colours of a terminal, for people; a coloured text keeps its padding outside (opensvc.md 7.2).
package enum TextColor: String, Sendable {
    case bold = "\u{1B}[001m"
    case red = "\u{1B}[031m"
    case green = "\u{1B}[032m"
    case brown = "\u{1B}[033m"
    case blue = "\u{1B}[034m"
    case lightBlue = "\u{1B}[094m"

    package static let end = "\u{1B}[000m"

    package func paint(_ text: String) -> String { rawValue + text + TextColor.end }

    package init(_ status: Status) {
        switch status {
        case .up, .standbyUp: self = .green
        case .down, .standbyDown: self = .red
        case .warn: self = .brown
        case .notApplicable, .undefined: self = .lightBlue
        }
    }
}

extension String {
    /// Blanks behind it up to a width in characters; a longer text stays whole.
    package func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
