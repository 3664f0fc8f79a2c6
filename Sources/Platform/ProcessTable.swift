// SPDX-License-Identifier: Apache-2.0

import CShims

/// When a process started, in clock ticks since boot (field 22 of its stat); nil if it is gone.
package func processStart(_ pid: Int32) -> UInt64? { ProcessStat(of: pid)?.start }

/// Whether any process of session `id` that started at `startedAt` ticks or later still runs
/// (zombies do not count). Reads /proc.
package func sessionLives(_ id: Int32, startedAt: UInt64) -> Bool {
    let pids = ((try? directoryEntries("/proc")) ?? []).lazy.compactMap { Int32($0) }
    return pids.contains { pid in
        guard let stat = ProcessStat(of: pid) else { return false }
        return stat.session == id && stat.start >= startedAt && !stat.isZombie
    }
}

/// A descriptor that becomes readable when any process, child or not, ends; nil if it is gone. The
/// caller closes it, see `closeDescriptor`.
package func watchProcess(_ pid: Int32) -> CInt? {
    let descriptor = cshims_open_process(pid)
    return descriptor < 0 ? nil : descriptor
}

/// kill(2); negative for a process group. False when there is none.
@discardableResult package func sendSignal(_ signal: CInt, to pid: Int32) -> Bool {
    cshims_send_signal(pid, signal) >= 0
}

/// What `/proc/PID/stat` says of one process.
struct ProcessStat {
    let isZombie: Bool
    let session: Int32
    /// In clock ticks since boot.
    let start: UInt64

    init?(of pid: Int32) {
        guard let bytes = try? readFile("/proc/\(pid)/stat", limit: 4096) else { return nil }
        self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads the line: fields are counted from behind the last `)`, since a name may hold anything.
    init?(_ text: String) {
        guard let name = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text.utf8[name...].dropFirst().split { $0 == 0x20 || $0 == 0x0A }
        // Field 3 of proc(5) is the first one here.
        guard fields.count >= 20, let state = fields[0].first,
            let session = Int32(String(fields[3]) ?? ""),
            let start = UInt64(String(fields[19]) ?? "")
        else { return nil }
        isZombie = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
        self.session = session
        self.start = start
    }
}
