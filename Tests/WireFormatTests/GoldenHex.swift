// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Bytes worked out by hand: `Vectors/trailer/NAME.hex`.
///
/// Pairs of digits, `00*16` for a run, and behind `;` a comment.
func golden(_ name: String) throws -> [UInt8] {
    let url = Bundle.module.resourceURL!.appendingPathComponent("Vectors/trailer/\(name).hex")
    let text = try String(contentsOf: url, encoding: .utf8)
    return text.split(separator: "\n").flatMap { line in
        line.prefix { $0 != ";" }.split(separator: " ").flatMap { word -> [UInt8] in
            let parts = word.split(separator: "*")
            let byte = UInt8(parts[0], radix: 16)!
            return [UInt8](repeating: byte, count: parts.count == 2 ? Int(parts[1])! : 1)
        }
    }
}
