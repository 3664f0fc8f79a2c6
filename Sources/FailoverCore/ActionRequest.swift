// SPDX-License-Identifier: Apache-2.0

/// What an operator, a script or nmond asks of one service: `service -A SVC ACTION`.
///
/// The raw value is the word of the command line; any letter case is accepted there.
package enum ActionRequest: String, CaseIterable, Hashable, Sendable {
    case stop
    case start
    case freezeStop = "freeze-stop"
    case freezeStart = "freeze-start"
    case unfreeze
    case forceStop = "force-stop"
    case forceStart = "force-start"
    /// Hidden, asked by nmond: settle what an action left behind that was killed.
    case resolve

    package init?(word: String) {
        self.init(rawValue: word.lowercased())
    }

    /// The actions that help and documentation name.
    package static let forOperators = allCases.filter { $0 != .resolve }

    /// Writes a state without running a script or asking anything of the peer.
    package var isForced: Bool { self == .forceStop || self == .forceStart }
}
