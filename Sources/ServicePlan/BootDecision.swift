// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// What `boot` and `shutdown` come to on this node (opensvc.md 3.5).
package enum BootDecision: Equatable, Sendable {
    /// Run `start`; if it fails log `ActionText.bootFailed`, then `startstandby`.
    case start
    case startStandby
    /// Log this as INFO and end with 0.
    case nothing(String)
    /// Run `shutdown`.
    case shutdown

    package static func boot(
        _ service: ServiceConfiguration, on node: String
    ) -> BootDecision {
        if service.hasHeartbeat && !service.enabled.contains(where: \.common.isStandby) {
            return .nothing(
                """
                end boot action on cluster node before acquiring the action lock: \
                no stdby resource needs activation.
                """)
        }
        let isHome = service.service.autostartNodes.contains(node)
        return isHome && !service.hasHeartbeat ? .start : .startStandby
    }

    package static func shutdown(_ service: ServiceConfiguration) -> BootDecision {
        guard service.hasHeartbeat else { return .shutdown }
        return .nothing(
            """
            'shutdown' action ended by last resource: shutdown action is not allowed on \
            heartbeat-driven services
            """)
    }
}

extension ServiceConfiguration {
    /// Resources that are not disabled, in the order of the file.
    package var enabled: [ResourceConfiguration] {
        service.isDisabled ? [] : resources.filter { !$0.common.isDisabled }
    }

    /// Whether a heartbeat decides where it runs.
    package var hasHeartbeat: Bool {
        enabled.contains { $0.group == .hb } || !incompleteHeartbeats.isEmpty
    }
}
