// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

@Test("a reader gets what was published last, whole")
func publishAndRead() throws {
    let scratch = try Scratch()
    let writer = try SharedPage(writing: scratch("p"), capacity: 100, version: 3)
    let reader = try SharedPage(reading: scratch("p"), version: 3)
    #expect(content(reader) == nil)
    publish(writer, [1, 2, 3], [4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    #expect(content(reader) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    let before = reader.sequence
    [20, 21, 22].withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
        writer.publish(headOnly: UnsafeRawBufferPointer(rebasing: bytes[..<1]))
    }
    #expect(content(reader) == [20, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    #expect(reader.sequence != before)
    publish(writer, [UInt8](0..<100), [])
    #expect(content(reader) == [UInt8](0..<100))
    #expect(content(reader, room: 99) == nil)
}

@Test("a reader of another version gets nothing")
func otherVersion() throws {
    let scratch = try Scratch()
    let writer = try SharedPage(writing: scratch("p"), capacity: 64, version: 3)
    publish(writer, [1], [])
    #expect(content(try SharedPage(reading: scratch("p"), version: 4)) == nil)
}

@Test("a file that is no page is refused")
func noPage() throws {
    let scratch = try Scratch()
    try replaceFile(scratch("p"), with: [1, 2, 3], sync: false)
    #expect(throws: SystemError("map page", scratch("p"), code: EPROTO)) {
        try SharedPage(reading: scratch("p"), version: 1)
    }
    try replaceFile(scratch("q"), with: [UInt8](repeating: 0, count: 4096), sync: false)
    #expect(content(try SharedPage(reading: scratch("q"), version: 0)) == nil)
    #expect(throws: SystemError("open page", scratch("r"), code: ENOENT)) {
        try SharedPage(reading: scratch("r"), version: 1)
    }
}

@Test("the readers of a page that a new writer replaced get nothing more, and notice")
func replacedPage() throws {
    let scratch = try Scratch()
    let old = try SharedPage(writing: scratch("p"), capacity: 64, version: 1)
    publish(old, [1], [])
    let reader = try SharedPage(reading: scratch("p"), version: 1)
    let before = reader.sequence
    #expect(!reader.isAbandoned)
    let new = try SharedPage(writing: scratch("p"), capacity: 64, version: 1)
    #expect(content(reader) == nil)
    #expect(reader.isAbandoned && reader.sequence != before)
    publish(new, [2], [])
    let again = try SharedPage(reading: scratch("p"), version: 1)
    #expect(content(again) == [2])
    #expect(again.sequence > before)
    try remove(scratch("p"))
    #expect(again.isAbandoned)
}

@Test("no reader ever sees half of two publishes, however fast the writer is")
func noTornReads() async throws {
    let scratch = try Scratch()
    let path = scratch("p")
    let writer = try SharedPage(writing: path, capacity: 4096, version: 1)
    publish(writer, [UInt8](repeating: 0, count: 800), [])
    let reader = Task.detached {
        let page = try SharedPage(reading: path, version: 1)
        var good = 0
        var torn = 0
        while true {
            guard let bytes = content(page) else { continue }
            good += 1
            // Each publish holds one value only, and a length that goes with it.
            if bytes.contains(where: { $0 != bytes[0] }) || bytes.count != 800 + Int(bytes[0]) {
                torn += 1
            }
            if bytes[0] == 255 { return (good, torn) }
        }
    }
    for turn in 0..<20_000 {
        let value = UInt8(turn % 200)
        publish(
            writer, [UInt8](repeating: value, count: 800),
            [UInt8](repeating: value, count: Int(value)))
    }
    publish(writer, [UInt8](repeating: 255, count: 800), [UInt8](repeating: 255, count: 255))
    let (good, torn) = try await reader.value
    #expect(good > 0 && torn == 0)
}

@Test(
    "a writer that was killed half-way leaves a page that gives nothing, and the next one heals it")
func diedWhileWriting() throws {
    let scratch = try Scratch()
    let writer = try SharedPage(writing: scratch("p"), capacity: 64, version: 1)
    publish(writer, [1], [])
    let reader = try SharedPage(reading: scratch("p"), version: 1)
    // The sequence stands first in the file; odd means that the writer is at it.
    let file = open(scratch("p"), O_WRONLY)
    var odd = reader.sequence | 1
    pwrite(file, &odd, 8, 0)
    close(file)
    #expect(content(reader) == nil)
    let next = try SharedPage(writing: scratch("p"), capacity: 64, version: 1)
    publish(next, [2], [])
    #expect(content(try SharedPage(reading: scratch("p"), version: 1)) == [2])
}

@Test("a bell that was rung is readable until it is silenced; a missing or full one hurts nobody")
func doorbell() throws {
    let scratch = try Scratch()
    let path = try StaticPath(scratch("b"))
    let rope = try BellRope()
    rope.ring(path)
    let bell = try Doorbell(at: scratch("b"))
    #expect(!isReadable(bell.descriptor))
    for _ in 0..<10_000 { rope.ring(path) }
    #expect(isReadable(bell.descriptor))
    bell.silence()
    #expect(!isReadable(bell.descriptor))
    let next = try Doorbell(at: scratch("b"))
    rope.ring(path)
    #expect(isReadable(next.descriptor) && !isReadable(bell.descriptor))
    #expect(throws: SystemError.self) { try StaticPath(String(repeating: "x", count: 108)) }
}

private func publish(_ page: SharedPage, _ head: [UInt8], _ body: [UInt8]) {
    head.withUnsafeBytes { head in body.withUnsafeBytes { page.publish(head, $0) } }
}

private func content(_ page: SharedPage, room: Int = 4096) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: room)
    guard let count = bytes.withUnsafeMutableBytes({ page.read(into: $0) }) else { return nil }
    return Array(bytes[..<count])
}

func isReadable(_ descriptor: CInt, within milliseconds: CInt = 0) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, milliseconds) == 1
}
