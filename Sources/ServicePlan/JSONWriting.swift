// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// Written as Python's `json.dumps(..., indent=4, sort_keys=True)` does it, which is what readers of
/// the agent's output have been fed so far: keys sorted, ASCII only, one element per line.
extension JSONText {
    /// Without a line feed at its end.
    ///
    /// - Parameter indent: Blanks before the line that it stands on.
    package func written(indent: Int = 0) -> String {
        switch self {
        case .string(let text): return JSONText.quoted(text)
        case .number(let digits): return digits
        case .bool(let value): return value ? "true" : "false"
        case .null: return "null"
        case .array(let elements):
            return JSONText.block("[", elements.map { $0.written(indent: indent + 4) }, "]", indent)
        case .object(let members):
            let lines = members.sorted { $0.key < $1.key }.map { member in
                "\(JSONText.quoted(member.key)): \(member.value.written(indent: indent + 4))"
            }
            return JSONText.block("{", lines, "}", indent)
        }
    }

    /// - Parameter members: With keys that differ.
    package static func object(_ members: [String: JSONText]) -> JSONText {
        .object(members.map { Member(key: $0.key, value: $0.value) })
    }

    private static func block(
        _ open: String, _ lines: [String], _ close: String, _ indent: Int
    ) -> String {
        guard !lines.isEmpty else { return open + close }
        let margin = String(repeating: " ", count: indent)
        let body = lines.map { "\(margin)    \($0)" }.joined(separator: ",\n")
        return "\(open)\n\(body)\n\(margin)\(close)"
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.utf16.map { unit in
            switch unit {
            case 0x22: "\\\""
            case 0x5C: "\\\\"
            case 0x0A: "\\n"
            case 0x0D: "\\r"
            case 0x09: "\\t"
            case 0x08: "\\b"
            case 0x0C: "\\f"
            case 0x20...0x7E: String(UnicodeScalar(UInt8(unit)))
            default: "\\u" + hexadecimal(unit)
            }
        }
        return "\"" + escaped.joined() + "\""
    }

    private static func hexadecimal(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
