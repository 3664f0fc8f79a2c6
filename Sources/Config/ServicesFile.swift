// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// One line of the services file (specification, 2.4).
package struct ServiceDefinition: Equatable, Sendable {
    package var name: String
    /// Executed as `<script> start` or `<script> stop`.
    package var script: String
    package var primary: String
    package var secondary: String
    /// Executed as `<script> start` before every start; non-zero forbids it.
    package var checkScript: String
    package var lineNumber: Int

    /// nil when `node` is neither of its nodes.
    package func role(of node: String) -> Role? { fatalError("stub") }
    /// The other of its two nodes; nil when `node` is neither.
    package func partner(of node: String) -> String? { fatalError("stub") }
}

package struct ServicesFile: Equatable, Sendable {
    package var services: [ServiceDefinition]

    package init(services: [ServiceDefinition]) { self.services = services }

    package static func parse(_ text: [UInt8], file: String) -> Parsed<ServicesFile> {
        fatalError("stub")
    }

    /// Services that `layout` cannot carry, one finding each.
    package func misfits(layout: Layout, file: String) -> [Finding] { fatalError("stub") }
}

/// Whether `name` may become a directory: `[A-Za-z0-9._-]+`, not `.` or `..`, no leading `-`.
package func isServiceName(_ name: String) -> Bool { fatalError("stub") }
