// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import ServiceConfig
import ServiceDrivers

/// Why something asked for is not done; one line.
struct Refusal: Error, Equatable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

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

    // MARK: Paths

    func link(_ name: String) -> String { "\(directories.etc)/\(name)" }
    var nodeFile: String { directories.etc + "/node.conf" }
    var credentialsFile: String { directories.etc + "/auth.conf" }

    /// `<name>.conf`, else `<name>.env`; nil when there is neither.
    func configurationFile(_ name: String) -> String? {
        configurationFiles(name).first { fileStamp($0) != nil && !isDirectory($0) }
    }

    func configurationFiles(_ name: String) -> [String] {
        ["conf", "env"].map { "\(directories.etc)/\(name).\($0)" }
    }

    // MARK: Services

    /// A service exists only if its link leads to svcmgr and it has a file.
    func exists(_ name: String) -> Bool {
        ServiceName.refusal(name) == nil && isLinked(name) && configurationFile(name) != nil
    }

    /// All services, sorted by name.
    func names() throws(Refusal) -> [String] {
        guard isDirectory(directories.etc) else { return [] }
        do {
            return try directoryEntries(directories.etc).filter { exists($0) }.sorted()
        } catch {
            throw Refusal("\(error)")
        }
    }

    /// Whether `<etc>/<name>` is a link that ends at svcmgr, by whatever way.
    func isLinked(_ name: String) -> Bool {
        guard isSymbolicLink(link(name)), let target = realPath(link(name)) else { return false }
        return target == realPath(directories.program) || target.hasSuffix("/svcmgr")
    }

    /// The service as this node sees it.
    ///
    /// - Throws: What follows `<svc>: ` on stderr.
    func load(
        _ name: String, node: NodeConfiguration,
        environment: [String: String] = environmentVariables()
    ) throws(Refusal) -> ServiceConfiguration {
        let document = try document(ofService: name)
        let viewpoint = viewpoint(name, node: node, environment: environment)
        do {
            return try ServiceConfiguration(document, name: name, at: viewpoint)
        } catch {
            throw Refusal(error.description)
        }
    }

    /// - Throws: What follows `<svc>: ` on stderr.
    func document(ofService name: String) throws(Refusal) -> ConfigDocument {
        guard exists(name), let file = configurationFile(name) else {
            throw Refusal("service does not exist")
        }
        return try document(file)
    }

    func viewpoint(
        _ name: String, node: NodeConfiguration,
        environment: [String: String] = environmentVariables()
    ) -> Viewpoint {
        let launchers = link(name) + ".d"
        return Viewpoint(
            nodeName: nodeName, nodeEnvironment: node.environment,
            processEnvironment: environment,
            hasLauncherDirectory: isSymbolicLink(launchers) || fileStamp(launchers) != nil,
            svcmgr: directories.program, nodemgr: directories.root + "/usr/bin/nodemgr")
    }

    // MARK: Files

    /// node.conf as this node sees it; the defaults when there is none.
    func node() throws(Refusal) -> NodeConfiguration {
        NodeConfiguration(try nodeDocument(), nodeName: nodeName)
    }

    func nodeDocument() throws(Refusal) -> ConfigDocument {
        fileStamp(nodeFile) == nil && !isSymbolicLink(nodeFile)
            ? ConfigDocument(file: nodeFile, text: []) : try document(nodeFile)
    }

    func document(_ file: String) throws(Refusal) -> ConfigDocument {
        do {
            return ConfigDocument(file: file, text: try readFile(file))
        } catch {
            throw Refusal("\(error)")
        }
    }

    /// Makes the directories of 1.1 that are missing.
    func makeDirectories() throws(Refusal) {
        let places = [directories.etc, directories.state, directories.log, directories.temporary]
        do {
            for place in places { try makeDirectory(place) }
        } catch {
            throw Refusal("\(error)")
        }
    }
}

/// realpath(3); nil: it leads nowhere.
func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
}

/// Whether it is a link, wherever it leads.
func isSymbolicLink(_ path: String) -> Bool {
    var byte: CChar = 0
    return readlink(path, &byte, 1) >= 0
}
