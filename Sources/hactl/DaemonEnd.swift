// SPDX-License-Identifier: Apache-2.0

import Config
import Glibc
import Platform

/// Ends this node's daemons, and no others: those that hold the locks of our own directories.
/// Services and their states stay as they are.
struct DaemonEnd {
    let node: LocalNode

    init(_ node: LocalNode) { self.node = node }

    /// nmond first, or it would bring the links back; each step waits at most 10 s.
    ///
    /// - Returns: 0 if something ran and all of it ended, else 1, as pkill says it.
    func run() -> Int32 {
        let links = (try? node.monitor().value.lines.map(\.keyName)) ?? []
        let wasRunning = ([["nmond"], links].map(end)).contains(true)
        let left = (["nmond"] + links).compactMap { key in holder(of: key).map { (key, $0) } }
        for (key, pid) in left {
            Console.error("openha: process \(pid) of \(key) does not end")
        }
        return wasRunning && left.isEmpty ? ExitCode.success : ExitCode.failure
    }

    /// Whether any of them ran.
    private func end(_ keys: [String]) -> Bool {
        let running = keys.compactMap(holder)
        for pid in running { sendSignal(SIGTERM, to: pid) }
        for _ in 0..<200 where keys.contains(where: { holder(of: $0) != nil }) { usleep(50_000) }
        return !running.isEmpty
    }

    private func holder(of key: String) -> Int32? {
        lockHolder("\(node.environment.procDirectory)/\(key).key")
    }
}
