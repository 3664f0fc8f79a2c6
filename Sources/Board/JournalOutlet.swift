// SPDX-License-Identifier: Apache-2.0

import Platform

/// Hands lines of the decision journal to the process that writes them, without ever waiting for it.
///
/// A record on its socket is one byte that says whether a file may begin with it, and whole lines.
package final class JournalOutlet {
    /// The first byte of a record.
    package enum Mark {
        package static let lines = UInt8(ascii: "L")
        /// Begins with a line at which a reader can begin.
        package static let start = UInt8(ascii: "S")
    }

    /// The longest record; longer lines come in pieces.
    package static let longestRecord = 160_000
    /// Lines are put together up to here.
    private static let fullRecord = 32_000

    private let path: StaticPath?
    private let rope: BellRope?
    /// Bytes that may wait for the writer; what does not fit is lost.
    private let capacity: Int
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0

    package init(_ run: RunDirectory, capacity: Int) {
        path = try? StaticPath(run.journalBell)
        rope = try? BellRope()
        self.capacity = capacity
    }

    package var isEmpty: Bool { waiting.isEmpty }

    /// Takes lines, without their ends, to be delivered in this order; false when they do not fit.
    ///
    /// - Parameter mark: `start` where a file may begin with the first of them.
    package func add(_ lines: [[UInt8]], mark: UInt8 = Mark.lines) -> Bool {
        let bytes = lines.reduce(0) { $0 + $1.count + 1 }
        guard rope != nil, waitingBytes + bytes <= capacity else { return false }
        waitingBytes += bytes
        var isFirst = mark == Mark.start
        for line in lines {
            if isFirst || (waiting.last?.count ?? .max) > Self.fullRecord - line.count {
                waiting.append([isFirst ? mark : Mark.lines])
                isFirst = false
            }
            waiting[waiting.count - 1] += line
            waiting[waiting.count - 1].append(UInt8(ascii: "\n"))
        }
        return true
    }

    /// Delivers what the writer takes now.
    package func flush() {
        guard let path else { return }
        let delivered = waiting.prefix { rope?.send($0, to: path) ?? false }
        guard !delivered.isEmpty else { return }
        for record in delivered { waitingBytes -= record.count - 1 }
        waiting.removeFirst(delivered.count)
    }
}
