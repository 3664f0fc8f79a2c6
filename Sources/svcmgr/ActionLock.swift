// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceDrivers
import ServicePlan

/// Takes turns at one service (opensvc.md 3.8): flock(2) on a file that says who holds it.
struct ActionLock {
    let path: String
    /// For those who wait.
    let action: ServiceAction
    let timeout: Duration

    /// - Parameter name: Of the lock: the service's, or with `.sync` behind it.
    init(_ node: LocalNode, _ name: String, _ action: ServiceAction, timeout: Duration) {
        path = "\(node.directories.state)/lock/\(name)"
        self.action = action
        self.timeout = timeout
    }

    /// Why it was not taken.
    enum Refusal: Error {
        case held(String)
        case failed(SystemError)

        var text: String {
            switch self {
            case .held(let text): text
            case .failed(let error): "cannot take the action lock: \(error)"
            }
        }
    }

    /// Tries once a second until the time is over; 0: once.
    func take() async throws(Refusal) -> FlockFile {
        let deadline = timeSinceBoot() + timeout
        while true {
            do {
                let lock = try FlockFile(path)
                let content = Array(ActionText.lockContent(pid: getpid(), action).utf8)
                // A full disk must not keep a service from starting.
                try? lock.replaceContents(with: content)
                return lock
            } catch {
                guard error.code == EAGAIN else { throw .failed(error) }
            }
            guard timeSinceBoot() < deadline, !Task.isCancelled else { throw .held(refusal) }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private var refusal: String {
        let text = (try? readFile(path, limit: 4096)).map { String(decoding: $0, as: UTF8.self) }
        let pid = text?.digits(after: "\"pid\": ") ?? "unknown"
        let intent = text?.between("\"intent\": \"", "\"") ?? "unknown"
        return ActionText.lockTimeout(
            seconds: Int(timeout.components.seconds), action, file: path, pid: pid,
            intent: intent)
    }
}

extension String {
    fileprivate func digits(after start: String) -> String? {
        guard let range = firstRange(of: start) else { return nil }
        return String(self[range.upperBound...].prefix(while: \.isNumber))
    }

    fileprivate func between(_ start: String, _ end: Character) -> String? {
        guard let range = firstRange(of: start) else { return nil }
        return String(self[range.upperBound...].prefix { $0 != end })
    }
}
