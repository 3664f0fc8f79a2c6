// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Our end of a socket pair that carries whole records to a child's stdin, and its answers back.
package struct RecordChannel: ~Copyable {
    /// Readable when an answer waits, or when the child is gone.
    package let descriptor: CInt
    /// The program at the other end.
    package var child: ChildProcess

    package enum Answer: Equatable {
        case none
        case record([UInt8])
        /// The other end is closed.
        case ended
    }

    deinit { _ = close(descriptor) }

    /// Opens a pair and starts a program with the other end as its stdin.
    ///
    /// `options.input` is set here. Not for a process whose own stdin matters: it is /dev/null after.
    package init(
        starting path: String, _ arguments: [String], options: ChildProcess.Options
    ) throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_SEQPACKET.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw SystemError("open channel to", path, code: errno)
        }
        defer { _ = close(ends[1]) }
        guard dup2(ends[1], 0) == 0 else {
            let code = errno
            _ = close(ends[0])
            throw SystemError("open channel to", path, code: code)
        }
        defer { RecordChannel.leaveStdin() }
        var options = options
        options.input = .inherit
        do throws(SystemError) {
            child = try ChildProcess(path, arguments, options: options)
        } catch {
            _ = close(ends[0])
            throw error
        }
        descriptor = ends[0]
    }

    /// Sends one record. Never blocks; false when there is no room now, or nobody to read it.
    package borrowing func send(_ record: [UInt8]) -> Bool {
        let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
        return record.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, flags) == $0.count
        }
    }

    /// Takes the next answer. Never blocks.
    package borrowing func answer(limit: Int) -> Answer {
        RecordChannel.receive(descriptor, limit: limit, flags: CInt(MSG_DONTWAIT))
    }

    /// The child's side: waits for the next record on stdin; nil when the other end is closed.
    package static func nextRecord(limit: Int) -> [UInt8]? {
        while true {
            switch receive(0, limit: limit, flags: 0) {
            case .none: continue
            case .record(let record): return record
            case .ended: return nil
            }
        }
    }

    /// The child's side: sends an answer; waits for room.
    package static func answer(_ record: [UInt8]) {
        _ = record.withUnsafeBytes {
            Glibc.send(0, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
    }

    private static func receive(_ descriptor: CInt, limit: Int, flags: CInt) -> Answer {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, limit, flags) }
        if count > 0 { return .record(Array(bytes[..<count])) }
        if count < 0, errno == EAGAIN || errno == EINTR { return .none }
        return .ended
    }

    private static func leaveStdin() {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return _ = close(0) }
        _ = dup2(null, 0)
        _ = close(null)
    }
}
