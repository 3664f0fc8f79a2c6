// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig

/// The last push of a configuration to the collector, which there is not: a local no-op that leaves
/// a stamp (opensvc.md 8.3, D12).
struct PushStamp {
    let configuration: String
    let stamp: String

    init(of service: ServiceConfiguration, state: String) {
        configuration = service.file
        stamp = "\(state)/\(service.name).push"
    }

    /// Brings a missing or old stamp up to date.
    ///
    /// - Returns: The lines for `print status`; none when the stamp was missing or recent.
    func refresh() -> [String] {
        guard let pushed = fileStamp(stamp) else {
            _ = push()
            return []
        }
        guard let changed = fileStamp(configuration), changed.mtime > pushed.mtime else {
            return []
        }
        return push()
    }

    /// - Returns: What `push` prints.
    func push() -> [String] {
        let text = Array("\(wallClockSeconds())\n".utf8)
        let isDone = (try? replaceFile(stamp, with: text, sync: false)) != nil
        return [
            "send \(configuration) to collector ... OK",
            "update \(stamp) timestamp ... \(isDone ? "OK" : "ERR")",
        ]
    }
}
