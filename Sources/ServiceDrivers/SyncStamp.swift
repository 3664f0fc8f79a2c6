// SPDX-License-Identifier: Apache-2.0

import Glibc

/// When a resource was last copied to a node: a file with one line of local time
/// (opensvc.md 1.2, 4.5).
package struct SyncStamp {
    /// `<var>/sync/<node>/<svc>!<rid>`.
    static func path(_ work: Work, node: String) -> String {
        "\(work.directories.state)/sync/\(node)/\(work.service.name)!\(work.resource.rid)"
    }

    /// `<var>/last_sync_<svc>_<rid>`, for the scheduler.
    static func schedulerPath(_ work: Work) -> String {
        "\(work.directories.state)/last_sync_\(work.service.name)_\(work.resource.rid)"
    }

    /// Seconds since 1970; nil: never, or not readable as a time.
    static func read(_ work: Work, node: String) -> Double? {
        work.host.read(path(work, node: node)).flatMap(seconds)
    }

    /// `2026-11-22 10:08:48.555153` and LF.
    package static func text(_ seconds: Double) -> String {
        var whole = time_t(seconds.rounded(.down))
        var local = tm()
        localtime_r(&whole, &local)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let microseconds = Int64((seconds - seconds.rounded(.down)) * 1_000_000)
        return "\(local.tm_year + 1900)-\(two(local.tm_mon + 1))-\(two(local.tm_mday))"
            + " \(two(local.tm_hour)):\(two(local.tm_min)):\(two(local.tm_sec))"
            + ".\(sixDigits(microseconds))\n"
    }

    package static func seconds(_ text: String) -> Double? {
        let numbers = text.split { !("0"..."9").contains($0) }.map { Int32($0) }
        guard numbers.count >= 6, let year = numbers[0], let month = numbers[1],
            let day = numbers[2], let hour = numbers[3], let minute = numbers[4],
            let second = numbers[5]
        else { return nil }
        var local = tm()
        (local.tm_year, local.tm_mon, local.tm_mday) = (year &- 1900, month &- 1, day)
        (local.tm_hour, local.tm_min, local.tm_sec) = (hour, minute, second)
        local.tm_isdst = -1
        let whole = mktime(&local)
        guard whole != -1 else { return nil }
        let fraction = numbers.count > 6 ? Double(numbers[6] ?? 0) / 1_000_000 : 0
        return Double(whole) + fraction
    }
}
