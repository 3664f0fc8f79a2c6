// SPDX-License-Identifier: Apache-2.0

import CShims

/// A process we started: known by pid and pidfd, waited for without blocking.
package struct ChildProcess: ~Copyable {
    package let pid: Int32
    /// Readable when it ended; for the event loop.
    package let descriptor: CInt

    package enum Output: Sendable {
        case inherit
        case null
        /// Appended to; created 0644.
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
    /// above 2 closed, nice as ours.
    ///
    /// - Parameter beforeExec: Called here while the child waits, with its pid, session leader
    ///   already if asked for: the place to record it. If we die meanwhile the child never execs.
    package init(
        _ path: String, _ arguments: [String], options: Options,
        beforeExec: (Int32) -> Void = { _ in }
    ) throws(SystemError) { fatalError("stub") }
    deinit {}

    /// How it ended: an exit code, or minus the signal; nil while it runs. Reaps it. Never blocks.
    package mutating func status() -> Int32? { fatalError("stub") }
}

/// Starts a program that detaches by itself and waits for the first process to end, at most `limit`.
///
/// - Returns: Its exit code, or minus the signal; nil after the limit.
package func run(
    _ path: String, _ arguments: [String], options: ChildProcess.Options, limit: Duration
) -> Int32? { fatalError("stub") }

/// Goes into the background before `prepare` runs there: own session, umask 022, /, stdin and
/// stdout to /dev/null.
///
/// `prepare` runs in the background process (record locks do not survive fork). What it returns as
/// an error is printed on the caller's stderr with `program: ` in front and becomes the caller's exit
/// code 255; success is exit code 0. Then stderr goes to /dev/null too. Only the background process
/// returns from this call.
package func detach<Prepared: ~Copyable>(
    program: String, _ prepare: () throws(StartRefusal) -> Prepared
) -> Prepared { fatalError("stub") }

/// Why a program does not start: one line for people.
package struct StartRefusal: Error, Equatable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
