// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import Platform
import WireFormat

/// What can be seen of one link from here, without disturbing it: its line, the holder of its lock
/// and its page. Works for everyone who may read, root or not.
struct LinkReading {
    let line: MonitorLine
    /// We send on it; else we listen.
    let isSender: Bool
    /// The process of the link, nil when none runs.
    let holder: Int32?
    /// What it last published; kept after its end, when it proves nothing any more.
    let status: LinkStatus?
    /// The last beat: ours, or the peer's.
    let beat: Heartbeat?
    let now: Duration

    init(_ line: MonitorLine, on node: LocalNode, at now: Duration) {
        self.line = line
        self.now = now
        isSender = line.node == node.name
        holder = lockHolder("\(node.environment.procDirectory)/\(line.keyName).key")
        let page = node.runDirectory.flatMap {
            try? LinkPage(reading: $0, key: line.keyName)
        }
        let read = page?.read()
        status = read?.status
        beat = read.flatMap { read in
            let bytes = read.frame
            return bytes.isEmpty ? nil : try? Heartbeat(decoding: bytes.span.bytes, expecting: nil)
        }
    }

    /// Age of the last beat, sent or heard; nil when there was none.
    var age: Duration? {
        guard let at = status?.beatAt, at > 0 else { return nil }
        return now - Duration(nanosecondsSinceBoot: at)
    }

    /// Age decides, not what the process last said: it may be frozen (specification, R18).
    var isUp: Bool {
        guard holder != nil, let status, let age else { return false }
        if isSender { return age < max(line.interval * 3, line.timeout) }
        // Beside a peer without trailers a link waits at least 2 s (decision 25).
        return status.isUp && age < max(line.timeout, .seconds(2))
    }

    /// Which process sent the beats: on a receiver's line that of the other node.
    var pid: Int32 { (isSender ? status?.pid : beat?.pid) ?? 0 }

    /// The layout in which the peer is heard to speak, when it is not ours.
    var foreignLayout: Layout? {
        guard let status, status.otherLayoutAt > 0 else { return nil }
        let age = now - Duration(nanosecondsSinceBoot: status.otherLayoutAt)
        guard age < max(line.timeout, .seconds(2)) else { return nil }
        return Layout.allCases.first { $0.rawValue.utf8.first == status.otherLayout }
    }

    /// Why the link is down; nil when it is up.
    var reason: String? {
        if isUp { return nil }
        if holder == nil { return "not running" }
        if foreignLayout != nil { return "layout" }
        if let error = errorText { return error }
        return age == nil ? (isSender ? "nothing sent yet" : "not heard yet") : "silent"
    }

    /// What the kernel last refused it, nil when the last attempt was good.
    var errorText: String? {
        guard let code = status?.lastError, code != 0 else { return nil }
        return errorDescription(code)
    }
}
