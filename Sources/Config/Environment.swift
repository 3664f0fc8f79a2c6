// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// Where everything lies, and how it behaves: the environment and the first tunables file
/// (specification, 1.2 and 1.4; decisions 4 and 21).
package struct Environment: Equatable, Sendable {
    package enum DirectoryLayout: String, Sendable {
        /// /usr/local/cluster and everything below it.
        case classic
        /// /etc/openha, /usr/lib/openha/bin, /var/lib/openha.
        case fhs
    }

    package var directories: DirectoryLayout
    /// Holds the programs.
    package var bin: String
    /// `<state>/SVC/STATE.NODE`.
    package var stateDirectory: String
    /// Key files, and the locks of services.
    package var procDirectory: String
    /// nmond.log and the output of callouts.
    package var logDirectory: String
    package var configDirectory: String
    package var servicesFile: String
    package var nodesFile: String
    package var monitorFile: String
    package var tunables: Tunables

    /// Resolves by the rule of specification 1.2. Never fails for what can be derived.
    ///
    /// - Parameters:
    ///   - variables: The process's environment; empty values count as unset.
    ///   - programDirectory: The directory of the running program, by its name as called.
    ///   - tunablesText: The first existing file of 1.4 with its name; KEY=VALUE lines, not executed.
    ///   - isDirectory: Whether a path is a directory, to tell `<x>/bin` beside `<x>/conf`.
    package static func resolve(
        variables: [String: String], programDirectory: String,
        tunables: (file: String, text: [UInt8])?, isDirectory: (String) -> Bool
    ) -> Parsed<Environment> {
        fatalError("stub")
    }

    /// The files of 1.4, in their order.
    package static let tunablesFiles = [
        "/etc/defaults/openha", "/etc/default/openha", "/etc/sysconfig/openha",
        "/etc/rc.config.d/openha",
    ]
}

/// What an administrator may set, from the environment or a tunables file. All have defaults.
package struct Tunables: Equatable, Sendable {
    /// EZ_WIRE; nil means A in the classic directories, D in the FHS ones.
    package var wire: Layout?
    /// EZ_TRAILER=off turns our trailer off.
    package var sendsTrailer = true
    /// EZ_GRACE: the grace period beside a C peer that is up, and the bound for an acknowledgement.
    package var grace: Duration = .seconds(5)
    /// EZ_GRACE_MIN: the shortest grace period.
    package var graceMinimum: Duration = .seconds(2)
    /// EZ_CALLOUT_TIMEOUT: nil, or 0, is off.
    package var calloutTimeout: Duration?
    /// EZ_DEBUG set, to anything.
    package var debug = false
    /// HEARTBEAT_TALK_DELAY_ON_START, seconds.
    package var talkDelay: Duration = .seconds(2)
    /// FREEZE_SERVICE_SECONDARY_INSTANCE_ON_START, exactly `yes`.
    package var freezeSecondaryOnStart = false

    package init() {}

    /// As KEY=VALUE pairs, what nmond publishes; `init(published:)` reads it back.
    package var published: [String: String] { fatalError("stub") }
    package init(published: [String: String]) { fatalError("stub") }
}
