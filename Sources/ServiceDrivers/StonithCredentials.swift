// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

extension Work {
    /// A `target` that no scope tells apart would have one of the nodes end itself.
    func refuseItself(_ target: String) throws(StepFailure) {
        guard target.lowercased() == host.nodeName else { return }
        log.error("target \(target) is this node: give each node its own, with target@<node>")
        throw StepFailure()
    }

    /// What `<etc>/auth.conf`, which only its owner may read, says about a target.
    ///
    /// - Returns: nil: there is no such file, or nothing about the target in it.
    /// - Throws: After one line in the log.
    func credentials(for target: String) async throws(StepFailure) -> Credentials? {
        let path = directories.etc + "/auth.conf"
        switch await host.probe(.status(path: path)) {
        case .file(let file):
            guard file.mode & 0o077 == 0 else {
                log.error("\(path) must be readable by root only: chmod 0600 \(path)")
                throw StepFailure()
            }
        case .failed(noSuchFile): return nil
        case nil, .failed, .path, .names, .addresses, .done:
            log.error("\(path) cannot be read")
            throw StepFailure()
        }
        guard let text = host.read(path) else {
            log.error("\(path) cannot be read")
            throw StepFailure()
        }
        return Credentials(for: target, in: ConfigDocument(file: path, text: Array(text.utf8)))
    }
}
