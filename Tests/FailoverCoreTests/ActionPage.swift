// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The tables of docs/service-states.md, found by the comment above them.
enum StatesPage {
    /// One cell with what stands at the left of its row and at the top of its column.
    struct Cell: Sendable, CustomTestStringConvertible {
        let row: String
        let column: String
        let text: String
        var testDescription: String { "\(row), \(column): \(text)" }
    }

    static func cells(_ table: String) -> [Cell] {
        let rows = rows(table)
        guard let header = rows.first else { return [] }
        return rows.dropFirst().flatMap { row in
            zip(header, row).dropFirst().map { Cell(row: row[0], column: $0, text: $1) }
        }
    }

    /// Header and rows, without the line of dashes.
    static func rows(_ table: String) -> [[String]] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let mark = lines.firstIndex(of: "<!-- table: \(table) -->") else { return [] }
        return lines[(mark + 1)...].prefix { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { trimmed($0) }
        }.filter { $0.first?.hasPrefix("---") == false }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private static let text: String = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = fopen("/\(root)/docs/service-states.md", "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }()
}

extension ServiceState {
    init?(number: String) {
        guard let value = UInt8(number) else { return nil }
        self.init(rawValue: value)
    }
}
