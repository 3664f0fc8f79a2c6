// SPDX-License-Identifier: Apache-2.0

/// What nmond knows about one service, for actions.
package struct ServiceView: Equatable, Sendable, Codable {
    package enum Precedence: UInt8, Equatable, Sendable, Codable {
        /// The primary wins a tie.
        case byRole
        /// Both nodes know that the service ran here last, and that the other knows it (decision 7).
        case ours
        /// The service ran on the partner last, and we have told it that we know.
        case theirs
    }

    package var name: String
    /// As heard in this run of nmond, UNKNOWN once the partner is down; nil while not heard.
    package var peerState: ServiceState?
    /// Grows with every change of `peerState`: A-B-A is seen too (R17).
    package var peerChanges: UInt32
    /// Our own state as last published, and the publication that first carried it.
    package var ownState: ServiceState
    package var announced: UInt64
    package var precedence: Precedence

    package init(
        name: String, peerState: ServiceState?, peerChanges: UInt32, ownState: ServiceState,
        announced: UInt64, precedence: Precedence = .byRole
    ) {
        self.name = name
        self.peerState = peerState
        self.peerChanges = peerChanges
        self.ownState = ownState
        self.announced = announced
        self.precedence = precedence
    }
}
