// SPDX-License-Identifier: Apache-2.0

/// A node that runs a model of the original C programs instead of the product.
///
/// It is our own small program, written from the documented behaviour alone: what the specification
/// says about frames, cycles, waits and races, their mistakes included where they matter. It is
/// no proof that the original behaves so; it shows that the product gets on with such a neighbour.
package struct LegacyPeer: Hashable, Sendable {
    /// Which frames it sends and reads.
    package enum Layout: String, Sendable {
        /// 504 bytes, as 0.3.6.osvc2 did.
        case a = "A"
        /// 9384 bytes, as the 2018 head does.
        case d = "D"
    }
    package let layout: Layout

    package init(layout: Layout) { self.layout = layout }

    /// Where its programs lie in the lab's directory.
    var directoryName: String { "legacy-\(layout.rawValue)" }

    /// Its programs; all are the lab's own executable under these names.
    package static let programNames = [
        "nmond", "heartd", "heartc", "heartd_dio", "heartc_dio", "service",
    ]
}
