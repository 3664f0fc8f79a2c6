// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Platform

/// `<state>/SVC/STATE.NODE`: the record on disk that clients and administrators read
/// (specification, 3). Two bytes: digit, LF. Only the first byte is ever read.
package struct StateFiles: Sendable {
    package let directory: String
    package init(directory: String) { self.directory = directory }

    package func path(_ service: String, _ node: String) -> String {
        "\(directory)/\(service)/STATE.\(node)"
    }

    /// UNKNOWN for a missing, empty or strange file.
    package func read(_ service: String, _ node: String) -> ServiceState {
        find(service, node) ?? .unknown
    }

    /// The same, but nil for a file that is missing, empty, unreadable or strange: whoever knew a
    /// state before keeps it (R16).
    package func find(_ service: String, _ node: String) -> ServiceState? {
        guard let bytes = try? readFile(path(service, node)), let first = bytes.first else {
            return nil
        }
        return ServiceState(digit: first)
    }

    /// Replaced in one step, never truncated; makes the directory (0755) when missing.
    package func write(_ state: ServiceState, _ service: String, _ node: String, sync: Bool)
        throws(SystemError)
    {
        let bytes = [state.digit, UInt8(ascii: "\n")]
        do {
            try replaceFile(path(service, node), with: bytes, sync: sync)
        } catch {
            guard !isDirectory("\(directory)/\(service)") else { throw error }
            try makeDirectory("\(directory)/\(service)")
            try replaceFile(path(service, node), with: bytes, sync: sync)
        }
    }
}
