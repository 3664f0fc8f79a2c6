// SPDX-License-Identifier: Apache-2.0

import Config

/// Where the heartbeat's files are, in either layout (opensvc.md 4.6.1; decision 7).
struct OpenHAPlaces: Equatable {
    /// Holds `service` and `nmond`.
    var bin: String
    var monitorFile: String
    /// `<state>/SVC/STATE.NODE`.
    var stateDirectory: String
    /// What `service` gets in its environment.
    var variables: [String: String]

    private static let names = [
        "EZ", "EZ_BIN", "EZ_VAR", "EZ_LOG", "EZ_CONF", "EZ_SERVICES", "EZ_NODES", "EZ_MONITOR",
    ]
    private static let classicPrograms = "/usr/local/cluster/bin"
    private static let fhsPrograms = "/usr/lib/openha/bin"

    /// By the heartbeat's own rule, so that both look at the same files.
    init(_ host: any Host) {
        var given: [String: String] = [:]
        for name in OpenHAPlaces.names { given[name] = host.variable(name) }
        let isClassic = host.entry(OpenHAPlaces.classicPrograms + "/nmond") != nil
        let isFHS = !isClassic && host.entry(OpenHAPlaces.fhsPrograms + "/nmond") != nil
        let file = Environment.tunablesFiles.lazy
            .compactMap { path in host.read(path).map { (file: path, text: Array($0.utf8)) } }.first
        // The usual tree, though parts of it be missing.
        let isUsual = given.isEmpty && !isFHS
        let environment = Environment.resolve(
            variables: isUsual ? ["EZ": "/usr/local/cluster"] : given,
            programDirectory: isFHS ? OpenHAPlaces.fhsPrograms : OpenHAPlaces.classicPrograms,
            tunables: file,
            isDirectory: { host.entry($0 + "/.") == .directory }
        ).value
        bin = environment.bin
        monitorFile = environment.monitorFile
        stateDirectory = environment.stateDirectory
        variables = given
        guard environment.directories == .classic else { return }
        // C programs of the classic layout derive nothing.
        let root = String(environment.stateDirectory.dropLast("/services".count))
        let derived = [
            "EZ": root, "EZ_BIN": environment.bin, "EZ_SERVICES": environment.servicesFile,
            "EZ_NODES": environment.nodesFile, "EZ_MONITOR": environment.monitorFile,
            "EZ_LOG": environment.logDirectory,
        ]
        variables.merge(derived) { given, _ in given }
    }

    /// The directory that holds it all.
    var tree: String { bin.hasSuffix("/bin") ? String(bin.dropLast(4)) : bin }

    func stateFile(_ name: String, node: String) -> String {
        "\(stateDirectory)/\(name)/STATE.\(node)"
    }
}
