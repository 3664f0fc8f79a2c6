// SPDX-License-Identifier: Apache-2.0

import Config

/// Any words as the arguments of a command that adds a line to a file, or of a link program.
///
/// What is accepted as a link or a service is written as a line that reads as the same one.
enum ColumnsExamination {
    static func examine(_ input: [UInt8]) -> FuzzOutcome {
        let words = input.split(separator: 0, omittingEmptySubsequences: false)
        let columns = words.map { String(decoding: $0, as: UTF8.self) }
        var outcome = FuzzOutcome()
        if let line = try? MonitorLine(columns: columns, lineNumber: 0) {
            outcome.accepted += 1
            let text = MonitorFile.adding(line, to: [])
            let read = MonitorFile.parse(text, file: "monitor").value.lines.map(\.columns)
            if read != [line.columns] && columns[1] != "raw" {
                outcome.broken = "\(line) is written as what reads \(read)"
            }
        }
        if let service = try? ServiceDefinition(columns: columns, lineNumber: 0) {
            outcome.accepted += 1
            let text = ServicesFile.adding(service, to: [])
            let read = ServicesFile.parse(text, file: "services").value.services.map(\.columns)
            if read != [service.columns] { outcome.broken = "\(service) is written as \(read)" }
        }
        return outcome
    }
}
