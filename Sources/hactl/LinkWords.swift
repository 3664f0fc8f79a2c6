// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config

/// The options of `hb -a` and `hb -r` as typed.
struct LinkWords {
    let node: String?
    let type: String?
    let device: String?
    let address: String?
    let port: String?
    let timeout: String?

    /// The type in any letter case; the file has it in lower case.
    var kind: LinkKind? { type.flatMap { LinkKind(rawValue: $0.asciiLowercased) } }

    /// Whether a line of the monitor file is this link, whatever its timeout.
    func matches(_ line: MonitorLine) -> Bool {
        guard line.kind == kind, line.node.asciiLowercased == node?.asciiLowercased,
            line.device == device
        else { return false }
        return line.address == address && (line.kind.isDisk || line.port == port)
    }
}
