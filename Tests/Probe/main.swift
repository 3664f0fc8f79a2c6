// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Platform

/// What a test needs a process of its own for: ending, detaching, faults, the whole process's log.
/// One word says what, the rest are paths.
let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.dropFirst().first, arguments.last) {
case ("parent-dies", let ran?, let pidFile?): parentDies(ran, pidFile)
case ("detach-refused", _, _): detachRefused()
case ("detach-dies", _, _): detachDies()
case ("detach", let key?, let report?): detached(key, report)
case ("log", let file?, _): logLines(file)
case ("levels", _, _): levels()
case ("fault", _, _): fault()
case ("silent-mount", let directory?, _): silentMount(directory)
case _: _exit(64)
}

/// Ends with 7 while a child that would touch `ran` waits to be recorded.
func parentDies(_ ran: String, _ pidFile: String) {
    let options = ChildProcess.Options()
    _ = try? ChildProcess("/bin/sh", ["sh", "-c", "touch \(ran)"], options: options) { pid in
        try? replaceFile(pidFile, with: Array(String(pid).utf8), sync: false)
        _exit(7)
    }
}

func detachRefused() {
    detach(program: "heartd") { () throws(StartRefusal) -> Void in
        throw StartRefusal("port 99999: not 1 to 65535")
    }
}

func detachDies() {
    detach(program: "heartd") { () throws(StartRefusal) -> Void in _exit(0) }
}

/// Goes into the background with a lock, and reports there: its pid, whether it is in somebody's
/// session, its descriptors.
func detached(_ key: String, _ report: String) {
    let inherited = open("/dev/null", O_RDONLY)
    let lock = detach(program: "heartd") { () throws(StartRefusal) -> LockFile in
        do throws(SystemError) { return try LockFile(key) } catch {
            throw StartRefusal(error.description)
        }
    }
    let files = (0...max(9, inherited)).filter {
        fcntl($0, F_GETFD) >= 0 && $0 != lock.descriptor
    }
    let text = "\(getpid()) \(getsid(0) != getpid()) \(files)"
    try? replaceFile(report, with: Array(text.utf8), sync: false)
    sleep(600)
}

func logLines(_ file: String) {
    setenv("EZ_LOG_FILE", file, 1)
    SystemLog.bootstrap(ident: "heartd", facility: "local3", level: 6, echo: true)
    let log = Logger(label: "test")
    log.error("an error")
    log.info("an info")
    log.debug("no debug yet")
    SystemLog.level = 7
    log.debug("a debug")
    SystemLog.level = 3
    log.warning("no warning any more")
}

/// Writes the levels that came of 99 and of -1.
func levels() {
    for level in [99, -1] {
        SystemLog.level = level
        let line = "\(SystemLog.level)\n"
        _ = write(1, line, line.utf8.count)
    }
}

func fault() {
    signal(SIGSEGV, SIG_DFL)  // Swift's backtracer would stay
    SystemLog.bootstrap(ident: "nmond", facility: "daemon", level: 6, echo: false)
    kill(getpid(), SIGSEGV)
    while true { pause() }
}
