// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import FailoverCore
import WireFormat

/// nmond: the shipped `Manager`, and what its loop keeps beside it.
final class SimulatedManager {
    var core: Manager
    let pid: Int32
    /// Tells the runs of nmond on one node apart.
    let run: Int32
    /// Node's clock.
    let startedAt: Duration
    var frozenUntil: Duration = .zero
    /// When its loop ended a round last, node's clock.
    var pulse: Duration
    /// The page: what it published last, and how many times it did.
    var announcement: Announcement?
    var announcements = 0
    /// Which content of each link it has taken: the receiver's run and its generation.
    var seen: [(run: Int32, generation: Int)]
    /// Services to be read again, each once.
    var toRead: [Int] = []
    var peerFilesToRead: [Int] = []
    /// Services whose action, started by this nmond, has ended.
    var ended: [Int] = []
    var definitions: [ServiceDefinition]
    /// What it has read of each link.
    var words: [Word?]
    /// Of taking somebody for up, once.
    var isAccused = false
    /// The services file is looked at then.
    var reloadAt: Duration?
    /// The next round; nil when none is planned.
    var wakeAt: Duration?
    var wakeToken: Int32 = 0
    /// Actions to begin.
    var queue: [(service: Int, act: ManagerEffect.Act)] = []

    init(
        core: Manager, pid: Int32, run: Int32, startedAt: Duration, links: Int,
        definitions: [ServiceDefinition]
    ) {
        self.core = core
        self.pid = pid
        self.run = run
        self.startedAt = startedAt
        self.definitions = definitions
        pulse = startedAt
        words = Array(repeating: nil, count: links)
        seen = Array(repeating: (-1, -1), count: links)
    }
}
