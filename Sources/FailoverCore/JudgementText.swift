// SPDX-License-Identifier: Apache-2.0

import ClusterModel

extension PeerMonitor {
    /// What the log says when the judgement has changed.
    func remark(after before: PeerView.Judgement) -> (Severity, String)? {
        switch (before, judgement) {
        case (_, .up): (.notice, "node \(name) is up")
        case (_, .down):
            (.warning, "node \(name) is down: no link carried a beat for its whole timeout")
        case (_, .otherLayout):
            (
                .error,
                "node \(name) beats in another layout than ours (EZ_WIRE): nothing is decided"
            )
        case (.undecided, .undecided): nil
        case (_, .undecided): (.notice, "node \(name) is undecided until it is heard")
        }
    }
}

extension Duration {
    /// For people: `2.5 s`.
    var text: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
