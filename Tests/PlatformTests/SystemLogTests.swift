// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Platform
import Testing

@Test("lines up to the level are written, with name and pid, and echoed when asked for")
func logLines() async throws {
    let scratch = try Scratch()
    let result = await #expect(
        processExitsWith: .success, observing: [\.standardOutputContent, \.standardErrorContent]
    ) { [path = scratch("log") as String] in
        setenv("EZ_LOG_FILE", path, 1)
        SystemLog.bootstrap(ident: "heartd", facility: "local3", level: 6, echo: true)
        let log = Logger(label: "test")
        log.error("an error")
        log.info("an info")
        log.debug("no debug yet")
        SystemLog.level = 7
        log.debug("a debug")
        SystemLog.level = 3
        log.warning("no warning any more")
        _exit(0)
    }
    let text = String(decoding: try readFile(scratch("log")), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.map { $0.drop { $0 != "]" } } == ["]: an error", "]: an info", "]: a debug"])
    #expect(lines.allSatisfy { $0.hasPrefix("heartd[") })
    #expect(
        result?.standardOutputContent.suffix(16).elementsEqual("an info\na debug\n".utf8) == true)
    #expect(result?.standardErrorContent.suffix(9).elementsEqual("an error\n".utf8) == true)
}

@Test("a level stays between 0 and 7")
func levels() async {
    await #expect(processExitsWith: .success) {
        SystemLog.level = 99
        #expect(SystemLog.level == 7)
        SystemLog.level = -1
        #expect(SystemLog.level == 0)
    }
}

@Test("a process that ends by a fault says so")
func lastWords() async {
    let result = await #expect(
        processExitsWith: .signal(SIGSEGV), observing: [\.standardErrorContent]
    ) {
        signal(SIGSEGV, SIG_DFL)  // a backtracer of the test's own would stay
        SystemLog.bootstrap(ident: "nmond", facility: "daemon", level: 6, echo: false)
        kill(getpid(), SIGSEGV)
        while true { pause() }
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("nmond: ended by a fault: signal 11\n"))
}
