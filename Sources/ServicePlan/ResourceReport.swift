// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// A line that an evaluation leaves beside the status: `# no checkup scripts`.
package struct StatusNote: Equatable, Sendable {
    package enum Level: String, Sendable { case info, warn, error }
    package var level: Level
    package var text: String
    package init(_ level: Level, _ text: String) {
        self.level = level
        self.text = text
    }
}

/// What a driver found: a status and why.
package struct Evaluation: Equatable, Sendable {
    package var status: Status
    package var notes: [StatusNote]
    package init(_ status: Status, _ notes: [StatusNote] = []) {
        self.status = status
        self.notes = notes
    }
}

/// One resource as `print status` shows it.
package struct ResourceReport: Equatable, Sendable {
    package var configuration: ResourceConfiguration
    /// `vgsvc1`, `/dev/mapper/vgsvc1-lvappsvc1@/svc1/app`.
    package var label: String
    package var evaluation: Evaluation
    package init(
        configuration: ResourceConfiguration, label: String, evaluation: Evaluation
    ) {
        self.configuration = configuration
        self.label = label
        self.evaluation = evaluation
    }
}

/// A service on this node as `print status` shows it.
package struct ServiceReport: Equatable, Sendable {
    package var name: String
    package var isFrozen: Bool
    /// In the order of the file.
    package var resources: [ResourceReport]
    package init(name: String, isFrozen: Bool, resources: [ResourceReport]) {
        self.name = name
        self.isFrozen = isFrozen
        self.resources = resources
    }
}
