// SPDX-License-Identifier: Apache-2.0

import Config
import Glibc
import Platform

/// `hb -s`: one line per line of the monitor file, in its order (specification, 8.6).
struct LinkTable {
    let node: LocalNode

    init(_ node: LocalNode) { self.node = node }

    /// The exit code is 0 in any case: scripts ignore it.
    func print() -> Int32 {
        guard node.managerPID != nil else {
            if node.isClassic {
                Console.error("shmget failed for nmond segment: No such file or directory")
            } else if Console.isInteractive {
                Console.error("shmget failed for nmond segment")
            }
            return ExitCode.success
        }
        do {
            let parsed = try node.monitor()
            node.report(parsed.findings)
            let now = timeSinceBoot()
            for line in parsed.value.lines {
                let reading = LinkReading(line, on: node, at: now)
                Console.print(node.isClassic ? classicLine(reading) : fhsLine(reading))
            }
        } catch {
            Console.error("hb: \(error)")
        }
        return ExitCode.success
    }

    private func classicLine(_ link: LinkReading) -> String {
        let line = link.line
        let port = line.kind.isDisk ? "" : ":\(line.port)"
        let name = "interface \(line.device):\(line.address)\(port)"
        guard link.isUp, let status = link.status else { return "\(name) status DOWN " }
        let time = logTime(status.beatWallClock)
        return "\(name) pid \(link.pid) status UP, updated at \(time) "
    }

    private func fhsLine(_ link: LinkReading) -> String {
        let line = link.line
        let role = link.isSender ? "sender" : "listener"
        let name = "\(line.kind.rawValue) \(role) \(line.device):\(line.address)"
        guard link.isUp, let status = link.status else { return "\(name) status DOWN" }
        return "\(name) pid \(link.pid) status UP, updated at \(logTime(status.beatWallClock))"
    }
}

/// A wall-clock second as local `Feb 19 20:59:57`, in the C locale.
func logTime(_ seconds: Int64) -> String {
    var seconds = time_t(seconds)
    var local = tm()
    localtime_r(&seconds, &local)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
        let length = strftime(text.baseAddress!, text.count, "%b %d %H:%M:%S", &local)
        return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// What strerror says.
func errorDescription(_ code: CInt) -> String { String(cString: strerror(code)) }
