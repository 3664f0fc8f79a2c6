// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

@Test("lines up to the level are written, with name and pid, and echoed when asked for")
func logLines() throws {
    let scratch = try Scratch()
    let result = try probe("log", scratch("log"))
    let text = String(decoding: try readFile(scratch("log")), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.map { $0.drop { $0 != "]" } } == ["]: an error", "]: an info", "]: a debug"])
    #expect(lines.allSatisfy { $0.hasPrefix("heartd[") })
    #expect(result == ProbeResult(status: 0, output: "an info\na debug\n", error: "an error\n"))
}

@Test("a level stays between 0 and 7")
func levels() throws {
    #expect(try probe("levels") == ProbeResult(status: 0, output: "7\n0\n", error: ""))
}

@Test("a process that ends by a fault says so")
func lastWords() throws {
    let result = try probe("fault")
    #expect(result.status == -SIGSEGV)
    #expect(result.error == "nmond: ended by a fault: signal 11\n")
}
