// SPDX-License-Identifier: Apache-2.0

import Board
import ClusterModel
import Config
import Glibc
import Platform
import WireFormat

/// This node as a command finds it: its directories, its files and what its nmond says.
struct LocalNode {
    /// `uname -n`.
    let name: String
    let environment: Environment
    /// What is wrong with the environment and the tunables file.
    let findings: [Finding]

    /// - Parameter program: argv[0], which tells the directory layout where no variable does.
    init(program: String) {
        let variables = environmentVariables()
        let parsed = Environment.resolve(
            variables: variables,
            programDirectory: programDirectory(of: program, searchPath: variables["PATH"] ?? ""),
            tunables: LocalNode.tunablesFile(), isDirectory: { isDirectory($0) })
        name = nodeName()
        environment = parsed.value
        findings = parsed.findings
    }

    private static func tunablesFile() -> (file: String, text: [UInt8])? {
        for path in Environment.tunablesFiles {
            if let text = try? readFile(path) { return (path, text) }
        }
        return nil
    }

    /// Texts are those of 0.3.6.osvc2 here, those of 2018 in the FHS layout (specification, 8).
    var isClassic: Bool { environment.directories == .classic }
    var layout: Layout { environment.wireLayout }
    var stateFiles: StateFiles { StateFiles(directory: environment.stateDirectory) }

    /// The services file; a missing one holds no service.
    func services() throws(SystemError) -> Parsed<ServicesFile> {
        ServicesFile.parse(
            try text(of: environment.servicesFile) ?? [], file: environment.servicesFile)
    }

    /// The monitor file; a missing one holds no link.
    func monitor() throws(SystemError) -> Parsed<MonitorFile> {
        MonitorFile.parse(
            try text(of: environment.monitorFile) ?? [], file: environment.monitorFile)
    }

    /// The node names of the nodes file as spelt there; nil when it cannot be read.
    func nodes() -> [String]? {
        guard let bytes = try? readFile(environment.nodesFile) else { return nil }
        return NodesFile.parse(bytes, file: environment.nodesFile).value.names
    }

    /// What stands in a file; nil if there is none.
    func text(of path: String) throws(SystemError) -> [UInt8]? {
        do {
            return try readFile(path)
        } catch  where error.code == ENOENT {
            return nil
        }
    }

    /// The process that holds nmond's lock.
    var managerPID: Int32? { lockHolder("\(environment.procDirectory)/nmond.key") }

    /// What nmond publishes; nil when none runs: a page without a holder of its lock is history.
    func managerReport() -> ManagerReport? {
        guard managerPID != nil,
            let directory = runDirectory,
            let page = try? ManagerPage(reading: directory)
        else { return nil }
        return page.read()
    }

    var runDirectory: RunDirectory? {
        try? RunDirectory(stateDirectory: environment.stateDirectory, create: false)
    }

    /// Tells on stderr what a query passed over.
    func report(_ findings: [Finding]) {
        for finding in findings where !finding.isWarning { Console.error(finding.description) }
    }
}

/// The directory of a program by the name it was called with, absolute; symbolic links stay, since
/// `<x>/bin` may be one and `<x>/conf` lies beside it. Only a link that lies outside of any tree is
/// followed into the one it leads to.
func programDirectory(of program: String, searchPath: String) -> String {
    let called = calledDirectory(of: program, searchPath: searchPath)
    let name = program.split(separator: "/").last.map(String.init) ?? ""
    let behindLink = realPath("\(called)/\(name)").flatMap { path in
        path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
    return [called, realPath(called), behindLink].compactMap(\.self).first(where: isInTree)
        ?? called
}

/// Whether a directory holds the programs of an installed tree, classic or FHS.
private func isInTree(_ directory: String) -> Bool {
    guard directory.hasSuffix("/bin") else { return false }
    let parent = directory.dropLast("/bin".count)
    return directory.hasSuffix("/lib/openha/bin") || isDirectory(parent + "/conf")
        || isDirectory(parent + "/lib/openha/bin")
}

private func realPath(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
}

private func calledDirectory(of program: String, searchPath: String) -> String {
    var directory = "."
    if let slash = program.lastIndex(of: "/") {
        directory = slash == program.startIndex ? "/" : String(program[..<slash])
    } else {
        let candidates = searchPath.split(separator: ":").map(String.init)
        directory = candidates.first { isExecutable("\($0)/\(program)") } ?? "."
    }
    if !directory.hasPrefix("/") { directory = currentDirectory() + "/" + directory }
    var parts: [Substring] = []
    for part in directory.split(separator: "/") where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
}

private func currentDirectory() -> String {
    guard let text = getcwd(nil, 0) else { return "" }
    defer { free(text) }
    return String(cString: text)
}
