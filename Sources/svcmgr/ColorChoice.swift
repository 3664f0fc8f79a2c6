// SPDX-License-Identifier: Apache-2.0

import Glibc

/// When words are coloured: `--color`, or what the stream is (opensvc.md 2.2).
enum ColorChoice: String, CaseIterable {
    case auto, always, yes, never, no

    func isOn(for descriptor: CInt) -> Bool {
        switch self {
        case .auto: isatty(descriptor) == 1
        case .always, .yes: true
        case .never, .no: false
        }
    }
}
