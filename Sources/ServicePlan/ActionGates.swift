// SPDX-License-Identifier: Apache-2.0

/// What decides whether an action may begin, as values (opensvc.md 2.5).
package struct ActionGates: Equatable, Sendable {
    /// Why an action does not begin: one line, and the exit code.
    package struct Refusal: Error, Equatable, Sendable {
        package enum Level: String, Sendable { case info = "INFO", error = "ERROR" }
        package let level: Level
        package let text: String
        /// 0 where nothing to do is no failure.
        package let exitCode: Int32
    }

    package var action: ServiceAction
    package var serviceEnvironment = "TST"
    package var nodeEnvironment = "TST"
    /// The service, or the node.
    package var isFrozen = false
    /// `--force`
    package var isForced = false
    /// `--cluster`
    package var isClusterware = false
    /// `hb` resources by whether they are enabled.
    package var enabledHeartbeats = 0
    package var disabledHeartbeats = 0
    /// `--rid`, `--tags` or `--subsets` is given.
    package var isNarrowed = false
    /// Resources that those leave.
    package var matches = 0

    package init(action: ServiceAction) { self.action = action }

    /// Asks the gates in their order.
    ///
    /// - Returns: nil: go on to the lock.
    package func refusal() -> Refusal? {
        if nodeEnvironment == "PRD" && serviceEnvironment != "PRD" {
            return Refusal(
                level: .error, text: "Abort action for non PRD service on PRD node", exitCode: 1)
        }
        if isFrozen && !isForced && !action.traits.passesFrozen {
            let name = action.rawValue
            return Refusal(
                level: .info,
                text: "Abort action '\(name)' for frozen service. Use --force to override.",
                exitCode: 1)
        }
        if !isNarrowed && !action.traits.passesSafetyNet, let refusal = safetyNet() {
            return refusal
        }
        if isNarrowed && matches == 0 {
            return Refusal(
                level: .info,
                text: "no resource match the given --rid, --subset and --tags specifiers",
                exitCode: 0)
        }
        return nil
    }

    private func safetyNet() -> Refusal? {
        if enabledHeartbeats > 0 && !isClusterware {
            return Refusal(
                level: .info,
                text: """
                    this service is managed by a clusterware, thus direct service manipulation is \
                    disabled. the --cluster option circumvent this safety net.
                    """,
                exitCode: 1)
        }
        if enabledHeartbeats == 0 && disabledHeartbeats > 0 && isClusterware {
            return Refusal(
                level: .info,
                text: """
                    this service has heartbeat resources, but all disabled. this state is \
                    interpreted as a maintenance mode. actions submitted with --cluster are not \
                    allowed to inhibit actions triggered by the heartbeat daemon.
                    """,
                exitCode: 0)
        }
        return nil
    }
}
