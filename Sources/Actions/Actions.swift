// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import Config
import FailoverCore
import Platform

/// Carries out `service -A SVC ACTION` in this process, from the service's lock to its last state.
///
/// Prints what the command prints and logs what it logs; blocks until the action is done. Call it
/// once per process: it takes over signals.
///
/// - Parameters:
///   - service: As typed; looked up in the services file.
///   - action: As typed, in any letter case; nmond also starts the hidden `resolve`.
/// - Returns: The exit code, 0 or 255.
package func performAction(service: String, action: String, environment: Environment) -> Int32 {
    fatalError("stub")
}

/// Carries out `service -A ACTION`: the action on every service of this node, one process each, in
/// parallel; services of other nodes are skipped.
///
/// - Returns: 0 if every one succeeded or was already there, else 255.
package func performActionOnAll(action: String, environment: Environment) -> Int32 {
    fatalError("stub")
}

/// Carries out the hidden `service --boot-reset` of the launcher: states that cannot have survived a
/// reboot become STOPPED, once per boot (decision 9).
///
/// - Returns: 0, or 255 if a state could not be written.
package func runBootReset(environment: Environment) -> Int32 {
    fatalError("stub")
}
