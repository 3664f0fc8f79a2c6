// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

@Test(
    "an exit code, a signal and a program that cannot be run are told apart",
    arguments: [
        ("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -9 $$", -9), ("kill -15 $$", -15),
    ] as [(String, Int32)])
func exitCodes(script: String, status: Int32) throws {
    var child = try shell(script)
    #expect(end(&child) == status)
    #expect(child.status() == status)
    #expect(child.refusal() == nil)
}

@Test("a program that cannot be run ends with 255 and says why")
func cannotRun() throws {
    let options = ChildProcess.Options()
    var missing = try ChildProcess("/nonexistent", ["/nonexistent"], options: options)
    #expect(end(&missing) == 255)
    #expect(missing.refusal()?.code == ENOENT)
    var options2 = ChildProcess.Options()
    options2.directory = "/nonexistent"
    var nowhere = try ChildProcess("/bin/true", ["true"], options: options2)
    #expect(end(&nowhere) == 255)
    #expect(nowhere.refusal()?.code == ENOENT)
}

@Test("a child gets its arguments and environment as given, and its output appended")
func argumentsAndOutput() throws {
    let scratch = try Scratch()
    try replaceFile(scratch("log"), with: Array("before\n".utf8), sync: false)
    var options = ChildProcess.Options()
    options.output = .append(scratch("log"))
    options.error = .append(scratch("log"))
    options.directory = scratch.path
    options.environment = ["A": "x y", "PATH": "/bin:/usr/bin"]
    let script = "echo \"$0|$1|$2|$A|${HOME-none}\"; pwd >&2; cat"
    var child = try ChildProcess(
        "/bin/sh", ["odd name", "-c", script, "zero", "", "two words"], options: options)
    #expect(end(&child) == 0)
    let log = String(decoding: try readFile(scratch("log")), as: UTF8.self)
    #expect(log == "before\nzero||two words|x y|none\n\(scratch.path)\n")
}

@Test("a log that cannot be opened does not keep a program from running")
func logMissing() throws {
    var options = ChildProcess.Options()
    options.output = .append("/nonexistent/log")
    var child = try shell("echo lost", options)
    #expect(end(&child) == 0)
}

@Test("a child has no descriptor above 2, default signals and an empty mask, whatever we have")
func cleanChild() throws {
    let scratch = try Scratch()
    let open = try SharedDescriptor(scratch("open"))
    defer { open.close() }
    var options = ChildProcess.Options()
    options.output = .append(scratch("files"))
    var child = try shell("ls /proc/$$/fd", options)
    #expect(end(&child) == 0)
    #expect(try readFile(scratch("files")) == Array("0\n1\n2\n".utf8))
    options.output = .append(scratch("signals"))
    let arguments = ["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"]
    var second = try ChildProcess("/bin/grep", arguments, options: options)
    #expect(end(&second) == 0)
    let masks = String(decoding: try readFile(scratch("signals")), as: UTF8.self)
        .split { $0 == "\n" || $0 == "\t" }.compactMap { UInt64($0, radix: 16) }
    // Signals 32 and 33 belong to the C library, which lets nobody set them.
    #expect(masks.count == 2 && masks.allSatisfy { $0 & ~0x1_8000_0000 == 0 }, "\(masks)")
}

@Test("a child with a session of its own leads it before it runs, and the session outlives it")
func sessions() throws {
    var options = ChildProcess.Options()
    options.newSession = true
    var leader: Int32 = 0
    // The shell ends at once; its background child keeps the session alive until it is killed.
    var child = try shell("sleep 1000 & exit 3", options) { leader = getsid($0) }
    let started = try #require(processStart(child.pid))
    #expect(leader == child.pid)
    #expect(end(&child) == 3)
    #expect(sessionLives(child.pid, startedAt: started))
    #expect(!sessionLives(child.pid, startedAt: started + 1_000_000))
    #expect(sendSignal(SIGKILL, to: -child.pid))
    eventually { !sessionLives(child.pid, startedAt: started) }
    #expect(processStart(child.pid) == nil)
    #expect(watchProcess(child.pid) == nil)
    #expect(!sendSignal(0, to: child.pid))
}

@Test("a child does not run before it was recorded; one that is killed first never runs")
func gate() throws {
    let scratch = try Scratch()
    var seen = true
    var child = try shell("touch \(scratch("ran"))") { _ in
        usleep(20_000)
        seen = fileStamp(scratch("ran")) != nil
    }
    #expect(!seen)
    #expect(end(&child) == 0)
    #expect(fileStamp(scratch("ran")) != nil)
    var killed = try shell("touch \(scratch("ran too"))") { sendSignal(SIGKILL, to: $0) }
    #expect(end(&killed) == -SIGKILL)
    #expect(fileStamp(scratch("ran too")) == nil)
}

@Test("when we die before a child was recorded, it never runs")
func parentDies() throws {
    let scratch = try Scratch()
    #expect(try probe("parent-dies", scratch("ran"), scratch("pid")).status == 7)
    let pid = try #require(Int32(String(decoding: try readFile(scratch("pid")), as: UTF8.self)))
    eventually { processStart(pid) == nil }
    #expect(fileStamp(scratch("ran")) == nil)
}

@Test("a child that nobody waited for is no zombie once another one is started")
func forgotten() throws {
    let pid = try forget()
    eventually { hasEnded(pid) }
    _ = try forget()
    eventually { processStart(pid) == nil }
    // Also one that had ended before it was let go.
    let second = try forget { ended in eventually { hasEnded(ended) } }
    eventually { processStart(second) == nil }
}

@Test("a run is waited for until its limit, and no longer")
func runLimit() {
    let options = ChildProcess.Options()
    #expect(run("/bin/sh", ["sh", "-c", "exit 4"], options: options, limit: .seconds(60)) == 4)
    #expect(run("/nonexistent", ["x"], options: options, limit: .seconds(60)) == 255)
    #expect(run("/bin/sleep", ["sleep", "2"], options: options, limit: .milliseconds(30)) == nil)
}

@Test("what is prepared in the background decides how the caller ends")
func detachReports() throws {
    let refused = try probe("detach-refused")
    #expect(
        refused
            == ProbeResult(
                status: 255, output: "", error: "heartd: port 99999: not 1 to 65535\n"))
    let died = try probe("detach-dies")
    #expect(
        died
            == ProbeResult(
                status: 255, output: "", error: "heartd: ended before it was ready\n"))
}

@Test("a detached process has a session without a terminal, no descriptors of ours, and its lock")
func detached() throws {
    let scratch = try Scratch()
    let result = try probe("detach", scratch("k"), scratch("r"))
    #expect(result == ProbeResult(status: 0, output: "", error: ""))
    eventually { fileStamp(scratch("r")) != nil }
    let words = String(decoding: try readFile(scratch("r")), as: UTF8.self).split(separator: " ")
    let pid = try #require(Int32(words[0]))
    defer { sendSignal(SIGKILL, to: pid) }
    #expect(words.dropFirst().joined(separator: " ") == "true [0, 1, 2]")
    #expect(lockHolder(scratch("k")) == pid)
    #expect(throws: SystemError("lock", scratch("k"), code: EAGAIN)) {
        _ = try LockFile(scratch("k"))
    }
    let ended = try #require(watchProcess(pid))
    defer { closeDescriptor(ended) }
    #expect(!isReadable(ended))
    sendSignal(SIGKILL, to: pid)
    #expect(isReadable(ended, within: 60_000))
    eventually { lockHolder(scratch("k")) == nil }
    _ = try LockFile(scratch("k"))
}

@Test("a lock is not taken through a symbolic link, and a missing one is held by nobody")
func lockOddities() throws {
    let scratch = try Scratch()
    #expect(lockHolder(scratch("none")) == nil)
    symlink("elsewhere", scratch("link"))
    #expect(throws: SystemError("open", scratch("link"), code: ELOOP)) {
        _ = try LockFile(scratch("link"))
    }
    #expect(fileStamp(scratch("elsewhere")) == nil)
}

/// Starts a child that ends at once, and never asks how it ended.
private func forget(_ meanwhile: (Int32) -> Void = { _ in }) throws -> Int32 {
    let child = try shell("exit 0")
    meanwhile(child.pid)
    return child.pid
}

/// It is gone, or a zombie.
private func hasEnded(_ pid: Int32) -> Bool {
    guard let bytes = try? readFile("/proc/\(pid)/stat") else { return true }
    return String(decoding: bytes, as: UTF8.self).contains(") Z ")
}

private func shell(
    _ script: String, _ options: ChildProcess.Options = .init(),
    beforeExec: (Int32) -> Void = { _ in }
) throws -> ChildProcess {
    try ChildProcess(
        "/bin/sh", ["sh", "-c", script], options: options, beforeExec: beforeExec)
}

/// Waits for a child to end; a minute is for ever.
private func end(_ child: inout ChildProcess) -> Int32? {
    #expect(isReadable(child.descriptor, within: 60_000))
    return child.status()
}

/// Looks again and again until it is so, for a minute at most.
private func eventually(_ isSo: () -> Bool) {
    for _ in 0..<6000 {
        if isSo() { return }
        usleep(10_000)
    }
    Issue.record("did not come about within a minute")
}

/// A descriptor that would be inherited.
private struct SharedDescriptor {
    let number: CInt

    init(_ path: String) throws {
        number = open(path, O_RDWR | O_CREAT, 0o644)
        try #require(number > 2)
    }

    func close() { Glibc.close(number) }
}
