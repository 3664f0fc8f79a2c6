// SPDX-License-Identifier: Apache-2.0

/// How a link carries beats; the raw value is the keyword of the monitor file.
///
/// Source: OpenHA specification, 2.3 and 9.1.
package enum LinkKind: String, CaseIterable, Sendable, Codable {
    /// UDP multicast.
    case net
    /// UDP to one address.
    case unicast
    /// A slot of a shared disk; in C buffered, here O_DIRECT like `dio`.
    case disk
    /// A slot of a shared disk, O_DIRECT.
    case dio

    /// Whether beats are blocks of a disk.
    package var isDisk: Bool {
        switch self {
        case .net, .unicast: false
        case .disk, .dio: true
        }
    }

    /// The program that sends on such a link: `heartd`, `heartd_unicast`, ...
    package var sender: String { "heartd" + suffix }

    /// The program that listens on such a link: `heartc`, `heartc_unicast`, ...
    package var receiver: String { "heartc" + suffix }

    private var suffix: String {
        switch self {
        case .net: ""
        case .unicast: "_unicast"
        case .disk: "_raw"
        case .dio: "_dio"
        }
    }
}

/// A node's role for one service: its third or its fourth column in the services file.
package enum Role: UInt8, Sendable {
    case primary
    case secondary
}
