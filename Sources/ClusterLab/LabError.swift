// SPDX-License-Identifier: Apache-2.0

/// Why a lab, or something in it, did not work out.
package enum LabError: Error, CustomStringConvertible, Equatable {
    /// The machine does not allow it (not root, a missing program): a reason to skip, not to fail.
    case notPossibleHere(String)
    /// A helper or a command of the lab itself failed.
    case failed(String)
    /// What was waited for did not happen in time.
    case timedOut(String)
    /// Somebody pressed ^C.
    case interrupted

    package var description: String {
        switch self {
        case .notPossibleHere(let reason): "not possible here: \(reason)"
        case .failed(let reason): reason
        case .timedOut(let what): "did not happen in time: \(what)"
        case .interrupted: "interrupted"
        }
    }
}
