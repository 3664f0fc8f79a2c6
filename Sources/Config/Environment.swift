// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import WireFormat

/// Where everything lies, and how it behaves: the environment and the first tunables file
/// (specification, 1.2 and 1.4; decisions 4 and 21).
package struct Environment: Equatable, Sendable {
    package enum DirectoryLayout: String, Sendable {
        /// /usr/local/cluster and everything below it.
        case classic
        /// /etc/openha, /usr/lib/openha/bin, /var/lib/openha.
        case fhs
    }

    package var directories: DirectoryLayout
    /// Holds the programs.
    package var bin: String
    /// `<state>/SVC/STATE.NODE`.
    package var stateDirectory: String
    /// Key files, and the locks of services.
    package var procDirectory: String
    /// nmond.log and the output of callouts.
    package var logDirectory: String
    package var configDirectory: String
    package var servicesFile: String
    package var nodesFile: String
    package var monitorFile: String
    package var tunables: Tunables
    /// Variables that name no absolute path: another place in each program, and so another set of
    /// locks. Nothing may be started or changed with one.
    package var relativePaths: [Finding]

    /// Holds the word of specification 1.5; it may be missing.
    package var logFacilityFile: String { configDirectory + "/logfacility" }

    /// The layout we send: EZ_WIRE, else A in the classic directories and D in the FHS ones.
    package var wireLayout: Layout {
        if let wire = tunables.wire { return wire }
        switch directories {
        case .classic: return .a
        case .fhs: return .d
        }
    }

    /// Resolves by the rule of specification 1.2. Never fails for what can be derived.
    ///
    /// - Parameters:
    ///   - variables: The process's environment; empty values count as unset.
    ///   - programDirectory: The directory of the running program, by its name as called.
    ///   - tunables: The first existing file of 1.4 with its name; KEY=VALUE lines, not executed.
    ///   - isDirectory: Whether a path is a directory, to tell `<x>/bin` beside `<x>/conf`.
    package static func resolve(
        variables: [String: String], programDirectory: String,
        tunables: (file: String, text: [UInt8])?, isDirectory: (String) -> Bool
    ) -> Parsed<Environment> {
        var settings = Settings(variables: variables, tunables: tunables)
        let values = settings.takeTunables()
        let programs = withoutTrailingSlash(programDirectory)
        let places = Places(settings, programDirectory: programs, isDirectory)
        let conf = settings.path("EZ_CONF") ?? places.conf
        let environment = Environment(
            directories: places.layout,
            bin: settings.path("EZ_BIN") ?? places.bin,
            stateDirectory: places.state + "/services",
            procDirectory: places.proc,
            logDirectory: settings.path("EZ_LOG") ?? places.log,
            configDirectory: conf,
            servicesFile: settings.path("EZ_SERVICES") ?? conf + "/services",
            nodesFile: settings.path("EZ_NODES") ?? conf + "/nodes",
            monitorFile: settings.path("EZ_MONITOR") ?? conf + "/monitor",
            tunables: values, relativePaths: settings.relativePaths)
        return Parsed(environment, findings: settings.findings + settings.relativePaths)
    }

    /// The files of 1.4, in their order.
    package static let tunablesFiles = [
        "/etc/defaults/openha", "/etc/default/openha", "/etc/sysconfig/openha",
        "/etc/rc.config.d/openha",
    ]
}

/// The default directories once it is known which of the two layouts this is.
private struct Places {
    var layout: Environment.DirectoryLayout
    var bin: String
    var conf: String
    /// Holds `services`.
    var state: String
    var proc: String
    var log: String

    init(_ settings: Settings, programDirectory: String, _ isDirectory: (String) -> Bool) {
        let root =
            settings.path("EZ") ?? classicRoot(settings, programDirectory, isDirectory)
        // A classic environment that also says EZ_VAR=$EZ must not move the locks (decision 4).
        let variable = settings.path("EZ_VAR").flatMap { $0 == root ? nil : $0 }
        if let root, variable == nil {
            layout = .classic
            bin = isDirectory(root + "/bin") ? root + "/bin" : programDirectory
            conf = root + "/conf"
            state = root
            log = root + "/log"
            proc = (settings.path("EZ_LOG") ?? log) + "/proc"
        } else {
            layout = .fhs
            bin = fhsPrograms(programDirectory, isDirectory)
            conf = "/etc/openha"
            state = variable ?? "/var/lib/openha"
            log = "/var/log/openha"
            proc = state + "/proc"
        }
        if bin.isEmpty { bin = layout == .fhs ? "/usr/lib/openha/bin" : (root ?? "") + "/bin" }
    }
}

/// The classic tree that these programs belong to, if it is one: `<x>/bin` beside `<x>/conf`, or the
/// parent of the configuration that the environment names.
private func classicRoot(
    _ settings: Settings, _ programDirectory: String, _ isDirectory: (String) -> Bool
) -> String? {
    let programs = [programDirectory, settings.path("EZ_BIN")].compactMap(\.self)
    let files = ["EZ_SERVICES", "EZ_NODES", "EZ_MONITOR"].compactMap(settings.path)
    let candidates =
        programs.compactMap { parent(of: $0, named: "bin") }
        + files.compactMap { file in
            file.lastIndex(of: "/").flatMap { parent(of: String(file[..<$0]), named: "conf") }
        }
    if let root = candidates.first(where: { isDirectory($0 + "/conf") }) { return root }
    // Programs kept apart from the tree, and nothing said: the only tree there is. An /etc/openha
    // alone may be what another installation left behind.
    let usual = "/usr/local/cluster"
    let isFHS =
        isDirectory("/usr/lib/openha/bin")
        || (isDirectory("/etc/openha") && !isDirectory(usual + "/bin"))
    return isDirectory(usual + "/conf") && !isFHS ? usual : nil
}

/// Where the programs lie in the FHS layout; `/usr/bin/openha` is only a link to one of them.
private func fhsPrograms(_ programDirectory: String, _ isDirectory: (String) -> Bool) -> String {
    if let prefix = parent(of: programDirectory, named: "bin"),
        isDirectory(prefix + "/lib/openha/bin")
    {
        return prefix + "/lib/openha/bin"
    }
    return programDirectory
}

/// `/x` of `/x/bin`, when the last component is `name`; nil otherwise.
private func parent(of path: String, named name: String) -> String? {
    path.hasSuffix("/" + name) ? String(path.dropLast(name.count + 1)) : nil
}
