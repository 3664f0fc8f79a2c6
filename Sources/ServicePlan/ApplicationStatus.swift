// SPDX-License-Identifier: Apache-2.0

/// What the implicit `app` is, by what its launchers answered (opensvc.md 4.4).
package struct LauncherSighting: Equatable, Sendable {
    package enum Directory: Equatable, Sendable {
        /// It is not there.
        case missing(path: String)
        /// The exit codes of its `C*` entries, in their order, by path.
        case checked([Answer])
    }
    package struct Answer: Equatable, Sendable {
        package let path: String
        package let exitCode: Int32
        package init(path: String, exitCode: Int32) {
            self.path = path
            self.exitCode = exitCode
        }
    }

    /// Whether launchers are asked at all: only where what they stand on is up, unless the service
    /// has one node only.
    ///
    /// - Parameter foundation: `StatusSummary.core`.
    package static func isWorthAsking(foundation: Status, nodes: Int) -> Bool {
        foundation == .up || nodes <= 1
    }

    package static func evaluation(
        foundation: Status, nodes: Int, directory: Directory
    ) -> Evaluation {
        guard isWorthAsking(foundation: foundation, nodes: nodes) else {
            return Evaluation(.notApplicable)
        }
        switch directory {
        case .missing(let path):
            return Evaluation(.notApplicable, [StatusNote(.info, "\(path) does not exist")])
        case .checked(let answers):
            let failed = answers.filter { $0.exitCode != 0 }.map(\.path)
            if answers.isEmpty {
                return Evaluation(.notApplicable, [StatusNote(.info, "no checkup scripts")])
            }
            if failed.isEmpty { return Evaluation(.up) }
            if failed.count == answers.count { return Evaluation(.down) }
            let list = failed.joined(separator: ", ")
            return Evaluation(.warn, [StatusNote(.warn, "\(list) returned errors")])
        }
    }
}

/// What `app#N` is, by what its script answered (opensvc.md 4.4).
package enum ApplicationSighting: Equatable, Sendable {
    /// It has no `check` number.
    case unchecked
    case checked(exitCode: Int32)

    /// Whether the script is asked at all. A service of applications alone has nothing to stand on.
    package static func isWorthAsking(foundation: Status) -> Bool {
        foundation == .up || foundation == .notApplicable
    }

    package func evaluation(foundation: Status) -> Evaluation {
        func none(_ text: String) -> Evaluation {
            Evaluation(.notApplicable, [StatusNote(.info, text)])
        }
        switch self {
        case .unchecked: return none("check is not set")
        case .checked where !ApplicationSighting.isWorthAsking(foundation: foundation):
            return none("not evaluated (instance not up)")
        case .checked(0): return Evaluation(.up)
        case .checked(1): return Evaluation(.down)
        case .checked(let code):
            return Evaluation(
                .warn, [StatusNote(.warn, "check reports errors (\(code))")])
        }
    }
}
