// SPDX-License-Identifier: Apache-2.0

import DecisionJournal
import WireFormat

/// Any text as a decision journal: each line is taken, or refused under its own number.
///
/// The checksum of a state of the core is made right first, so that what lies behind it is tried too.
struct JournalExamination {
    private var replay = JournalReplay()

    static func examine(_ text: [UInt8]) -> FuzzOutcome {
        var examination = JournalExamination()
        var taken = 0
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if let broken = writingBroken(line, index + 1) {
                return FuzzOutcome(accepted: taken, broken: broken)
            }
            let (isTaken, broken) = examination.take(sealed(line), index + 1)
            taken += isTaken ? 1 : 0
            if let broken { return FuzzOutcome(accepted: taken, broken: broken) }
        }
        return FuzzOutcome(accepted: taken)
    }

    /// What was understood is written such that it is understood in the same way.
    private static func writingBroken(_ line: ArraySlice<UInt8>, _ number: Int) -> String? {
        guard let value = try? parse(line, line: number) else { return nil }
        let written = value.bytes
        guard !written.contains(where: { $0 < 0x20 }) else { return "a line that is several" }
        guard let read = try? parse(written, line: number) else {
            return "what was written is refused: \(value.line)"
        }
        // Bytes too: texts are the same to Swift where accents are put together otherwise.
        return read == value && read.bytes == written ? nil : "\(value) is read as \(read)"
    }

    private static func sealed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        guard let value = try? parse(line, line: 1), case .object(let members) = value,
            members.contains(where: { $0.key == "core" })
        else { return Array(line) }
        return sealed(value)
    }

    /// The line with a right sum of its `core`, if it has one.
    static func sealed(_ value: JournalValue) -> [UInt8] {
        guard case .object(var members) = value,
            let core = members.first(where: { $0.key == "core" })?.value,
            let sum = members.firstIndex(where: { $0.key == "sum" })
        else { return value.bytes }
        members[sum].value = .number(Int64(CRC32C.checksum(core.bytes)))
        return JournalValue.object(members).bytes
    }

    /// The same line in the same place says the same.
    private mutating func take(_ line: [UInt8], _ number: Int) -> (Bool, String?) {
        var second = replay
        let found = LineOutcome(of: line, number, by: &replay)
        guard LineOutcome(of: line, number, by: &second) == found else {
            return (true, "line \(number) is not judged alike twice")
        }
        switch found {
        case .agreed: return (true, nil)
        case .differs(let difference):
            return (true, difference.line == number ? nil : "line \(number) is told as another")
        case .refused(let error):
            return (false, error.line == number ? nil : "line \(number) is refused as \(error)")
        }
    }
}

/// What a reader makes of one line.
enum LineOutcome: Equatable {
    case agreed
    case differs(JournalReplay.Difference)
    case refused(JournalError)

    init(of line: [UInt8], _ number: Int, by replay: inout JournalReplay) {
        do throws(JournalError) {
            let difference = try replay.take(line, line: number)
            self = difference.map(LineOutcome.differs) ?? .agreed
        } catch {
            self = .refused(error)
        }
    }
}
