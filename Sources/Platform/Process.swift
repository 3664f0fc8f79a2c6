// SPDX-License-Identifier: Apache-2.0

import CShims
import ClusterModel
import Glibc
import Synchronization

/// A process we started: known by pid and pidfd, waited for without blocking.
package struct ChildProcess: ~Copyable {
    package let pid: Int32
    /// Readable when it ended; for the event loop.
    package let descriptor: CInt
    /// Carries errno when the program could not be run.
    private let report: CInt
    /// Once taken, the pid is another's.
    private var taken: Int32?

    package enum Output: Sendable {
        case inherit
        case null
        /// Appended to; created 0644. One that cannot be opened is null: a missing log directory
        /// must not keep a service from starting.
        case append(String)
    }

    package struct Options: Sendable {
        /// Its own session, so that ^C or our end does not touch it.
        package var newSession = false
        package var input = Output.null
        package var output = Output.inherit
        package var error = Output.inherit
        package var directory: String?
        /// nil: inherited unchanged.
        package var environment: [String: String]?
        package init() {}
    }

    /// Starts `path` with `arguments` (argv[0] included), default signals, empty mask, descriptors
    /// above 2 closed, nice as ours. Does not wait for a file system, however slow: the child opens
    /// and executes on its own.
    ///
    /// A program that cannot be run shows as exit code 255, see `refusal`.
    ///
    /// - Parameter beforeExec: Called here while the child waits, with its pid, session leader
    ///   already if asked for: the place to record it. If we die meanwhile the child never execs.
    package init(
        _ path: String, _ arguments: [String], options: Options,
        beforeExec: (Int32) -> Void = { _ in }
    ) throws(SystemError) {
        ForgottenChildren.reap()
        var started = cshims_started()
        let variables = options.environment?.map { "\($0.key)=\($0.value)" }
        let result = withCStrings(arguments) { arguments in
            withCStrings(variables) { variables in
                withStreams([options.input, options.output, options.error]) { streams in
                    withOptionalCString(options.directory) { directory in
                        path.withCString { path in
                            var child = cshims_child(
                                path: path, arguments: arguments,
                                environment: variables ?? UnsafePointer(environ),
                                directory: directory,
                                streams: streams, new_session: options.newSession ? 1 : 0)
                            return cshims_start_child(&child, &started)
                        }
                    }
                }
            }
        }
        try check("start", path, result)
        pid = started.pid
        descriptor = started.process
        report = started.report
        beforeExec(started.pid)
        // One that was killed meanwhile shows in its status.
        _ = cshims_open_gate(started.gate)
    }

    /// A child that still runs goes on; it is reaped when a later one is started or let go.
    deinit {
        if taken == nil { ForgottenChildren.add(pid) }
        _ = cshims_close(descriptor)
        _ = cshims_close(report)
    }

    /// How it ended: an exit code, or minus the signal; nil while it runs. Reaps it. Never blocks.
    package mutating func status() -> Int32? {
        if let taken { return taken }
        var status: CInt = 0
        let result = cshims_take_status(pid, &status)
        guard result != 0 else { return nil }
        // Somebody else in this process has waited for it: ended, nobody knows how.
        taken = result > 0 ? status : 255
        return taken
    }

    /// Why the program could not be run, once it ended with 255 for that; nil otherwise. Tells it
    /// once.
    package func refusal() -> SystemError? {
        let code = cshims_child_refusal(report)
        return code > 0 ? SystemError("exec", "", code: code) : nil
    }
}

/// Starts a program that detaches by itself and waits for the first process to end, at most `limit`.
///
/// - Returns: Its exit code, or minus the signal; nil after the limit.
package func run(
    _ path: String, _ arguments: [String], options: ChildProcess.Options, limit: Duration
) -> Int32? {
    guard var child = try? ChildProcess(path, arguments, options: options) else { return 255 }
    let deadline = timeSinceBoot() + limit
    while true {
        if let status = child.status() { return status }
        let left = max(deadline - timeSinceBoot(), .zero)
        let milliseconds = (left + .microseconds(999)) / .milliseconds(1)
        var wanted = pollfd(fd: child.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wanted, 1, CInt(min(milliseconds, 1_000_000)))
        if timeSinceBoot() >= deadline { return child.status() }
    }
}

/// Children whose status nobody took: reaped in passing, so that no zombie outlives the next child.
private enum ForgottenChildren {
    private static let pids = Mutex<[Int32]>([])

    static func add(_ pid: Int32) {
        pids.withLock { $0.append(pid) }
        reap()
    }

    /// One that runs keeps its place, and with it its number.
    static func reap() {
        pids.withLock { pids in
            pids.removeAll { pid in
                var status: CInt = 0
                return cshims_take_status(pid, &status) != 0
            }
        }
    }
}

/// Lends `strings` as a C array that ends with NULL; nil as nil.
private func withCStrings<Result>(
    _ strings: [String]?, _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result
) -> Result {
    guard let strings else { return body(nil) }
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { body($0.baseAddress) }
}

private func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}

private typealias Streams = (cshims_stream, cshims_stream, cshims_stream)

private func withStreams<Result>(
    _ outputs: [ChildProcess.Output], _ body: (Streams) -> Result
) -> Result {
    let paths: [UnsafeMutablePointer<CChar>?] = outputs.map { output in
        if case .append(let path) = output { strdup(path) } else { nil }
    }
    defer { for path in paths { free(path) } }
    let streams = zip(outputs, paths).map { output, path in
        switch output {
        case .inherit: cshims_stream(kind: CSHIMS_STREAM_INHERIT, path: nil)
        case .null: cshims_stream(kind: CSHIMS_STREAM_NULL, path: nil)
        case .append: cshims_stream(kind: CSHIMS_STREAM_APPEND, path: path)
        }
    }
    return body((streams[0], streams[1], streams[2]))
}
