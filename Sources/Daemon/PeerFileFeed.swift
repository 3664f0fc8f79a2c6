// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Logging
import Platform

/// nmond's side of its writer: hands over what is to be written without ever waiting for a disk.
///
/// What was not confirmed stays here, only the latest per file; a writer that died is started anew
/// and gets it again.
final class PeerFileFeed {
    /// Records on their way to the writer at once; the rest waits here, where it may be replaced.
    private static let window = 128

    private final class Writer {
        var channel: RecordChannel
        init(_ channel: consuming RecordChannel) { self.channel = channel }
    }

    private let program: String
    private let loop: EventLoop
    private let token: UInt64
    private let log: Logger
    private var writer: Writer?
    private var waiting: [String: PeerRecord] = [:]
    private var queue: [String] = []
    private var head = 0
    private var sent: [PeerRecord] = []
    /// Writers that are gone, or on their way: reaped as they end.
    private var endings: [Writer] = []
    private var retryAt: Duration = .zero
    private var refused: [PeerRecord] = []
    private var refusedUntil: Duration = .zero

    init(program: String, loop: EventLoop, token: UInt64, log: Logger) {
        self.program = program
        self.loop = loop
        self.token = token
        self.log = log
    }

    func write(_ record: PeerRecord) {
        if waiting.updateValue(record, forKey: record.target) == nil { queue.append(record.target) }
    }

    /// Sends what fits; starts the writer when there is none.
    func pump(at now: Duration) {
        if writer == nil, now >= retryAt { start(at: now) }
        if !refused.isEmpty, now >= refusedUntil {
            // The last word about a file is the one that counts.
            for record in refused.reversed() where waiting[record.target] == nil {
                write(record)
            }
            refused = []
        }
        guard let writer else { return }
        while sent.count < Self.window, head < queue.count {
            guard let record = waiting[queue[head]] else {
                head += 1
                continue
            }
            guard writer.channel.send(record.bytes) else { break }
            waiting[record.target] = nil
            head += 1
            sent.append(record)
        }
        if head > 1024 || head == queue.count {
            queue.removeFirst(head)
            head = 0
        }
    }

    /// When to pump again without being told: while there is no writer, or something was refused.
    var deadline: Duration? { writer == nil ? retryAt : refused.isEmpty ? nil : refusedUntil }

    /// The channel is readable.
    func takeAnswers(at now: Duration) {
        while let writer {
            switch writer.channel.answer(limit: 16) {
            case .none: return
            case .record(let answer): confirmed(answer == [1], at: now)
            case .ended: lost(at: now)
            }
        }
    }

    /// What the disk refused is tried again after a while, unless there is later word by then.
    private func confirmed(_ isDone: Bool, at now: Duration) {
        guard !sent.isEmpty, case let record = sent.removeFirst(), !isDone else { return }
        refused.append(record)
        refusedUntil = now + .seconds(1)
    }

    private func lost(at now: Duration) {
        guard let old = writer else { return }
        writer = nil
        loop.unwatch(old.channel.descriptor)
        endings.append(old)
        endings.removeAll { $0.channel.child.status() != nil }
        log.warning("ezwriter ended, starting it again")
        // What it had not confirmed, unless there is later word of the same file.
        let unwritten = sent
        sent = []
        for record in unwritten.reversed() where waiting[record.target] == nil { write(record) }
        retryAt = now + .milliseconds(200)
    }

    private func start(at now: Duration) {
        retryAt = now + .seconds(1)
        var options = ChildProcess.Options()
        options.newSession = true
        options.output = .null
        options.error = .null
        do throws(SystemError) {
            let started = try RecordChannel(starting: program, [program], options: options)
            try loop.watch(started.descriptor, token: token)
            writer = Writer(started)
        } catch {
            log.error("\(error)")
        }
    }
}
