// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// How nmond's report lies in its page: private to one installation, and so without a history. A
/// change of shape takes a new `ManagerPage.version`.
extension ManagerReport {
    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.put(pid)
        writer.put(startedAt.nanosecondsSinceBoot)
        writer.put(endedOnRequest)
        heartbeat.put(into: &writer)
        writer.put(peers) { $1.put(into: &$0) }
        writer.put(services) { $1.put(into: &$0) }
        writer.put(tunables.sorted { $0.key < $1.key }) { writer, tunable in
            writer.put(tunable.key)
            writer.put(tunable.value)
        }
        return writer.bytes
    }

    init?(encoded bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let report = try? ManagerReport(from: &reader), reader.isAtEnd else { return nil }
        self = report
    }

    private init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(
            pid: try reader.number(), startedAt: try reader.time(),
            endedOnRequest: try reader.flag(), heartbeat: try Heartbeat(from: &reader),
            peers: try reader.list { r throws(ByteReaderError) in try PeerView(from: &r) },
            services: try reader.list { r throws(ByteReaderError) in try ServiceView(from: &r) })
        let pairs = try reader.list { r throws(ByteReaderError) in (try r.text(), try r.text()) }
        tunables = Dictionary(pairs) { first, _ in first }
    }
}

extension ByteReader {
    fileprivate mutating func time() throws(ByteReaderError) -> Duration {
        let nanoseconds = try number(UInt64.self)
        guard nanoseconds <= Int64.max else { throw ByteReaderError() }
        return Duration(nanosecondsSinceBoot: nanoseconds)
    }

    fileprivate mutating func state() throws(ByteReaderError) -> ServiceState {
        guard let state = ServiceState(rawValue: try number()) else { throw ByteReaderError() }
        return state
    }
}

extension PeerView {
    fileprivate func put(into writer: inout ByteWriter) {
        writer.put(name)
        switch judgement {
        case .undecided(let until):
            writer.put(UInt8(0))
            writer.put(until.nanosecondsSinceBoot)
        case .up: writer.put(UInt8(1))
        case .down: writer.put(UInt8(2))
        case .otherLayout: writer.put(UInt8(3))
        }
        writer.put(sendsTrailers)
        writer.put(hearsUs)
        writer.put(acknowledged)
        writer.put(hasFastLink)
        writer.put(diskTimeout.nanosecondsSinceBoot)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(
            name: try reader.text(), judgement: try Judgement(from: &reader),
            sendsTrailers: try reader.flag(), hearsUs: try reader.flag(),
            acknowledged: try reader.number(), hasFastLink: try reader.flag(),
            diskTimeout: try reader.time())
    }
}

extension PeerView.Judgement {
    fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
        switch try reader.number(UInt8.self) {
        case 0: self = .undecided(until: try reader.time())
        case 1: self = .up
        case 2: self = .down
        case 3: self = .otherLayout
        default: throw ByteReaderError()
        }
    }
}

extension ServiceView {
    fileprivate func put(into writer: inout ByteWriter) {
        writer.put(name)
        writer.put(optional: peerState) { $0.put($1.rawValue) }
        writer.put(peerChanges)
        writer.put(ownState.rawValue)
        writer.put(announced)
        writer.put(precedence.rawValue)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(
            name: try reader.text(),
            peerState: try reader.optional { r throws(ByteReaderError) in try r.state() },
            peerChanges: try reader.number(), ownState: try reader.state(),
            announced: try reader.number())
        guard let precedence = Precedence(rawValue: try reader.number()) else {
            throw ByteReaderError()
        }
        self.precedence = precedence
    }
}

extension Heartbeat {
    fileprivate func put(into writer: inout ByteWriter) {
        writer.put(node)
        writer.put(up)
        writer.put(port)
        writer.put(address)
        writer.put(hostID)
        writer.put(elapsed)
        writer.put(pid)
        writer.put(services) { $1.put(into: &$0) }
        writer.put(optional: trailer) { $1.put(into: &$0) }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(
            node: try reader.text(), up: try reader.number(), port: try reader.text(),
            address: try reader.text())
        hostID = try reader.number()
        elapsed = try reader.number()
        pid = try reader.number()
        services = try reader.list { r throws(ByteReaderError) in try ServiceEntry(from: &r) }
        trailer = try reader.optional { r throws(ByteReaderError) in try Trailer(from: &r) }
    }
}

extension ServiceEntry {
    fileprivate func put(into writer: inout ByteWriter) {
        writer.put(name)
        writer.put(number)
        writer.put(optional: note) { $1.put(into: &$0) }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(
            name: try reader.text(), number: try reader.number(),
            note: try reader.optional { r throws(ByteReaderError) in try ServiceNote(from: &r) })
    }
}

extension ServiceNote {
    fileprivate func put(into writer: inout ByteWriter) {
        writer.put(optional: meaning) { $0.put($1.rawValue) }
        writer.put(optional: lastRun) { writer, run in
            writer.put(run.onSender)
            writer.put(run.number)
        }
        writer.put(lastRunAgreed)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init()
        meaning = try reader.optional { r throws(ByteReaderError) in
            guard let meaning = StartReadyMeaning(rawValue: try r.number()) else {
                throw ByteReaderError()
            }
            return meaning
        }
        lastRun = try reader.optional { r throws(ByteReaderError) in
            LastRun(onSender: try r.flag(), number: try r.number())
        }
        lastRunAgreed = try reader.flag()
    }
}

extension Trailer {
    fileprivate func put(into writer: inout ByteWriter) {
        writer.put(boot.high)
        writer.put(boot.low)
        writer.put(boot.initStart)
        writer.put(publication)
        writer.put(beat)
        writer.put(interval.nanosecondsSinceBoot)
        writer.put(managerAbsent)
        writer.put(echoes) { writer, echo in
            writer.put(echo.link)
            writer.put(echo.boot)
            writer.put(echo.publication)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(
            boot: BootIdentity(
                high: try reader.number(), low: try reader.number(),
                initStart: try reader.number()),
            publication: try reader.number(), beat: try reader.number(),
            interval: try reader.time(), managerAbsent: try reader.flag())
        echoes = try reader.list { r throws(ByteReaderError) in
            LinkEcho(
                link: try r.number(), boot: try r.number(), publication: try r.number())
        }
    }
}
