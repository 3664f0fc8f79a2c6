// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

@Test("a deadline comes as an event, not before its time, and again when it is set again")
func deadline() throws {
    let loop = try EventLoop(signals: [])
    let deadline = timeSinceBoot() + .milliseconds(20)
    #expect(events(loop, until: deadline) == [.timer])
    #expect(timeSinceBoot() >= deadline)
    #expect(events(loop, until: deadline) == [.timer])
    #expect(events(loop, until: .zero) == [.timer])
}

@Test("what is readable comes with its token, for as long as it is watched")
func readable() throws {
    let loop = try EventLoop(signals: [])
    let scratch = try Scratch()
    let bell = try Doorbell(at: scratch("b"))
    try BellRope().ring(StaticPath(scratch("b")))
    try loop.watch(bell.descriptor, token: 42)
    #expect(events(loop, until: nil) == [.readable(token: 42)])
    #expect(events(loop, until: nil) == [.readable(token: 42)])
    bell.silence()
    #expect(events(loop, until: timeSinceBoot() + .milliseconds(1)) == [.timer])
    try BellRope().ring(StaticPath(scratch("b")))
    loop.unwatch(bell.descriptor)
    #expect(events(loop, until: timeSinceBoot() + .milliseconds(1)) == [.timer])
}

@Test("a file that appears, changes, moves or goes is told with its directory")
func directoryWatch() throws {
    let scratch = try Scratch()
    try makeDirectory(scratch("svc1"))
    let watch = try DirectoryWatch()
    let top = try watch.add(scratch.path)
    let service = try watch.add(scratch("svc1"))
    #expect(try watch.add(scratch("svc1")) == service)
    #expect(changes(watch).isEmpty)
    try replaceFile(scratch("svc1/STATE.node1"), with: [0x36, 0x0A], sync: false)
    #expect(changes(watch).contains("\(service) STATE.node1"))
    let inPlace = open(scratch("svc1/STATE.node1"), O_WRONLY)
    write(inPlace, "2\n", 2)
    close(inPlace)
    #expect(changes(watch).contains("\(service) STATE.node1"))
    try remove(scratch("svc1/STATE.node1"))
    #expect(changes(watch) == ["\(service) STATE.node1"])
    try remove(scratch("svc1"))
    #expect(changes(watch).sorted() == ["\(service) ", "\(top) svc1"].sorted())
    #expect(throws: SystemError("watch directory", scratch("svc1"), code: ENOENT)) {
        try watch.add(scratch("svc1"))
    }
}

private func events(_ loop: EventLoop, until deadline: Duration?) -> [EventLoop.Event] {
    var events: [EventLoop.Event] = []
    while events.isEmpty { loop.wait(until: deadline) { events.append($0) } }
    return events
}

private func changes(_ watch: DirectoryWatch) -> [String] {
    var found: [String] = []
    watch.changes { found.append("\($0) \($1)") }
    return found
}
