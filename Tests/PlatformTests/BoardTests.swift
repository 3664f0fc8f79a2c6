// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Glibc
import Platform
import Testing
import WireFormat

@testable import Board

private let boot = BootIdentity(high: 0xFEDC_BA98_7654_3210, low: 1, initStart: 77)

@Test("a run directory is named after the state directory itself, not after a path to it")
func runDirectory() throws {
    let scratch = try Scratch()
    try makeDirectory(scratch("state"))
    symlink("state", scratch("other"))
    let run = try RunDirectory(stateDirectory: scratch("state"), create: false)
    #expect(try RunDirectory(stateDirectory: scratch("other"), create: false).path == run.path)
    #expect(run.path.split(separator: "/").last?.utf8.count == 16)
    #expect(throws: SystemError("look at", scratch("none"), code: ENOENT)) {
        try RunDirectory(stateDirectory: scratch("none"), create: false)
    }
    // FNV-1a of 16 zero bytes, by its published definition.
    #expect(RunDirectory.name(device: 0, inode: 0) == "88201fb960ff6465")
}

@Test("a link's page gives its status, and the frame behind it, before and after a status alone")
func linkPage() throws {
    let scratch = try Scratch()
    let run = RunDirectory(path: scratch.path)
    let writer = try LinkPage(writing: run, key: "k")
    let reader = try LinkPage(reading: run, key: "k")
    #expect(reader.status() == nil && reader.read() == nil)
    var status = LinkStatus(end: .receiver, pid: 4711)
    status.isUp = true
    status.drops[3] = 9
    writer.publish(status)
    #expect(reader.read()?.frame == [])
    [1, 2, 3].withUnsafeBytes { (frame: UnsafeRawBufferPointer) in
        writer.publish(status, frame: frame)
    }
    status.received = 5
    let before = reader.sequence
    writer.publish(status)
    #expect(reader.sequence != before)
    let found = try #require(reader.read())
    #expect(found.frame.count == 24 && found.status.received == 5 && found.status.pid == 4711)
    #expect(reader.status()?.drops[3] == 9 && reader.status()?.end == .receiver)
    [UInt8](repeating: 7, count: 65_507).withUnsafeBytes { writer.publish(status, frame: $0) }
    #expect(reader.read()?.frame.count == 65_507)
}

@Test("a reader of a page follows it to the next process that writes it")
func pageFollowsWriter() throws {
    let scratch = try Scratch()
    let run = RunDirectory(path: scratch.path)
    let old = try LinkPage(writing: run, key: "k")
    old.publish(LinkStatus(end: .sender, pid: 1))
    let reader = try LinkPage(reading: run, key: "k")
    #expect(reader.status()?.pid == 1)
    let before = reader.sequence
    let new = try LinkPage(writing: run, key: "k")
    #expect(reader.sequence != before)
    #expect(reader.status() == nil)
    new.publish(LinkStatus(end: .sender, pid: 2))
    #expect(reader.status()?.pid == 2)
    try remove(run.linkPage("k"))
    #expect(reader.status() == nil || reader.status()?.pid == 2)
    let third = try LinkPage(writing: run, key: "k")
    third.publish(LinkStatus(end: .sender, pid: 3))
    #expect(reader.status()?.pid == 3)
}

@Test("nmond's page gives back the whole report")
func managerPage() throws {
    let scratch = try Scratch()
    let run = RunDirectory(path: scratch.path)
    let writer = try ManagerPage(writing: run, size: 4096)
    let reader = try ManagerPage(reading: run)
    #expect(reader.read() == nil)
    writer.publish(fullReport)
    #expect(reader.read() == fullReport)
    let plain = ManagerReport(pid: 1, startedAt: .zero, heartbeat: Heartbeat(node: "n"))
    writer.publish(plain)
    #expect(reader.read() == plain)
}

@Test("a report that is cut short, or has a byte too many, is none")
func damagedReport() {
    let bytes = fullReport.encoded
    #expect(ManagerReport(encoded: bytes) == fullReport)
    for count in 0..<bytes.count { #expect(ManagerReport(encoded: Array(bytes[..<count])) == nil) }
    #expect(ManagerReport(encoded: bytes + [0]) == nil)
}

@Test("a page of the size worked out for 1,000 services with the longest names holds any report")
func largestReport() throws {
    let scratch = try Scratch()
    let run = RunDirectory(path: scratch.path)
    let names = (0..<1000).map { String(repeating: "x", count: 60) + String(100 + $0).suffix(3) }
    let size = ManagerReport.largestSize(
        node: "node1", services: names, peers: ["node2"], links: 4, tunables: ["EZ_GRACE": "5"])
    // Two records a service, of 63 characters and at most 32 bytes besides.
    #expect(size < 1000 * 2 * (63 + 32) + 1000)
    let writer = try ManagerPage(writing: run, size: size)
    let report = largest(names)
    writer.publish(report)
    #expect(try ManagerPage(reading: run).read() == report)
    #expect(report.encoded.count == size)
}

@Test("a page that gets more room keeps what it says until the next report, for every reader")
func growingPage() throws {
    let scratch = try Scratch()
    let run = RunDirectory(path: scratch.path)
    let small = ManagerReport(pid: 1, startedAt: .zero, heartbeat: Heartbeat(node: "n"))
    let writer = try ManagerPage(writing: run, size: small.encoded.count)
    writer.publish(small)
    let reader = try ManagerPage(reading: run)
    #expect(reader.read() == small)
    let before = reader.sequence
    try writer.reserve(fullReport.encoded.count)
    #expect(reader.sequence != before)
    #expect(reader.read() == small)
    let page = fileStamp(run.managerPage)
    writer.publish(fullReport)
    #expect(reader.read() == fullReport)
    #expect(try ManagerPage(reading: run).read() == fullReport)
    // Enough room already: the file stays.
    try writer.reserve(1)
    #expect(fileStamp(run.managerPage)?.inode == page?.inode)
    #expect(reader.read() == fullReport)
}

/// All there is to say of services by these names, between two nodes with four links.
private func largest(_ names: [String]) -> ManagerReport {
    let note = ServiceNote(
        meaning: .gracePeriod, lastRun: LastRun(onSender: true, number: 1), lastRunAgreed: true)
    let echo = LinkEcho(link: 1, boot: 2, publication: 3)
    return ManagerReport(
        pid: 4711, startedAt: .milliseconds(1234),
        heartbeat: Heartbeat(
            node: "node1", port: "12345", address: "239.131.150.100",
            services: names.map { ServiceEntry(name: $0, state: .startReady, note: note) },
            trailer: Trailer(
                boot: boot, publication: 5, echoes: [echo, echo, echo, echo])),
        peers: [PeerView(name: "node2", judgement: .undecided(until: .seconds(3)))],
        services: names.map {
            ServiceView(
                name: $0, peerState: .stopped, peerChanges: 1, ownState: .started, announced: 9)
        }, tunables: ["EZ_GRACE": "5"])
}

@Test("a state file is two bytes, and anything but a digit in front is UNKNOWN")
func stateFiles() throws {
    let scratch = try Scratch(onDisk: true)
    let states = StateFiles(directory: scratch.path)
    #expect(states.read("svc1", "node1") == .unknown)
    try states.write(.frozenStop, "svc1", "node1", sync: true)
    #expect(try readFile(scratch("svc1/STATE.node1")) == [0x36, 0x0A])
    #expect(states.read("svc1", "node1") == .frozenStop)
    for (text, state) in [
        ("2\0", .started), ("3", .starting), ("0 trailing", .stopped), ("", .unknown),
        ("x\n", .unknown), ("\n6", .unknown),
    ] as [(String, ServiceState)] {
        try replaceFile(scratch("svc1/STATE.node1"), with: Array(text.utf8), sync: false)
        #expect(states.read("svc1", "node1") == state, "\(text.debugDescription)")
    }
    #expect(states.find("svc1", "node1") == nil)
}

@Test("a service's record is read with and without its lock, and reading it keeps the lock")
func serviceRecord() throws {
    let scratch = try Scratch()
    let record = ServiceRecord(
        boot: boot, pid: getpid(), phase: .start, session: getsid(0),
        sessionStart: processStart(getpid()), since: .seconds(5))
    do {
        let lock = try ServiceLock(procDirectory: scratch.path, service: "svc1")
        #expect(read(scratch) == nil)
        try lock.record(record)
        #expect(read(scratch) == record && lock.current(boot: boot) == record)
        try lock.record(ServiceRecord(boot: boot, pid: 1, phase: .idle, since: .zero))
        #expect(read(scratch)?.phase == .idle)
        try lock.record(record)
        #expect(ServiceLock.holder(procDirectory: scratch.path, service: "svc1") == getpid())
        #expect(throws: SystemError("lock", scratch("svc1.lock"), code: EAGAIN)) {
            _ = try ServiceLock(procDirectory: scratch.path, service: "svc1")
        }
        #expect(otherProcessSeesLock(scratch("svc1.lock")))
    }
    #expect(ServiceLock.holder(procDirectory: scratch.path, service: "svc1") == nil)
    #expect(!otherProcessSeesLock(scratch("svc1.lock")))
    #expect(read(scratch) == record)
    #expect(read(scratch)?.calloutLives == true)
}

@Test("a record of another boot, and one that was read half-written, is none")
func strangeRecords() throws {
    let record = ServiceRecord(
        boot: boot, pid: 4711, phase: .grace, session: nil, sessionStart: nil, since: .seconds(1))
    #expect(record.line.utf8.count == ServiceRecord.size)
    #expect(ServiceRecord(line: record.line, boot: boot) == record)
    #expect(!record.calloutLives)
    let rebooted = BootIdentity(high: boot.high, low: boot.low, initStart: 78)
    #expect(ServiceRecord(line: record.line, boot: rebooted) == nil)
    let longest = BootIdentity(high: .max, low: .max, initStart: .max)
    let other = ServiceRecord(
        boot: longest, pid: .max, phase: .check, session: .max, sessionStart: .max,
        since: .nanoseconds(Int64.max))
    #expect(ServiceRecord(line: other.line, boot: longest) == other)
    // The second half of one record behind the first half of another.
    let later = ServiceRecord(
        boot: boot, pid: 4712, phase: .stop, session: nil, sessionStart: nil, since: .seconds(2))
    let torn = String(record.line.prefix(36)) + String(later.line.dropFirst(36))
    #expect(ServiceRecord(line: torn, boot: boot) == nil)
    #expect(ServiceRecord(line: "", boot: boot) == nil)
}

@Test("where a service ran last is read back; nonsense is no record")
func runnerRecord() throws {
    let scratch = try Scratch()
    #expect(RunnerRecord.read(procDirectory: scratch.path, service: "svc1") == nil)
    let record = RunnerRecord(node: "node1", number: 3)
    try record.write(procDirectory: scratch.path, service: "svc1")
    #expect(try readFile(scratch("svc1.runner")) == Array("node1 3\n".utf8))
    #expect(RunnerRecord.read(procDirectory: scratch.path, service: "svc1") == record)
    for text in ["", "node1", "node1 0", "node1 x", "node1 3 4"] {
        try replaceFile(scratch("svc1.runner"), with: Array(text.utf8), sync: false)
        #expect(RunnerRecord.read(procDirectory: scratch.path, service: "svc1") == nil)
    }
}

private func read(_ scratch: Scratch) -> ServiceRecord? {
    ServiceRecord.read(procDirectory: scratch.path, service: "svc1", boot: boot)
}

/// Asks the kernel's list, which names every lock by its inode.
private func otherProcessSeesLock(_ path: String) -> Bool {
    let inode = fileStamp(path)?.inode ?? 0
    let locks = String(decoding: (try? readFile("/proc/locks")) ?? [], as: UTF8.self)
    return locks.contains(":\(inode) ")
}

private let fullReport = ManagerReport(
    pid: 4711, startedAt: .milliseconds(1234), endedOnRequest: true,
    heartbeat: Heartbeat(
        node: "node1", up: 1, port: "1234", address: "239.131.50.10",
        services: [
            ServiceEntry(name: "svc1", state: .started),
            ServiceEntry(name: "#", number: -1, note: ServiceNote(lastRunAgreed: true)),
            ServiceEntry(
                name: "svc2", state: .startReady,
                note: ServiceNote(
                    meaning: .gracePeriod, lastRun: LastRun(onSender: false, number: 7))),
        ], hostID: 1, elapsed: 2, pid: 3,
        trailer: Trailer(
            boot: boot, publication: 5, beat: 6, interval: .milliseconds(250), managerAbsent: true,
            echoes: [LinkEcho(link: 1, boot: 2, publication: 3)])),
    peers: [
        PeerView(
            name: "node2", judgement: .undecided(until: .seconds(3)), sendsTrailers: true,
            hearsUs: true, acknowledged: 9, hasFastLink: true, diskTimeout: .seconds(10)),
        PeerView(name: "node3", judgement: .up), PeerView(name: "node4", judgement: .down),
        PeerView(name: "node5", judgement: .otherLayout),
    ],
    services: [
        ServiceView(
            name: "svc1", peerState: nil, peerChanges: 0, ownState: .started, announced: 1),
        ServiceView(
            name: "svc2", peerState: .unknown, peerChanges: 3, ownState: .stopped, announced: 2,
            precedence: .theirs),
    ],
    tunables: ["EZ_GRACE": "5", "EZ_WIRE": "A"])

@Test("nmond's pulse is the time it was given last, also across a new nmond")
func pulse() throws {
    let scratch = try Scratch()
    let run = RunDirectory(path: scratch.path)
    #expect(throws: SystemError.self) { try ManagerPulse(reading: run) }
    let first = try ManagerPulse(writing: run)
    let reader = try ManagerPulse(reading: run)
    #expect(reader.last() == nil)
    first.beat(at: .seconds(41))
    first.beat(at: .milliseconds(42_500))
    #expect(reader.last() == .milliseconds(42_500))
    let second = try ManagerPulse(writing: run)
    #expect(reader.last() == nil)
    second.beat(at: .seconds(50))
    #expect(reader.last() == .seconds(50))
}
