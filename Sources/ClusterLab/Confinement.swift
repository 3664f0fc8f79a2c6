// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Makes a node slow: all its programs together get a share of one processor and little memory.
///
/// By control groups of either version; they are removed with this object.
package final class Confinement {
    private var groups: [String] = []

    /// Of all programs that run on a node now, and of all that they start.
    ///
    /// - Parameters:
    ///   - processorShare: 0.5 is half of one processor.
    ///   - memoryBytes: Page cache included.
    package init(of node: Node, processorShare: Double, memoryBytes: Int) throws {
        let root = "/sys/fs/cgroup"
        let name = "ezha-lab.\(getpid()).\(node.name)"
        let quota = Int(processorShare * 100_000)
        if access(root + "/cgroup.controllers", F_OK) == 0 {
            let group = try make("\(root)/\(name)")
            try set("cpu.max", "\(quota) 100000", in: group)
            try set("memory.max", "\(memoryBytes)", in: group)
        } else {
            let processor = try make("\(root)/cpu/\(name)")
            try set("cpu.cfs_quota_us", "\(quota)", in: processor)
            let memory = try make("\(root)/memory/\(name)")
            try set("memory.limit_in_bytes", "\(memoryBytes)", in: memory)
        }
        try takeAll(of: node)
    }

    /// Confines what was started on the node from outside since.
    package func takeAll(of node: Node) throws {
        for process in try node.processesOnThisMachine() {
            // It may have ended by now.
            for group in groups { try? set("cgroup.procs", "\(process)", in: group) }
        }
    }

    /// How often the programs had to wait: for the processor, and for memory to be taken from others.
    package var waits: (processor: Int, memory: Int) {
        func number(_ file: String, _ key: String) -> Int {
            let texts = groups.compactMap { try? text(of: "\($0)/\(file)") }
            let line = texts.joined().split(separator: "\n").first { $0.hasPrefix(key) }
            return line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        }
        return (
            number("cpu.stat", "nr_throttled"),
            number("memory.failcnt", "") + number("memory.events", "max")
        )
    }

    deinit {
        // Empty as soon as the node's processes are gone.
        for group in groups {
            for _ in 1...100 where rmdir(group) != 0 && errno == EBUSY {
                LabClock.pause(.milliseconds(20))
            }
        }
    }

    private func make(_ group: String) throws -> String {
        guard mkdir(group, 0o755) == 0 else {
            throw LabError.notPossibleHere("control group \(group): errno \(errno)")
        }
        groups.append(group)
        return group
    }

    private func set(_ file: String, _ value: String, in group: String) throws {
        do {
            try write(value + "\n", to: "\(group)/\(file)")
        } catch {
            throw LabError.notPossibleHere("control group: \(error)")
        }
    }
}

extension Node {
    /// The pids, as this machine sees them, of all processes of this node.
    fileprivate func processesOnThisMachine() throws -> [Int] {
        let own = try FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/\(initProcess)/ns/pid")
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int($0) }
            .filter {
                let namespace = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\($0)/ns/pid")
                return namespace == own
            }
    }
}
