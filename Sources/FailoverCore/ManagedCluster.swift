// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// One line of the monitor file, as nmond looks after it: a sender of ours or an ear on a peer.
package struct ManagedLink: Equatable, Sendable, Codable {
    /// The name of its lock file and its page, without `.key`.
    package var key: String
    /// The node that sends on it.
    package var node: String
    package var kind: LinkKind
    /// What names it in a trailer.
    package var linkID: UInt32
    /// Silence that means down.
    package var timeout: Duration
    /// Between two beats.
    package var interval: Duration

    package init(
        key: String, node: String, kind: LinkKind, linkID: UInt32, timeout: Duration,
        interval: Duration
    ) {
        self.key = key
        self.node = node
        self.kind = kind
        self.linkID = linkID
        self.timeout = timeout
        self.interval = interval
    }
}

/// One line of the services file, as far as decisions need it.
package struct ManagedService: Equatable, Sendable, Codable {
    package var name: String
    package var primary: String
    package var secondary: String

    package init(name: String, primary: String, secondary: String) {
        self.name = name
        self.primary = primary
        self.secondary = secondary
    }

    /// The other of its two nodes; nil when `node` is neither, or both.
    package func partner(of node: String) -> String? {
        guard primary != secondary else { return nil }
        return primary == node ? secondary : secondary == node ? primary : nil
    }
}

/// How urgent a line of the log is.
package enum Severity: String, Sendable, Codable {
    case debug, info, notice, warning, error, critical
}

/// What is seen of one link process at one moment.
package struct LinkReading: Equatable, Sendable {
    /// Who holds the link's lock; nil while no process runs.
    package var pid: Int32?
    /// When that process began to listen or send.
    package var startedAt: Duration?
    /// When its loop ran last; a frozen one stops here.
    package var loopAt: Duration?
    /// The last fresh beat.
    package var beatAt: Duration?
    /// The last beat of the peer in another layout than ours (decision 1).
    package var otherLayoutAt: Duration?
    /// What the last fresh beat says; only when it is news, else nil.
    package var news: Heartbeat? {
        get { word?.heartbeat }
        set { word = newValue.map(HeardWord.init) }
    }
    private(set) var word: HeardWord?

    package init(
        pid: Int32?, startedAt: Duration? = nil, loopAt: Duration? = nil, beatAt: Duration? = nil,
        otherLayoutAt: Duration? = nil, news: Heartbeat? = nil
    ) {
        self.pid = pid
        self.startedAt = startedAt
        self.loopAt = loopAt
        self.beatAt = beatAt
        self.otherLayoutAt = otherLayoutAt
        self.news = news
    }
}

/// What is seen of one of our own services: state file, lock, record and runner together.
package struct OwnReading: Equatable, Sendable {
    package enum Hold: Equatable, Sendable, Codable {
        /// Nobody acts on it.
        case free
        /// An action holds its lock.
        case action(Int32)
        /// The lock is free, but the callout of the action that held it still runs (decision 6).
        case callout(Int32)
    }

    /// nil: the file is unreadable, empty or strange; what was last known stays (R16).
    package var state: ServiceState?
    package var hold: Hold
    /// The record in the lock file says: grace period, of this boot.
    package var isInGracePeriod: Bool
    /// Where it ran last; `onSender` means on this node.
    package var lastRun: LastRun?

    package init(
        state: ServiceState?, hold: Hold = .free, isInGracePeriod: Bool = false,
        lastRun: LastRun? = nil
    ) {
        self.state = state
        self.hold = hold
        self.isInGracePeriod = isInGracePeriod
        self.lastRun = lastRun
    }
}
