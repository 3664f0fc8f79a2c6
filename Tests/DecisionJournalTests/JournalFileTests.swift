// SPDX-License-Identifier: Apache-2.0

import Board
import Foundation
import Logging
import Platform
import Testing

@testable import Daemon

/// The file of a journal, and the way to it.
struct JournalFileTests {
    private let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("ezha-journal-\(UUID().uuidString)").path
    private var path: String { folder + "/decisions.jsonl" }

    init() throws { try makeDirectory(folder) }

    private func append(
        _ text: String, to file: JournalFile, mayBegin: Bool = false, at now: Duration = .zero
    ) {
        Array(text.utf8).withUnsafeBytes { file.append($0, mayBegin: mayBegin, at: now) }
    }

    private func size(_ path: String) -> Int { Int(fileStamp(path)?.size ?? -1) }

    @Test(
        "a new file begins where a reader can begin, and never is there more than twice the limit")
    func rotation() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = JournalFile(path, log: Logger(label: "test"))
        let block = String(repeating: "x", count: (1 << 20) - 1) + "\n"
        for _ in 0..<4 { append(block, to: file, mayBegin: true) }
        #expect(size(path) == 4 << 20 && size(path + ".1") == -1)
        append(block, to: file)
        append(block, to: file)
        append("start\n", to: file, mayBegin: true)
        #expect(size(path) == 6 && size(path + ".1") == 6 << 20)
        // Nowhere to begin: at the limit all the same.
        for _ in 0..<9 { append(block, to: file) }
        #expect(size(path) == 2 << 20 && size(path + ".1") == (7 << 20) + 6)
    }

    @Test("what a crash left of a line is cut off before the next one")
    func torn() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("{\"a\":1}\n{\"b\":".utf8).write(to: URL(fileURLWithPath: path))
        append("{\"c\":3}\n", to: JournalFile(path, log: Logger(label: "test")))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "{\"a\":1}\n{\"c\":3}\n")
    }

    @Test("a file that was taken away is made anew, and one that cannot be written is tried later")
    func gone() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = JournalFile(path, log: Logger(label: "test"))
        append("1\n", to: file)
        try FileManager.default.removeItem(atPath: path)
        append("2\n", to: file)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "2\n")
        try FileManager.default.removeItem(atPath: path)
        try makeDirectory(path)
        append("3\n", to: file, at: .seconds(1))
        try FileManager.default.removeItem(atPath: path)
        append("4\n", to: file, at: .seconds(2))
        #expect(size(path) == -1)
        append("5\n", to: file, at: .seconds(11))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "5\n")
    }

    @Test("lines wait for their writer in order, as many as there is room for")
    func outlet() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = RunDirectory(path: folder)
        let outlet = JournalOutlet(run, capacity: 100_000)
        let line = [UInt8](repeating: UInt8(ascii: "a"), count: 20_000)
        #expect(outlet.add([line, line], mark: JournalOutlet.Mark.start))
        #expect(outlet.add([line]))
        #expect(outlet.add([[UInt8(ascii: "b")]]))
        outlet.flush()
        #expect(!outlet.isEmpty && !outlet.add([line, line]))
        let bell = try Doorbell(at: run.journalBell)
        outlet.flush()
        #expect(outlet.isEmpty && outlet.add([line, line]))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 200_000, alignment: 16)
        defer { buffer.deallocate() }
        var records: [(UInt8, Int)] = []
        while let count = bell.record(into: buffer) { records.append((buffer[0], count)) }
        #expect(records.map(\.0) == Array("SLL".utf8))
        #expect(records.map(\.1) == [20_002, 20_002, 20_004])
    }
}
