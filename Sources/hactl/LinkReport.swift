// SPDX-License-Identifier: Apache-2.0

import Board
import Config
import Platform
import WireFormat

/// `hb -s --json`: all that is known about links, for machines.
///
/// Members may be added in later versions; what is here keeps its name and meaning.
struct LinkReport: Encodable {
    struct GapBucket: Encodable {
        /// Null in the last bucket, which holds the rest.
        @Explicit var underMilliseconds: Int?
        let count: UInt32
    }

    struct Link: Encodable {
        /// In the monitor file.
        let line: Int
        let node: String
        let type: String
        /// `sender` or `listener`.
        let role: String
        let device: String
        let address: String
        @Explicit var port: String?
        let timeoutSeconds: Double
        let status: String
        /// Why it is down: `not running`, `layout` (the peer speaks another one), `silent`,
        /// `not heard yet`, or what the kernel said.
        @Explicit var reason: String?
        /// The process of this link on this node.
        @Explicit var pid: Int32?
        /// The process on the other node, as its last beat says.
        @Explicit var remotePid: Int32?
        @Explicit var runningSeconds: Double?
        /// Since its loop last turned; large when the process is frozen.
        @Explicit var loopAgeSeconds: Double?
        /// Since the last beat sent or heard.
        @Explicit var beatAgeSeconds: Double?
        let sent: UInt64
        let received: UInt64
        let sendErrors: UInt64
        let readErrors: UInt64
        @Explicit var lastError: String?
        /// Beats that were not taken, by reason; only those that happened.
        let drops: [String: UInt64]
        /// Service entries that were not taken from beats that were.
        let badEntries: UInt64
        @Explicit var worstGapSeconds: Double?
        /// Gaps between beats, shortest first; only buckets that are not empty.
        let gaps: [GapBucket]
        /// The layout the peer speaks.
        @Explicit var peerLayout: String?
        /// The last beat's trailer, null when it had none.
        @Explicit var trailer: TrailerReport?
    }

    let node: String
    /// nmond's process, null when none runs.
    @Explicit var manager: Int32?
    /// The layout this node speaks.
    let layout: String
    let links: [Link]

    static func print(of node: LocalNode) -> Int32 {
        do {
            let parsed = try node.monitor()
            node.report(parsed.findings)
            let now = timeSinceBoot()
            let links = parsed.value.lines.map {
                Link(LinkReading($0, on: node, at: now), ownLayout: node.layout)
            }
            let report = LinkReport(
                node: node.name, manager: node.managerPID, layout: node.layout.rawValue,
                links: links)
            Console.print(text: try json(report))
            return ExitCode.success
        } catch {
            Console.error("hb: \(error)")
            return ExitCode.failure
        }
    }
}

extension LinkReport.Link {
    fileprivate init(_ link: LinkReading, ownLayout: Layout) {
        let status = link.holder == nil ? nil : link.status
        func age(_ nanoseconds: UInt64?) -> Double? {
            guard let nanoseconds, nanoseconds > 0 else { return nil }
            return (link.now - Duration(nanosecondsSinceBoot: nanoseconds)).inSeconds
        }
        self.init(
            line: link.line.lineNumber, node: link.line.node, type: link.line.kind.rawValue,
            role: link.isSender ? "sender" : "listener", device: link.line.device,
            address: link.line.address, port: link.line.kind.isDisk ? nil : link.line.port,
            timeoutSeconds: link.line.timeout.inSeconds, status: link.isUp ? "UP" : "DOWN",
            reason: link.reason, pid: link.holder, remotePid: link.isSender ? nil : link.beat?.pid,
            runningSeconds: age(status?.startedAt), loopAgeSeconds: age(status?.loopAt),
            beatAgeSeconds: link.age?.inSeconds, sent: link.status?.sent ?? 0,
            received: link.status?.received ?? 0, sendErrors: link.status?.sendErrors ?? 0,
            readErrors: link.status?.readErrors ?? 0, lastError: link.errorText,
            drops: link.status?.dropsByReason ?? [:], badEntries: link.status?.badEntries ?? 0,
            worstGapSeconds: link.status.map {
                Duration(nanosecondsSinceBoot: $0.worstGap).inSeconds
            },
            gaps: link.status?.gapBuckets ?? [],
            peerLayout: link.isSender
                ? nil
                : (link.foreignLayout ?? (link.beat == nil ? nil : ownLayout))?.rawValue,
            trailer: link.beat?.trailer.map { TrailerReport($0, services: link.beat!.services) })
    }
}

extension LinkStatus {
    fileprivate var dropsByReason: [String: UInt64] {
        var counted: [String: UInt64] = [:]
        for reason in DropReason.allCases where drops[Int(reason.rawValue)] > 0 {
            counted["\(reason)"] = drops[Int(reason.rawValue)]
        }
        return counted
    }

    fileprivate var gapBuckets: [LinkReport.GapBucket] {
        gapHistogram.indices.filter { gapHistogram[$0] > 0 }.map { bucket in
            let isLast = bucket == gapHistogram.count - 1
            return .init(
                underMilliseconds: isLast ? nil : 1 << bucket, count: gapHistogram[bucket])
        }
    }
}
