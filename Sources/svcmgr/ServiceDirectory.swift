// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServiceDrivers

/// The services of this node, as their files lie in `/etc/opensvc`.
///
/// Source: opensvc.md 1.1, 1.2.
struct ServiceDirectory: Sendable {
    let directories: Directories
    /// Lower case.
    let nodeName: String

    init(directories: Directories, nodeName: String = Platform.nodeName().lowercased()) {
        self.directories = directories
        self.nodeName = nodeName
    }

    /// What the links of a service lead to.
    var program: String { directories.root + "/usr/bin/svcmgr" }
    func link(_ name: String) -> String { "\(directories.etc)/\(name)" }
    var nodeFile: String { directories.etc + "/node.conf" }
    var credentialsFile: String { directories.etc + "/auth.conf" }

    /// A service exists only if its link leads to svcmgr and it has a file.
    func exists(_ name: String) -> Bool {
        ServiceName.refusal(name) == nil && isLinked(name) && configurationFile(name) != nil
    }

    /// `<name>.conf`, else `<name>.env`; nil when there is neither.
    func configurationFile(_ name: String) -> String? {
        ["conf", "env"].map { "\(directories.etc)/\(name).\($0)" }
            .first { fileStamp($0) != nil && !isDirectory($0) }
    }

    /// All services, sorted by name.
    func names() throws(SystemError) -> [String] {
        guard isDirectory(directories.etc) else { return [] }
        return try directoryEntries(directories.etc).filter { exists($0) }.sorted()
    }

    /// Whether `<etc>/<name>` is a link that ends at svcmgr, by whatever way.
    func isLinked(_ name: String) -> Bool {
        guard let target = realPath(link(name)), target != link(name) else { return false }
        return target == realPath(program) || target.hasSuffix("/svcmgr")
    }
}

/// realpath(3); nil: it leads nowhere.
func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
}
